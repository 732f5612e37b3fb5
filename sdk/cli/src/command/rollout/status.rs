//! `engraft rollout status`: what spreads, how far it has come, and what was said of it last.
//!
//! *Never:* a program has to run to be asked; what only it knows is left out then.

use clap::Args;
use engraft::model::{CapabilityName, SystemClock};
use engraft::registry::{Comparisons, Rollout, State};
use engraft::{Bystander, Program};
use serde::Serialize;

use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::shelf::ShelfArgs;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Shows the rollouts under way, and what the steward said last
#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Of which capability [default: of all]
    #[arg(value_name = "NAME")]
    name: Option<CapabilityName>,
    #[command(flatten)]
    shelf: ShelfArgs,
}

#[derive(Serialize)]
struct Status<'a> {
    rollouts: Vec<Under<'a>>,
}

#[derive(Serialize)]
struct Under<'a> {
    name: &'a CapabilityName,
    #[serde(flatten)]
    rollout: &'a Rollout,
    /// What the programs that run have compared, where the release is a shadow.
    #[serde(skip_serializing_if = "Option::is_none")]
    comparisons: Option<Comparisons>,
}

pub(super) fn status(args: &StatusArgs, desk: &Desk) -> Result<Reply> {
    let journal = args.shelf.journal(desk)?;
    let state = journal.state();
    let fault = |error: engraft::store::LogError| Trouble::fault(error.to_string());
    let bystander = Bystander::of(journal.log()).map_err(fault)?;
    let programs = bystander.map(|bystander| bystander.programs(&SystemClock)).transpose();
    let programs = programs.map_err(fault)?.unwrap_or_default();
    let status = Status { rollouts: under_way(&state, args.name.as_ref(), &programs) };
    let mut page = Page::default();
    if status.rollouts.is_empty() {
        page.line("no rollout is under way");
    }
    status.rollouts.iter().for_each(|under| under.show(&mut page));
    Ok(Reply::fine(&status, page))
}

fn under_way<'a>(
    state: &'a State,
    name: Option<&'a CapabilityName>,
    programs: &[Program],
) -> Vec<Under<'a>> {
    let wanted = name.map(|name| state.resolve_name(name));
    let lines = state.lines.iter().filter(|(name, _)| wanted.is_none_or(|w| w == *name));
    let under = lines.filter_map(|(name, line)| {
        let rollout = line.rollout.as_ref()?;
        let comparisons = rollout.is_shadow().then(|| compared(name, rollout, programs));
        Some(Under { name, rollout, comparisons })
    });
    under.collect()
}

/// What all programs that run have compared.
fn compared(name: &CapabilityName, rollout: &Rollout, programs: &[Program]) -> Comparisons {
    let live = programs.iter().filter(|program| program.is_live());
    let shadows = live.flat_map(|program| &program.figures.shadows);
    let ours = shadows.filter(|one| one.name == *name && one.version == rollout.version);
    let mut all = Comparisons::default();
    for shadow in ours {
        all.add(&shadow.comparisons);
    }
    all
}

impl Under<'_> {
    fn show(&self, page: &mut Page) {
        let Self { name, rollout, .. } = self;
        let Some(stage) = rollout.stage_now() else { return };
        let versions: Vec<String> = rollout.versions().map(ToString::to_string).collect();
        page.heading(&format!("{name} {}", versions.join(", ")));
        let paused = if rollout.is_paused { " (paused)" } else { "" };
        let stages = rollout.plan.stages.len();
        let share = match rollout.is_shadow() {
            true => format!("{}, of whose requests the release gets copies", stage.share),
            false => stage.share.to_string(),
        };
        page.facts(&[
            ("plan", text::line(&rollout.plan.name)),
            (
                "stage",
                format!("{} of {stages}: {}{paused}", rollout.stage + 1, text::line(&stage.name)),
            ),
            ("share", share),
            ("said last", rollout.said.as_deref().map_or("nothing yet".to_owned(), text::line)),
        ]);
        self.show_variants(page);
        self.show_comparisons(page);
    }

    fn show_variants(&self, page: &mut Page) {
        if self.rollout.variants.is_empty() {
            return;
        }
        let rows = self.rollout.variants.iter().map(|variant| {
            let out = variant.out.as_ref().map(|why| format!("taken out: {}", text::line(why)));
            vec![variant.version.to_string(), variant.weight.to_string(), out.unwrap_or_default()]
        });
        page.table(&["variant", "of those inside", ""], rows.collect());
    }

    fn show_comparisons(&self, page: &mut Page) {
        let Some(told) = &self.comparisons else { return };
        let Comparisons { compared, differed, broke, passed_over, .. } = told;
        page.line(format!(
            "{differed} of {compared} answers differed, {broke} because the shadow broke; \
             {passed_over} requests were not copied"
        ));
        for example in &told.examples {
            let place = example.place.as_deref().map(text::line);
            let place = place.filter(|place| !place.is_empty()).map(|place| format!(" at {place}"));
            page.line(format!(
                "  {}: served {}, the shadow {}{}",
                text::line(&example.operation),
                example.served,
                example.shadow,
                place.unwrap_or_default()
            ));
        }
    }
}

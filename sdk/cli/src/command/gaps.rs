//! `engraft gaps`: what was asked for in vain, and a person's word that it is nothing.
//!
//! *Never:* anything is changed by being looked at.

mod look;

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use engraft::loops::governor::Governance;
use engraft::model::GapId;
use engraft::registry::{Op, State};
use engraft::synth::Gaps;

use crate::desk::Desk;
use crate::screen::Reply;
use crate::shelf::{DeedArgs, ShelfArgs};
use crate::trouble::{Result, Trouble};

/// Shows what was asked for in vain, and dismisses what is no gap
///
/// A gap is a cluster of requests that failed for one reason. What a running program noted in the last
/// second may not be shown yet.
#[derive(Debug, Args)]
pub(crate) struct GapsArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Lists gaps, the most wanted first
    ///
    /// With `--json`, `gaps` holds for each what `engraft gaps show --json` gives.
    List {
        /// Those too that were dismissed
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        shelf: ShelfArgs,
    },
    /// Shows one gap: what its requests have in common, and what is known of them
    ///
    /// With `--json`: `id`; `name`, what a capability for it would be called; `cause` and `mend`, why
    /// its requests were not served and what could mend that; `capability`, `operation` and `near`;
    /// `pattern`, `request` (`verb`, `object`, `arguments`) and `input_schema`, what they have in
    /// common; `requests`, `people`, `first_ms`, `last_ms`; `samples`, `reasons` and `inputs`, a few of
    /// each, redacted; `taught` and `disputed`, how many examples are agreed on and not; `due`, whether
    /// it is worth work, by `gaps` in `grow.json`; `dismissed`; `work` and `stands`, the number of the
    /// work on it and where that stands.
    Show {
        /// Its number, as `list` shows it
        #[arg(value_name = "GAP")]
        gap: GapId,
        #[command(flatten)]
        shelf: ShelfArgs,
    },
    /// Says that a gap is none: nothing is made for it, and what is asked for in the same way joins it
    Dismiss {
        /// Its number, as `list` shows it
        #[arg(value_name = "GAP")]
        gap: GapId,
        /// Take the dismissal back
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        deed: DeedArgs,
    },
}

pub(super) fn run(args: GapsArgs, desk: &Desk) -> Result<Reply> {
    match args.deed {
        Deed::List { all, shelf } => Ok(look::list(&Seen::at(&shelf, desk)?, all)),
        Deed::Show { gap, shelf } => {
            let seen = Seen::at(&shelf, desk)?;
            Ok(look::show(&seen, seen.gaps.gap(gap).ok_or_else(|| unknown(gap))?))
        }
        Deed::Dismiss { gap, undo, deed } => {
            let seen = Seen::at(&deed.shelf, desk)?;
            let known = seen.gaps.gap(gap).ok_or_else(|| unknown(gap))?;
            deed.record(desk, Op::GapDismissed { gap, about: known.about(), undo })
        }
    }
}

/// What is known of gaps, and what to hold it against.
struct Seen {
    gaps: Gaps,
    state: Arc<State>,
    governance: Governance,
    now: Duration,
}

impl Seen {
    fn at(shelf: &ShelfArgs, desk: &Desk) -> Result<Self> {
        shelf.must_exist(desk)?;
        let journal = shelf.journal(desk)?;
        let gaps = engraft::kept_gaps(&journal);
        let gaps = gaps.map_err(|error| Trouble::fault(error.to_string()))?;
        let (state, governance) = (journal.state(), super::grow::governance(desk)?);
        Ok(Self { gaps, state, governance, now: desk.now() })
    }
}

fn unknown(gap: GapId) -> Trouble {
    Trouble::usage(format!("no gap {gap} is known")).hint("`engraft gaps list --all` shows all")
}

//! `engraft check`: would a host take this?
//!
//! *Never:* the first reason hides the next; each step is taken as far as it goes.

use std::path::PathBuf;

use clap::Args;
use engraft::Host;
use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey, Verified};
use engraft::model::Digest;
use serde::Serialize;

use crate::desk::Desk;
use crate::draft::Draft;
use crate::exit::Exit;
use crate::input::{Content, Input};
use crate::page::{Page, Style};
use crate::sandbox;
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Tells whether a bundle would be taken and would load, or every reason why not
///
/// The component is compiled and its imports are held against the permissions of the manifest;
/// nothing of it is run.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// A bundle or a component
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Take this bundle although a later release was used here: it must have this sequence
    #[arg(long, value_name = "SEQUENCE")]
    rollback: Option<u64>,
}

#[derive(Serialize)]
struct Checked {
    file: PathBuf,
    ok: bool,
    capability: Option<String>,
    version: Option<String>,
    digest: Digest,
    steps: Vec<Step>,
    /// Worth knowing, and no reason to refuse it.
    remarks: Vec<String>,
}

/// One step on the way into a host.
#[derive(Serialize)]
struct Step {
    step: &'static str,
    ok: bool,
    problems: Vec<String>,
    #[serde(skip)]
    exit: Exit,
}

pub(super) fn run(args: &CheckArgs, desk: &Desk) -> Result<Reply> {
    let input = Input::open(&args.file)?;
    let component = input.component();
    let mut checked = Checked {
        file: args.file.clone(),
        ok: false,
        capability: None,
        version: None,
        digest: Digest::of(&component),
        steps: vec![Step::of("read", input.inspect().map(drop))],
        remarks: Vec::new(),
    };
    let manifest = match &input.content {
        Content::Bundle(bundle) => {
            checked.verify(bundle, args.rollback, desk)?;
            Some(bundle.claimed_manifest().clone())
        }
        Content::Bare => {
            let unsigned =
                Trouble::refused("nobody has signed it; `engraft sign` makes a bundle of it");
            checked.steps.push(Step::failed("trust", &unsigned));
            checked.describe(&input, desk)?
        }
    };
    if let (Some(manifest), true) = (manifest, checked.steps.iter().any(|step| step.is_read())) {
        checked.load(&input, &manifest, desk)?;
    }
    checked.ok = checked.steps.iter().all(|step| step.ok);
    let exit = checked.steps.iter().find(|step| !step.ok).map_or(Exit::Fine, |step| step.exit);
    let page = page(&checked);
    Ok(Reply::fine(checked, page).exit(exit))
}

impl Checked {
    fn verify(&mut self, bundle: &Bundle, rollback: Option<u64>, desk: &Desk) -> Result<()> {
        let keyring = desk.home()?.judge()?;
        let verdict = match rollback {
            Some(sequence) => {
                let to = sandbox::rollback_to(bundle, sequence);
                keyring.verify_rollback(bundle.clone(), &to, desk.now())
            }
            None => keyring.verify(bundle.clone(), desk.now()),
        };
        if let Ok(verified) = &verdict {
            self.remark(verified);
        }
        self.steps.push(Step::of("trust", verdict.map(drop).map_err(Trouble::from)));
        Ok(())
    }

    fn remark(&mut self, verified: &Verified) {
        let signers = verified.signers().iter();
        self.remarks.extend(signers.map(|signer| {
            format!("signed by {} ({}), {}", signer.label, signer.key, signer.origin)
        }));
        self.remarks.extend(verified.dropped_native().iter().map(|dropped| {
            format!(
                "the native code for {} would be left unused: {}",
                dropped.target, dropped.reason
            )
        }));
    }

    /// A bare component's manifest, as far as it can be made.
    fn describe(&mut self, input: &Input, desk: &Desk) -> Result<Option<Manifest>> {
        if !self.steps.iter().any(Step::is_read) {
            return Ok(None);
        }
        let host = sandbox::bare_host(desk)?;
        match Draft::default().of_component(input, &host, desk) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(trouble) => {
                self.steps.push(Step::failed("describe", &trouble));
                Ok(None)
            }
        }
    }

    /// Compiles it and holds its imports against its manifest. For that it is signed anew, in memory
    /// and by a key of this moment, so that this step tells its own reasons even of what nobody
    /// trusts; nothing is run.
    fn load(&mut self, input: &Input, manifest: &Manifest, desk: &Desk) -> Result<()> {
        self.capability = Some(manifest.name().to_string());
        self.version = Some(manifest.version.to_string());
        let key = SigningKey::generate(Origin::Development)?;
        let bundle = match Bundle::sign(input.component(), manifest, &[&key]) {
            Ok(bundle) => bundle,
            Err(error) => {
                self.steps.push(Step::failed("load", &error.into()));
                return Ok(());
            }
        };
        let keyring = Keyring::for_development(key.public());
        let host = Host::builder().trust(keyring).cache_dir(desk.home()?.cache_path()).build()?;
        let _shown = desk.screen.progress(&format!("compiling {}", input.path.display()));
        let loaded = match host.verify(&bundle.to_bytes()) {
            Ok(verified) => desk.wait(host.prepare(&verified))?.map(drop),
            Err(error) => Err(error),
        };
        self.steps.push(Step::of("load", loaded.map_err(Trouble::from)));
        Ok(())
    }
}

fn page(checked: &Checked) -> Page {
    let mut page = Page::default();
    let name = match (&checked.capability, &checked.version) {
        (Some(name), Some(version)) => format!("{name} {version} ({})", checked.digest.short()),
        _ => checked.file.display().to_string(),
    };
    if checked.ok {
        page.verdict(Style::Good, "fine", &name);
    } else {
        page.verdict(Style::Bad, "not fine", &name);
    }
    for step in &checked.steps {
        let style = if step.ok { Style::Good } else { Style::Bad };
        page.plain("  ");
        page.styled(style, format!("{:<8}", step.step));
        page.line(if step.ok { " fine" } else { " not fine" });
        for problem in &step.problems {
            page.line(format!("    - {}", text::scrub(problem)));
        }
    }
    for remark in &checked.remarks {
        page.styled(Style::Dim, format!("  {}\n", text::scrub(remark)));
    }
    page
}

// === impl Step ===

impl Step {
    fn of(step: &'static str, result: Result<()>) -> Self {
        match result {
            Ok(()) => Self { step, ok: true, problems: Vec::new(), exit: Exit::Fine },
            Err(trouble) => Self::failed(step, &trouble),
        }
    }

    fn failed(step: &'static str, trouble: &Trouble) -> Self {
        let mut problems = vec![trouble.message.clone()];
        // The sentence lists single reasons already where there is one; more are told one by one.
        if trouble.reasons.len() > 1 {
            problems.extend(trouble.reasons.iter().cloned());
        }
        Self { step, ok: false, problems, exit: trouble.kind }
    }

    fn is_read(&self) -> bool {
        self.step == "read" && self.ok
    }
}

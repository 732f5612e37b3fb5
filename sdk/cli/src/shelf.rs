//! The registry that commands look at and write to: a log that a live program may have open too.
//!
//! *Never:* a command waits for a live program; it writes to the log, and the program follows.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use engraft::artifact::{KeyStoreError, Origin, SigningKey};
use engraft::examine::{Examination, Policy};
use engraft::model::{CapabilityName, NamePattern, SystemClock};
use engraft::registry::{Actor, Journal, Op, Record, Step};
use engraft::store::{OpLog, SqliteLog};
use engraft::{Clerk, Host, LiveHost};
use semver::Version;

use crate::allow::Allowed;
use crate::desk::Desk;
use crate::page::{Page, Style};
use crate::sandbox;
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

/// The key that signs the checkpoints of the log.
const LOG_KEY: &str = "log";
/// The key that signs what is made here.
const MAKING_KEY: &str = "making";

/// Which registry.
#[derive(Debug, Args)]
pub(crate) struct ShelfArgs {
    /// The registry's log [default: `registry.sqlite` in the home directory]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

/// Who does something to a registry, and why.
#[derive(Debug, Args)]
pub(crate) struct DeedArgs {
    #[command(flatten)]
    pub(crate) shelf: ShelfArgs,
    /// Who does it, as the log is to tell
    #[arg(long, value_name = "NAME", default_value = "the command line")]
    by: String,
    /// Why, as the log is to tell
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
}

impl ShelfArgs {
    /// Whether there is a log already.
    pub(crate) fn exists(&self, desk: &Desk) -> Result<bool> {
        match &self.store {
            Some(path) => Ok(path.exists()),
            None => Ok(desk.home()?.registry_path()?.exists()),
        }
    }

    /// There is a log; a command that only looks makes none.
    pub(crate) fn must_exist(&self, desk: &Desk) -> Result<()> {
        if self.exists(desk)? {
            return Ok(());
        }
        Err(Trouble::usage("there is no registry here yet")
            .hint("`engraft install FILE` makes one; `--store FILE` names one that is elsewhere"))
    }

    /// A host with this registry and policy, in which capabilities have what is allowed.
    pub(crate) async fn live(
        &self,
        policy: Policy,
        allowed: &Allowed,
        desk: &Desk,
    ) -> Result<LiveHost> {
        sandbox::check_files(allowed)?;
        let home = desk.home()?;
        let mut host = Host::builder()
            .trust(home.judge()?)
            .policy(policy)
            .services(sandbox::services(allowed)?)
            .grant(everything()?, allowed.grant.clone())
            .worker(desk.worker().clone())
            .cache_dir(home.cache_path());
        if let Some(key) = known_making_key(desk)? {
            host = host.making(key.public(), everything()?);
        }
        Ok(LiveHost::open(host.build()?, self.log(desk)?, log_key(desk)?).await?)
    }

    /// The log; made where there is none.
    pub(crate) fn log(&self, desk: &Desk) -> Result<Arc<dyn OpLog>> {
        let path = match &self.store {
            Some(path) => path.clone(),
            None => desk.home()?.registry_path()?,
        };
        Ok(Arc::new(SqliteLog::open(path).map_err(|error| trouble(error.into()))?))
    }

    /// The log, and what it adds up to.
    pub(crate) fn journal(&self, desk: &Desk) -> Result<Journal> {
        Journal::open(self.log(desk)?, log_key(desk)?, Arc::new(SystemClock)).map_err(trouble)
    }
}

impl DeedArgs {
    /// Records an op and tells of it.
    pub(crate) fn record(&self, desk: &Desk, op: Op) -> Result<Reply> {
        let journal = self.shelf.journal(desk)?;
        let record = journal.record(self.actor(), &self.why, op);
        Ok(reply(&record.map_err(trouble)?))
    }

    /// Who keeps in this registry what has to be verified, examined and loaded first. Nothing of what
    /// serves is loaded: a program that runs does that, on its own terms, and may have many of them.
    pub(crate) fn clerk(&self, policy: Policy, desk: &Desk) -> Result<Clerk> {
        let home = desk.home()?;
        let keyring = home.judge()?;
        let host = Host::builder().trust(keyring).policy(policy).cache_dir(home.cache_path());
        Ok(Clerk::open(host.build()?, self.shelf.log(desk)?, log_key(desk)?)?)
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::person(&self.by)
    }

    pub(crate) fn why(&self) -> &str {
        &self.why
    }
}

/// A name and a version, `text.slugify@1.2.0`.
#[derive(Debug, Clone)]
pub(crate) struct ReleaseArg {
    pub(crate) name: CapabilityName,
    pub(crate) version: Version,
}

impl std::str::FromStr for ReleaseArg {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (name, version) = text.split_once('@').ok_or("expected `name@version`")?;
        let name = name.parse().map_err(|error| format!("{error}"))?;
        let version = version.parse().map_err(|_| format!("`{version}` is no version"))?;
        Ok(Self { name, version })
    }
}

/// One entry of the log, as it was just written.
pub(crate) fn reply(record: &Record) -> Reply {
    let mut page = Page::default();
    page.verdict(Style::Good, "recorded", &sentence(record));
    Reply::fine(record, page)
}

/// What an entry says, on one line.
#[expect(clippy::wildcard_enum_match_arm, reason = "other ops are told by their fields alone")]
pub(crate) fn sentence(record: &Record) -> String {
    let op = serde_json::to_value(&record.op).unwrap_or_default();
    let word = op.get("op").and_then(serde_json::Value::as_str).unwrap_or("op").to_owned();
    let mut words = vec![format!("entry {}", record.sequence), word];
    if let Some(name) = record.op.name() {
        words.push(name.to_string());
    }
    for field in ["version", "stage", "digest", "flag"] {
        match op.get(field) {
            Some(serde_json::Value::String(value)) => words.push(value.clone()),
            Some(serde_json::Value::Number(value)) => words.push(format!("{field} {value}")),
            Some(_) | None => {}
        }
    }
    match &record.op {
        Op::Installed(installed) => words.push(match &installed.examination {
            Some(examination) => format!("(examined: {})", examined(examination)),
            None => "(unexamined: work in progress)".to_owned(),
        }),
        Op::Examined(examination) => words.push(format!("({})", examined(examination))),
        Op::Decided { decision, key, .. } => {
            words.push(format!("({decision} by {})", key.id()));
        }
        Op::GapDismissed { gap, about, undo } => {
            let undo = if *undo { " again open" } else { "" };
            words.push(format!("{gap} `{}`{undo}", text::line(about)));
        }
        Op::Wanted(want) => {
            words.push(format!("work {}", record.sequence));
            let said = want.wish.asked.first().map(|asked| text::line(&asked.sentence));
            words.extend(said.map(|said| format!("`{said}`")));
        }
        Op::Grown { work, step } => words.push(format!("work {work}: {}", stepped(step))),
        Op::RolloutStarted { variants, .. } => {
            words.extend(variants.iter().skip(1).map(|variant| format!("and {}", variant.version)));
        }
        _ => {}
    }
    let why = text::line(&record.why);
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    let more = record.consequences().into_iter().map(|more| format!("; {}", text::line(&more)));
    let more: String = more.collect();
    format!("{} by {}{why}{more}", words.join(" "), text::line(&record.by.to_string()))
}

/// What happened to a piece of work, in a few words.
fn stepped(step: &Step) -> String {
    match step {
        Step::Joined { asker } => format!("`{}` wants it too", text::line(asker)),
        Step::Gathered { of } => format!("gap {} asks for it too", of.gap),
        Step::Begun { .. } => "an attempt begins".to_owned(),
        Step::Lost { .. } => "its attempt was left behind".to_owned(),
        Step::Failed { .. } => "an attempt has brought nothing".to_owned(),
        Step::Proposed { proposal, .. } => format!("a draft of {}", proposal.version),
        Step::Examined(examination) => format!("examined ({})", examined(examination)),
        Step::Ranked { rank } => format!("put at place {rank}"),
        Step::Allowed => "allowed to go on".to_owned(),
        Step::Retried => "to be tried again".to_owned(),
        Step::Ended { how } => format!("ended ({how})"),
        _ => String::new(),
    }
}

/// What an examination came to, on one line.
pub(crate) fn examined(examination: &Examination) -> String {
    let mut told = vec![format!("level {}", examination.level)];
    told.extend(examination.risk.map(|risk| format!("risk {risk}")));
    let checks: Vec<&str> = examination.blocking.iter().map(|check| check.as_str()).collect();
    if !checks.is_empty() {
        told.push(format!("blocked by {}", checks.join(", ")));
    }
    match examination.approvals() {
        0 => {}
        1 => told.push("1 approval needed".to_owned()),
        count => told.push(format!("{count} approvals needed")),
    }
    told.join(", ")
}

/// The key of the log; made on first use.
pub(crate) fn log_key(desk: &Desk) -> Result<SigningKey> {
    own_key(LOG_KEY, desk)
}

/// The key that signs what is made here; made on first use.
pub(crate) fn making_key(desk: &Desk) -> Result<SigningKey> {
    own_key(MAKING_KEY, desk)
}

/// The making key, where something was made here already and no keyring says how far it goes: it goes
/// as far as a command allows.
fn known_making_key(desk: &Desk) -> Result<Option<SigningKey>> {
    let home = desk.home()?;
    match home.keys()?.load(MAKING_KEY, None) {
        Err(KeyStoreError::Missing { .. }) => Ok(None),
        // A person has said how far it goes.
        Ok(key) if home.keyring()?.key(&key.public().id()).is_some() => Ok(None),
        loaded => Ok(Some(loaded?)),
    }
}

fn own_key(label: &str, desk: &Desk) -> Result<SigningKey> {
    let keys = desk.home()?.keys()?;
    match keys.load(label, None) {
        Err(KeyStoreError::Missing { .. }) => {
            match keys.generate(label, Origin::Release, None) {
                // Another process was faster; its key is the one.
                Err(KeyStoreError::Taken { .. }) => Ok(keys.load(label, None)?),
                made => Ok(made?),
            }
        }
        loaded => Ok(loaded?),
    }
}

fn everything() -> Result<NamePattern> {
    "*".parse().map_err(|error| Trouble::fault(format!("{error}")))
}

fn trouble(error: engraft::registry::JournalError) -> Trouble {
    engraft::Error::from(error).into()
}

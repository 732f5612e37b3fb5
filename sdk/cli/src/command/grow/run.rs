//! Makes what is wanted: a live host with the making key, until nothing more can be done.
//!
//! *Never:* what is made here has more than nothing: the command grants nothing.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use engraft::artifact::{KeyStoreError, Origin, SigningKey};
use engraft::loops::governor::Status;
use engraft::synth::{Authors, Catalogue, FromExamples};
use engraft::{Growth, Host, LiveHost};

use super::{governance, json_of, rows};
use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::shelf::{ShelfArgs, log_key};
use crate::trouble::{Result, Trouble};

/// The key that signs what is made here.
const MAKING_KEY: &str = "making";
/// How often it is looked whether anything is left to do.
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Go on for so many seconds, in the place of ending where nothing more can be done
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
    /// The policy that is held to, in YAML or JSON [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    policy: Option<std::path::PathBuf>,
    #[command(flatten)]
    shelf: ShelfArgs,
}

/// A host that grows.
pub(in crate::command) struct Grown {
    pub(in crate::command) live: LiveHost,
    pub(in crate::command) growth: Growth,
}

/// A host with this registry that grows by what was set.
pub(in crate::command) async fn grown(
    shelf: &ShelfArgs,
    policy: Option<&std::path::Path>,
    desk: &Desk,
) -> Result<Grown> {
    let home = desk.home()?;
    let (keyring, key) = (home.judge()?, making_key(desk)?);
    let is_known = keyring.key(&key.public().id()).is_some();
    let policy = crate::command::examine::policy(policy)?;
    let host = Host::builder().trust(keyring).policy(policy).cache_dir(home.cache_path());
    let host = match is_known {
        // A person has said how far it goes.
        true => host,
        false => host.making(key.public(), "*".parse().map_err(|_| Trouble::fault("no pattern"))?),
    };
    let live = LiveHost::open(host.build()?, shelf.log(desk)?, log_key(desk)?).await?;
    let authors = Authors::default()
        .with(Arc::new(Catalogue::standard()))
        .with(Arc::new(FromExamples::new()));
    let growth = live.grow(key, authors, governance(desk)?)?;
    Ok(Grown { live, growth })
}

pub(super) fn run(args: &RunArgs, desk: &Desk) -> Result<Reply> {
    let progress = desk.screen.progress("growing");
    let queue = desk.wait(async {
        let Grown { live, growth } = grown(&args.shelf, args.policy.as_deref(), desk).await?;
        let until = async {
            match args.seconds {
                Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                None => idle(&growth).await,
            }
        };
        tokio::select! {
            () = live.clone().run() => {}
            () = growth.clone().run() => {}
            () = until => {}
        }
        Ok::<_, Trouble>(growth.queue())
    })??;
    drop(progress);
    let mut page = Page::default();
    match queue.is_empty() {
        true => page.line("nothing is wanted that there is not"),
        false => page.table(&["work", "about", "from", "stands", "next"], rows(&queue)),
    }
    Ok(Reply::fine(json_of(&queue), page))
}

/// Waits until nothing more can be done.
async fn idle(growth: &Growth) {
    while !growth.queue().iter().all(Status::is_settled) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The key that signs what is made here; made on first use.
fn making_key(desk: &Desk) -> Result<SigningKey> {
    let keys = desk.home()?.keys()?;
    match keys.load(MAKING_KEY, None) {
        Err(KeyStoreError::Missing { .. }) => {
            match keys.generate(MAKING_KEY, Origin::Release, None) {
                // Another process was faster; its key is the one.
                Err(KeyStoreError::Taken { .. }) => Ok(keys.load(MAKING_KEY, None)?),
                made => Ok(made?),
            }
        }
        loaded => Ok(loaded?),
    }
}

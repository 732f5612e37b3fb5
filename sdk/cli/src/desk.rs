//! What every command works with: the screen, the home directory, keys and the time.
//!
//! *Never:* a passphrase is kept longer than it takes to open one key.

use std::fs::File;
use std::future::Future;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use engraft::artifact::{KeyStoreError, Passphrase, SigningKey};
use engraft::model::{Clock, SystemClock};
use engraft::worker::WorkerProgram;
use engraft_build::Toolchains;

use crate::environment::{Environment, ModelPlace};
use crate::grammar::Globals;
use crate::home::{self, Home};
use crate::screen::Screen;
use crate::trouble::{Result, Trouble};

/// Long enough for any passphrase; a larger file is not one.
const PASSPHRASE_FILE_BYTES_MAX: u64 = 4 << 10;
const DEVELOPMENT: &str = "development";

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) screen: Screen,
    home: Option<PathBuf>,
    toolchains: Option<PathBuf>,
    passphrase_file: Option<PathBuf>,
    model: ModelPlace,
    worker: WorkerProgram,
}

impl Desk {
    pub(crate) fn new(
        screen: Screen,
        globals: Globals,
        environment: Environment,
        worker: WorkerProgram,
    ) -> Self {
        let Globals { home: named, passphrase_file, .. } = globals;
        let Environment { home, toolchains, model, .. } = environment;
        Self { screen, home: named.or(home), toolchains, passphrase_file, model, worker }
    }

    /// What workers are made of: this very command.
    pub(crate) const fn worker(&self) -> &WorkerProgram {
        &self.worker
    }

    /// Where the environment says that language models are.
    pub(crate) const fn model_place(&self) -> &ModelPlace {
        &self.model
    }

    /// Where keys and keyring are.
    pub(crate) fn home(&self) -> Result<Home> {
        Home::of(self.home.clone())
    }

    /// Where compilers are.
    pub(crate) fn toolchains(&self) -> Result<Toolchains> {
        match &self.toolchains {
            Some(folder) => Ok(Toolchains::in_folder(folder)),
            None => Ok(Toolchains::in_folder(self.home()?.toolchains_path())),
        }
    }

    /// The time of day.
    pub(crate) fn now(&self) -> Duration {
        SystemClock.wall()
    }

    /// Runs what is asynchronous to its end.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Trouble::fault(format!("no runtime can be started: {error}")))?;
        let result = runtime.block_on(future);
        // What still runs beside it must not keep the command from ending.
        runtime.shutdown_background();
        Ok(result)
    }

    /// Keys to sign with; the development key where none is named.
    pub(crate) fn signing_keys(&self, labels: &[String]) -> Result<Vec<SigningKey>> {
        if labels.is_empty() {
            return Ok(vec![home::development_key(self)?]);
        }
        labels.iter().map(|label| self.signing_key(label)).collect()
    }

    /// One key to sign with, by its label.
    pub(crate) fn signing_key(&self, label: &str) -> Result<SigningKey> {
        if label == DEVELOPMENT {
            return home::development_key(self);
        }
        let store = self.home()?.keys()?;
        match store.load(label, None) {
            Err(KeyStoreError::PassphraseNeeded { .. }) => {
                let Some(passphrase) = self.passphrase(&format!("Passphrase of `{label}`: "))?
                else {
                    return Err(Trouble::usage(format!("the key `{label}` is encrypted"))
                        .hint("give `--passphrase-file FILE`, or run this in a terminal"));
                };
                Ok(store.load(label, Some(&passphrase))?)
            }
            loaded => Ok(loaded?),
        }
    }

    /// The passphrase of a key that is to be made; asked for twice.
    pub(crate) fn new_passphrase(&self, label: &str) -> Result<Option<Passphrase>> {
        if self.passphrase_file.is_some() {
            return self.passphrase("");
        }
        let Some(first) = prompt(&format!("Passphrase for `{label}` (empty for none): "))? else {
            return Err(Trouble::usage(format!("nothing says how to protect the key `{label}`"))
                .hint("give `--passphrase-file FILE`, or `--no-passphrase` to rely on the file's permissions alone"));
        };
        if first.is_empty() {
            return Ok(None);
        }
        if prompt("The same again: ")?.as_ref() != Some(&first) {
            return Err(Trouble::usage("the two passphrases differ; no key was made"));
        }
        Ok(Some(Passphrase::new(first)))
    }

    fn passphrase(&self, question: &str) -> Result<Option<Passphrase>> {
        match &self.passphrase_file {
            Some(path) => Ok(Some(Passphrase::new(first_line(path)?))),
            None => Ok(prompt(question)?.map(Passphrase::new)),
        }
    }
}

/// Asks a person, where there is one.
fn prompt(question: &str) -> Result<Option<String>> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    rpassword::prompt_password(question)
        .map(Some)
        .map_err(|error| Trouble::fault(format!("the terminal cannot be asked: {error}")))
}

fn first_line(path: &Path) -> Result<String> {
    let fail = |error| Trouble::file("read the passphrase from", path, &error);
    let mut text = String::new();
    let file = File::open(path).map_err(fail)?;
    file.take(PASSPHRASE_FILE_BYTES_MAX).read_to_string(&mut text).map_err(fail)?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(Trouble::usage(format!("the first line of `{}` is empty", path.display()))
            .hint("write the passphrase into it")),
    }
}

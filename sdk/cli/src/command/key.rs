//! `engraft key`: makes and shows keys.
//!
//! *Never:* the secret half of a key is shown or exported.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engraft::artifact::{KeyCard, Origin, Protection, StoredKey};
use serde::Serialize;

use crate::desk::Desk;
use crate::home;
use crate::input;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::trouble::{Result, Trouble};

/// Makes and shows keys to sign with
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Makes a key
    New {
        /// What to call it, for example `alice` or `ci.release`; `development` is the key for work on
        /// this machine
        name: String,
        /// Rely on the file's permissions alone, without a passphrase
        #[arg(long)]
        no_passphrase: bool,
    },
    /// Lists the keys
    List,
    /// Shows one key
    Show {
        /// Which key
        name: String,
    },
    /// Writes the public half of a key, one line to be given to others
    Export {
        /// Which key
        name: String,
        /// Write to this file instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// A key as machines are told of it.
#[derive(Serialize)]
struct KeyFacts {
    name: String,
    id: String,
    origin: Origin,
    public: String,
    protection: &'static str,
}

#[derive(Serialize)]
struct OneKey {
    key: KeyFacts,
}

#[derive(Serialize)]
struct AllKeys {
    keys: Vec<KeyFacts>,
}

#[derive(Serialize)]
struct Export {
    card: String,
    file: Option<PathBuf>,
}

pub(super) fn run(args: KeyArgs, desk: &Desk) -> Result<Reply> {
    match args.deed {
        Deed::New { name, no_passphrase } => make(&name, no_passphrase, desk),
        Deed::List => list(desk),
        Deed::Show { name } => Ok(show(&find(&name, desk)?)),
        Deed::Export { name, output } => export(&name, output, desk),
    }
}

fn make(name: &str, no_passphrase: bool, desk: &Desk) -> Result<Reply> {
    let store = desk.home()?.keys()?;
    if name == "development" {
        // It has a way of its own to be made, so that it is marked and named in the keyring.
        home::development_key(desk)?;
    } else if store.list()?.iter().any(|key| key.card.label == name) {
        // Known before a passphrase is asked for twice.
        return Err(Trouble::usage(format!("there is a key `{name}` already"))
            .hint("choose another name, or move its file away"));
    } else {
        let passphrase = if no_passphrase { None } else { desk.new_passphrase(name)? };
        store.generate(name, Origin::Release, passphrase.as_ref())?;
    }
    Ok(show(&find(name, desk)?))
}

fn list(desk: &Desk) -> Result<Reply> {
    let keys = desk.home()?.keys()?.list()?;
    let mut page = Page::default();
    if keys.is_empty() {
        page.line("no keys; `engraft key new NAME` makes one");
    }
    let row = |key: &StoredKey| {
        let KeyFacts { name, id, origin, protection, .. } = KeyFacts::of(key);
        vec![name, id, origin.to_string(), protection.to_owned()]
    };
    page.table(&["name", "id", "made for", "protection"], keys.iter().map(row).collect());
    Ok(Reply::fine(AllKeys { keys: keys.iter().map(KeyFacts::of).collect() }, page))
}

fn export(name: &str, output: Option<PathBuf>, desk: &Desk) -> Result<Reply> {
    let card: KeyCard = desk.home()?.keys()?.export(name)?;
    let mut page = Page::default();
    if let Some(path) = &output {
        input::write(path, format!("{card}\n").as_bytes())?;
        page.line(format!("wrote the public half of `{name}` to {}", path.display()));
    } else {
        page.line(card.to_string());
    }
    Ok(Reply::fine(Export { card: card.to_string(), file: output }, page))
}

fn find(name: &str, desk: &Desk) -> Result<StoredKey> {
    let store = desk.home()?.keys()?;
    // Asked first, for its error says what there is instead.
    store.export(name)?;
    let found = store.list()?.into_iter().find(|key| key.card.label == name);
    found.ok_or_else(|| Trouble::fault(format!("the key `{name}` went away meanwhile")))
}

fn show(key: &StoredKey) -> Reply {
    let facts = KeyFacts::of(key);
    let mut page = Page::default();
    page.styled(Style::Title, facts.name.clone());
    page.plain("\n");
    page.facts(&[
        ("id", facts.id.clone()),
        ("made for", facts.origin.to_string()),
        ("public", facts.public.clone()),
        ("protection", facts.protection.to_owned()),
    ]);
    Reply::fine(OneKey { key: facts }, page)
}

// === impl KeyFacts ===

impl KeyFacts {
    fn of(key: &StoredKey) -> Self {
        let StoredKey { card, protection } = key;
        Self {
            name: card.label.clone(),
            id: card.id().to_string(),
            origin: card.origin,
            public: card.key.to_string(),
            protection: match protection {
                Protection::FilePermissions => "file-permissions",
                Protection::Passphrase => "passphrase",
            },
        }
    }
}

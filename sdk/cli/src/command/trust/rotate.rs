//! `engraft trust rotate`: a new key takes an old one's place.
//!
//! *Never:* the new key is trusted with more than the old one was.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use engraft::artifact::{KeyId, Keyring, TrustedKey};
use serde::Serialize;

use super::add;
use crate::amount;
use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// The key that goes: its id `key-…`, or whose it is where the keyring has only one such
    #[arg(value_name = "OLD")]
    old: String,
    /// The key that comes: a file made by `engraft key export`, a public key `ed25519:…`, or the name
    /// of a key of your own
    #[arg(value_name = "NEW")]
    new: String,
    /// How long both count, so that what is under way can still be signed or taken
    #[arg(long, value_name = "TIME", value_parser = amount::time, default_value = "30d")]
    overlap: Duration,
}

#[derive(Serialize)]
struct Rotated<'a> {
    old: KeyId,
    new: KeyId,
    /// The old key's entry as it stands now: until when it counts, and what succeeds it.
    before: Option<&'a TrustedKey>,
    after: Option<&'a TrustedKey>,
    keyring: PathBuf,
}

pub(super) fn rotate(args: &RotateArgs, desk: &Desk) -> Result<Reply> {
    let home = desk.home()?;
    let mut keyring = home.keyring()?;
    let old = find(&keyring, &args.old)?;
    let card = add::card(&args.new, None, desk)?;
    // A development key that came in a release key's place would sign releases from a desk.
    let origin = keyring.key(&old).map(|key| key.origin);
    if origin.is_some_and(|origin| origin != card.origin) {
        return Err(Trouble::usage(format!(
            "{old} and {} were made for different things; a {} key follows no other",
            card.key.id(),
            card.origin
        )));
    }
    let new = keyring.rotate(&old, card.key, desk.now(), args.overlap)?;
    home.save_keyring(&keyring)?;
    let (before, after) = (keyring.key(&old), keyring.key(&new));
    let mut page = Page::default();
    let label = before.map(|key| text::line(&key.label)).unwrap_or_default();
    page.line(format!("{new} follows {old} ({label}), with the same scope"));
    if let Some(end) = before.and_then(|key| key.scope.validity.not_after) {
        page.line(format!("until {end} both count, together as one signer"));
    }
    let keyring_path = home.keyring_path();
    Ok(Reply::fine(Rotated { old, new, before, after, keyring: keyring_path }, page))
}

/// The key that is meant.
fn find(keyring: &Keyring, text: &str) -> Result<KeyId> {
    if text.starts_with("key-") {
        return Ok(text.parse()?);
    }
    let mut found = keyring.keys().filter(|(_, key)| key.label == text);
    match (found.next(), found.next()) {
        (Some((id, _)), None) => Ok(*id),
        (Some(_), Some(_)) => Err(Trouble::usage(format!("several keys are called `{text}`"))
            .hint("name the one by its id: `engraft trust list` shows them")),
        (None, _) => Err(Trouble::usage(format!("the keyring has no key `{text}`"))
            .hint("`engraft trust list` shows those it has")),
    }
}

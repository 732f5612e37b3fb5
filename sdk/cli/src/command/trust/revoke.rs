//! `engraft trust revoke` and `engraft trust apply`.
//!
//! *Never:* what was revoked is made good again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use engraft::artifact::{KeyId, Moment, RevocationList, SignedRevocations};
use engraft::model::Digest;
use serde::Serialize;

use crate::desk::Desk;
use crate::input;
use crate::page::Page;
use crate::screen::Reply;
use crate::trouble::{Result, Trouble};

/// Signed lists are envelopes, and no envelope is larger.
const LIST_BYTES_MAX: u64 = 1 << 20;

#[derive(Debug, Args)]
pub(super) struct RevokeArgs {
    /// A key id `key-…`, or the digest `blake3:…` of a component, a statement or native code
    #[arg(value_name = "KEYID|DIGEST")]
    what: String,
    /// Why, for whoever meets it later
    #[arg(long, default_value = "no reason given")]
    why: String,
    /// Also write a list of everything revoked here to this file, for others to apply
    #[arg(short, long, value_name = "FILE", requires = "key")]
    output: Option<PathBuf>,
    /// Sign that list with this key; may be given several times
    #[arg(long, value_name = "NAME", requires = "output")]
    key: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// A list of revocations, signed by keys that the keyring trusts with them
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

enum What {
    Key(KeyId),
    Digest(Digest),
}

#[derive(Serialize)]
struct RevokedOne {
    revoked: String,
    why: String,
    keyring: PathBuf,
    list: Option<PathBuf>,
}

#[derive(Serialize)]
struct Applied<'a> {
    sequence: u64,
    issued: Moment,
    keys: &'a BTreeMap<KeyId, String>,
    digests: &'a BTreeMap<Digest, String>,
    keyring: PathBuf,
}

pub(super) fn revoke(args: &RevokeArgs, desk: &Desk) -> Result<Reply> {
    let home = desk.home()?;
    let mut keyring = home.keyring()?;
    match parse(&args.what)? {
        What::Key(id) => keyring.revoke_key(id, &args.why),
        What::Digest(digest) => keyring.revoke_digest(digest, &args.why),
    }
    home.save_keyring(&keyring)?;
    let mut page = Page::default();
    page.line(format!("{} is revoked on this machine ({})", args.what, args.why));
    if let Some(path) = &args.output {
        let issued = Moment::at(desk.now());
        let revoked = keyring.revoked();
        let list = RevocationList {
            // A later list must have a higher number; the time gives one without a register.
            sequence: issued.unix(),
            issued,
            keys: revoked.keys().clone(),
            digests: revoked.digests().clone(),
        };
        let keys = desk.signing_keys(&args.key)?;
        let signed = list.sign(&keys.iter().collect::<Vec<_>>())?;
        input::write(path, &signed.to_bytes())?;
        page.line(format!("wrote the signed list to {}", path.display()));
    }
    let json = RevokedOne {
        revoked: args.what.clone(),
        why: args.why.clone(),
        keyring: home.keyring_path(),
        list: args.output.clone(),
    };
    Ok(Reply::fine(json, page))
}

pub(super) fn apply(args: &ApplyArgs, desk: &Desk) -> Result<Reply> {
    let home = desk.home()?;
    let revocations = SignedRevocations::parse(&input::read(&args.file, LIST_BYTES_MAX)?)?;
    let mut keyring = home.keyring()?;
    keyring.apply(&revocations, desk.now())?;
    home.save_keyring(&keyring)?;
    let list = revocations.claimed_list();
    let mut page = Page::default();
    page.line(format!(
        "took over the list of {}: {} keys and {} digests are revoked",
        list.issued,
        list.keys.len(),
        list.digests.len()
    ));
    let json = Applied {
        sequence: list.sequence,
        issued: list.issued,
        keys: &list.keys,
        digests: &list.digests,
        keyring: home.keyring_path(),
    };
    Ok(Reply::fine(json, page))
}

fn parse(text: &str) -> Result<What> {
    if text.starts_with("blake3:") {
        return text
            .parse()
            .map(What::Digest)
            .map_err(|error: engraft::model::DigestError| Trouble::usage(error.to_string()));
    }
    if text.starts_with("key-") {
        return Ok(What::Key(text.parse()?));
    }
    Err(Trouble::usage(format!("`{text}` is neither a key id nor a digest"))
        .hint("`engraft trust list` and `engraft inspect` show both: `key-…` and `blake3:…`"))
}

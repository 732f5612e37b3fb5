//! `engraft trust list`.
//!
//! *Never:* a key is shown as trusted that is revoked.

use std::path::PathBuf;

use engraft::artifact::{KeyId, Keyring, Revoked, Threshold, TrustedKey, Validity};
use serde::Serialize;

use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::text;
use crate::trouble::Result;

#[derive(Serialize)]
struct Listed<'a> {
    keyring: PathBuf,
    keys: Vec<ListedKey<'a>>,
    thresholds: &'a [Threshold],
    revoked: &'a Revoked,
}

#[derive(Serialize)]
struct ListedKey<'a> {
    id: &'a KeyId,
    #[serde(flatten)]
    trusted: &'a TrustedKey,
    /// Why it is revoked, where it is.
    revoked: Option<&'a str>,
}

pub(super) fn list(desk: &Desk) -> Result<Reply> {
    let home = desk.home()?;
    let keyring = home.keyring()?;
    let listed = Listed {
        keyring: home.keyring_path(),
        keys: keys(&keyring).collect(),
        thresholds: keyring.thresholds(),
        revoked: keyring.revoked(),
    };
    Ok(Reply::fine(&listed, page(&listed)))
}

fn keys(keyring: &Keyring) -> impl Iterator<Item = ListedKey<'_>> {
    keyring.keys().map(|(id, trusted)| {
        let revoked = keyring.revoked().key(id);
        ListedKey { id, trusted, revoked }
    })
}

fn page(listed: &Listed<'_>) -> Page {
    let mut page = Page::default();
    page.line(format!("keyring {}", listed.keyring.display()));
    if listed.keys.is_empty() {
        page.line("nobody is trusted; `engraft trust add KEY --names PATTERN` trusts a key");
    }
    let header = ["key", "whose", "made for", "may sign", "risk", "counts", "also"];
    page.table(&header, listed.keys.iter().map(row).collect());
    if !listed.thresholds.is_empty() {
        page.heading("Signers needed");
        let row = |rule: &Threshold| vec![rule.names.to_string(), rule.signers.to_string()];
        page.table(&["names", "signers"], listed.thresholds.iter().map(row).collect());
    }
    let keys = listed.revoked.keys().iter().map(|(id, why)| vec![id.to_string(), text::line(why)]);
    let digests =
        listed.revoked.digests().iter().map(|(id, why)| vec![id.to_string(), text::line(why)]);
    let revoked: Vec<_> = keys.chain(digests).collect();
    if !revoked.is_empty() {
        page.heading("Revoked");
        page.table(&["what", "why"], revoked);
    }
    page
}

fn row(key: &ListedKey<'_>) -> Vec<String> {
    let TrustedKey { label, origin, scope, .. } = key.trusted;
    let names: Vec<String> = scope.names.iter().map(ToString::to_string).collect();
    let counts = match key.revoked {
        Some(why) => format!("never: revoked ({})", text::line(why)),
        None => validity(&scope.validity),
    };
    let also = match (scope.native, scope.revocations) {
        (true, true) => "native code, revocations",
        (true, false) => "native code",
        (false, true) => "revocations",
        (false, false) => "",
    };
    vec![
        key.id.to_string(),
        text::line(label),
        origin.to_string(),
        names.join(", "),
        scope.risk.to_string(),
        counts,
        also.to_owned(),
    ]
}

fn validity(validity: &Validity) -> String {
    match (validity.not_before, validity.not_after) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("until {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    }
}

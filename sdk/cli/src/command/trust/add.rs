//! `engraft trust add` and `engraft trust require`.
//!
//! *Never:* a key from a file is trusted with more than the options say.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use engraft::artifact::{
    Ceiling, KeyCard, KeyId, Moment, Origin, PublicKey, Risk, Scope, SequenceRange, TrustedKey,
    Validity,
};
use engraft::model::{CapabilityName, NamePattern};
use serde::Serialize;

use crate::amount;
use crate::desk::Desk;
use crate::input;
use crate::json_text;
use crate::page::Page;
use crate::screen::Reply;
use crate::trouble::{Result, Trouble};

/// Longer than any line that `engraft key export` writes.
const CARD_BYTES_MAX: u64 = 4 << 10;
/// As much as a manifest may weigh; permissions are a part of one.
const PERMISSIONS_BYTES_MAX: u64 = 512 << 10;

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The key: a file made by `engraft key export`, a public key `ed25519:…`, or the name of a key
    /// of your own
    #[arg(value_name = "KEY")]
    key: String,
    /// Capabilities that it may sign: `text.slugify`, `text.*` or `*`; may be given several times
    #[arg(long, value_name = "PATTERN", required = true)]
    names: Vec<NamePattern>,
    /// The highest risk that those may have
    #[arg(long, value_enum, default_value_t = RiskArg::Safe)]
    risk: RiskArg,
    /// A JSON file with the most that those may ask for, written as in a manifest [default:
    /// whatever the risk allows]
    #[arg(long, value_name = "FILE")]
    permissions: Option<PathBuf>,
    /// Whose key it is [default: what the file says]
    #[arg(long)]
    label: Option<String>,
    /// Its signatures count from this moment on, such as `2026-11-20T00:00:00Z`
    #[arg(long, value_name = "MOMENT")]
    from: Option<Moment>,
    /// Its signatures count until this moment
    #[arg(long, value_name = "MOMENT")]
    until: Option<Moment>,
    /// The releases that it may sign, by sequence: `1..1000`
    #[arg(long, value_name = "FIRST..LAST", value_parser = sequences)]
    sequences: Option<SequenceRange>,
    /// Run native code that it signed; such code can do whatever the host can
    #[arg(long)]
    native: bool,
    /// Take lists of revocations that it signed
    #[arg(long)]
    revocations: bool,
}

#[derive(Debug, Args)]
pub(super) struct RequireArgs {
    /// How many distinct signers a release needs
    #[arg(value_name = "COUNT")]
    signers: NonZeroU32,
    /// Of capabilities whose names match
    #[arg(long, value_name = "PATTERN")]
    names: NamePattern,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RiskArg {
    /// They compute, and tell
    Safe,
    /// They keep values or read configuration
    Low,
    /// They read from outside, or call others
    Medium,
    /// They change something outside, or have secrets sent
    High,
    /// Anything
    Critical,
}

#[derive(Serialize)]
struct Added {
    id: KeyId,
    trusted: TrustedKey,
    keyring: PathBuf,
}

#[derive(Serialize)]
struct Required {
    names: NamePattern,
    signers: NonZeroU32,
    keyring: PathBuf,
}

pub(super) fn add(args: AddArgs, desk: &Desk) -> Result<Reply> {
    let home = desk.home()?;
    let card = card(&args.key, args.label.clone(), desk)?;
    let trusted = TrustedKey::from_card(&card, scope(args)?);
    let mut keyring = home.keyring()?;
    let id = keyring.trust(trusted.clone())?;
    home.save_keyring(&keyring)?;
    let mut page = Page::default();
    let names: Vec<String> = trusted.scope.names.iter().map(ToString::to_string).collect();
    page.line(format!(
        "{id} ({}) is trusted with {}, up to {} risk{}{}",
        trusted.label,
        names.join(", "),
        trusted.scope.risk,
        if trusted.scope.native { ", and with native code" } else { "" },
        if trusted.scope.revocations { ", and with revocations" } else { "" },
    ));
    if trusted.origin == Origin::Development {
        page.line("it is a development key: its owner works with it and it may be unprotected");
    }
    Ok(Reply::fine(Added { id, trusted, keyring: home.keyring_path() }, page))
}

pub(super) fn require(args: RequireArgs, desk: &Desk) -> Result<Reply> {
    let home = desk.home()?;
    let RequireArgs { signers, names } = args;
    let mut keyring = home.keyring()?;
    keyring.require(names.clone(), signers);
    home.save_keyring(&keyring)?;
    let mut page = Page::default();
    page.line(format!("releases of {names} need {signers} distinct signers"));
    Ok(Reply::fine(Required { names, signers, keyring: home.keyring_path() }, page))
}

fn scope(args: AddArgs) -> Result<Scope> {
    let permissions = match &args.permissions {
        None => Ceiling::Anything,
        Some(path) => {
            let text = input::read(path, PERMISSIONS_BYTES_MAX)?;
            Ceiling::Within(json_text::read(&path.display().to_string(), &text)?)
        }
    };
    let validity = Validity { not_before: args.from, not_after: args.until };
    if validity.is_empty() {
        return Err(Trouble::usage(
            "`--until` lies before `--from`; its signatures would never count",
        ));
    }
    Ok(Scope {
        names: args.names,
        permissions,
        risk: args.risk.into(),
        validity,
        sequences: args.sequences.unwrap_or_default(),
        native: args.native,
        revocations: args.revocations,
    })
}

/// The key, from wherever it is.
pub(super) fn card(text: &str, label: Option<String>, desk: &Desk) -> Result<KeyCard> {
    let mut card = if text.starts_with("ed25519:") {
        let key: PublicKey = text.parse()?;
        let name = format!("key {}", key.id());
        KeyCard { key, origin: Origin::Release, label: name }
    } else if text.parse::<CapabilityName>().is_ok() && !Path::new(text).exists() {
        desk.home()?.keys()?.export(text)?
    } else {
        let path = Path::new(text);
        let bytes = input::read(path, CARD_BYTES_MAX)?;
        let line = json_text::utf8(text, &bytes)?.trim();
        line.parse().map_err(|error| {
            Trouble::corrupt(format!("`{text}` is not a public key: {error}"))
                .hint("its owner makes the file with `engraft key export NAME -o FILE`")
        })?
    };
    if let Some(label) = label {
        card.label = label;
    }
    Ok(card)
}

fn sequences(text: &str) -> std::result::Result<SequenceRange, String> {
    let bound = |text| amount::count(text);
    match text.split_once("..") {
        Some((from, to)) => {
            let range = SequenceRange { from: bound(from)?, to: bound(to)? };
            if range.from > range.to {
                return Err("the first is higher than the last".to_owned());
            }
            Ok(range)
        }
        None => Err("expected `FIRST..LAST`, such as `1..1000`".to_owned()),
    }
}

// === impl Risk ===

impl From<RiskArg> for Risk {
    fn from(risk: RiskArg) -> Self {
        match risk {
            RiskArg::Safe => Self::Safe,
            RiskArg::Low => Self::Low,
            RiskArg::Medium => Self::Medium,
            RiskArg::High => Self::High,
            RiskArg::Critical => Self::Critical,
        }
    }
}

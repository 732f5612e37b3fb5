//! `engraft rollout start`: one release, several as variants, or one as a shadow first.
//!
//! *Never:* a plan begins that cannot be followed.

use std::path::{Path, PathBuf};

use clap::Args;
use engraft::registry::{Op, PRESETS, Plan, Share, Variant};
use semver::Version;

use super::simulate::read;
use crate::desk::Desk;
use crate::screen::Reply;
use crate::shelf::{DeedArgs, ReleaseArg};
use crate::trouble::{Result, Trouble};

/// Begins to let a release spread
///
/// With `--shadow` the release first gets copies of requests, until `rollout approve`: its answers are
/// compared with what was served and dropped, and its effects do not happen. With `--variant`, several
/// releases are tried at once; each is compared with the one that serves, and the error is divided
/// among them.
#[derive(Debug, Args)]
pub(super) struct StartArgs {
    /// Which one: `text.slugify@1.2.0`
    #[arg(value_name = "RELEASE")]
    release: ReleaseArg,
    /// How: `quick`, `standard`, `careful`, or a plan as JSON
    #[arg(long, value_name = "PLAN", default_value = "standard")]
    plan: String,
    /// Try a release again that was rolled back
    #[arg(long)]
    again: bool,
    /// Let it be a shadow first, which gets copies of the requests of so many users
    #[arg(long, value_name = "PERCENT", conflicts_with = "variants")]
    shadow: Option<Share>,
    /// Try another version at the same time: `1.3.0`, or `1.3.0=20%` with its share of those whom the
    /// stage lets in. Without shares, all variants and the old release have the same
    #[arg(long = "variant", value_name = "VERSION")]
    variants: Vec<VariantArg>,
    /// The share of the release named first, where variants have theirs
    #[arg(long, value_name = "PERCENT", requires = "variants")]
    weight: Option<Share>,
    #[command(flatten)]
    deed: DeedArgs,
}

pub(super) fn start(args: &StartArgs, desk: &Desk) -> Result<Reply> {
    let plan = match Plan::preset(&args.plan) {
        Some(plan) => plan,
        None => from_file(&args.plan)?,
    };
    let plan = match args.shadow {
        Some(share) => plan.after_shadow(share),
        None => plan,
    };
    let length = args.deed.shelf.journal(desk)?.length();
    let ReleaseArg { name, version } = &args.release;
    let op = match &args.variants[..] {
        [] => Op::rollout(name, version, plan, length),
        others => Op::variants(name, variants(version, args.weight, others)?, plan, length),
    };
    args.deed.record(desk, if args.again { op.tried_again() } else { op })
}

/// The variants with their weights: each has one, or none has.
fn variants(first: &Version, weight: Option<Share>, others: &[VariantArg]) -> Result<Vec<Variant>> {
    let first = VariantArg { version: first.clone(), weight };
    let all: Vec<&VariantArg> = std::iter::once(&first).chain(others).collect();
    if all.iter().all(|variant| variant.weight.is_none()) {
        return Ok(Variant::even(all.into_iter().map(|variant| variant.version.clone())));
    }
    let weighed = |variant: &VariantArg| {
        let weight = variant.weight.ok_or_else(|| {
            let hint =
                "give each a share (`--weight` for the release named first), or none of them";
            Trouble::usage(format!("{} has no share, and others have", variant.version)).hint(hint)
        })?;
        Ok(Variant::new(variant.version.clone(), weight))
    };
    all.into_iter().map(weighed).collect()
}

fn from_file(word: &str) -> Result<Plan> {
    let path = PathBuf::from(word);
    if path.exists() {
        return read(Path::new(word));
    }
    let known = PRESETS.join("`, `");
    Err(Trouble::usage(format!("`{word}` is neither a plan that exists nor a file"))
        .hint(format!("the plans are `{known}`")))
}

/// A further release that is tried, `1.3.0` or `1.3.0=20%`.
#[derive(Debug, Clone)]
struct VariantArg {
    version: Version,
    weight: Option<Share>,
}

// === impl VariantArg ===

impl std::str::FromStr for VariantArg {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (version, weight) = match text.split_once('=') {
            Some((version, weight)) => (version, Some(weight)),
            None => (text, None),
        };
        let weight = weight.map(str::parse).transpose();
        Ok(Self {
            version: version.parse().map_err(|_| format!("`{version}` is no version"))?,
            weight: weight.map_err(|error: engraft::registry::ShareError| error.to_string())?,
        })
    }
}

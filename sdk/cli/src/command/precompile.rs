//! `engraft precompile`: compiled code goes along with a bundle, under a signature of its own.
//!
//! *Never:* compiled code is put into a bundle unsigned.

use std::path::PathBuf;

use clap::Args;
use engraft::artifact::{NativeCode, NativePart};
use engraft::engine::native_target;
use engraft::model::Digest;
use serde::Serialize;

use crate::desk::Desk;
use crate::input::{self, Content, Input};
use crate::page::Page;
use crate::sandbox;
use crate::screen::Reply;
use crate::terms::Meter;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Puts compiled code into a bundle
///
/// A host uses it only where its keyring trusts the key with native code (`engraft trust add KEY
/// --native`) and its engine is just the one that it was compiled for; otherwise it compiles the
/// component itself.
#[derive(Debug, Args)]
pub(crate) struct PrecompileArgs {
    /// A bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key to sign the code with; may be given several times [default: the development key]
    #[arg(long, value_name = "NAME")]
    key: Vec<String>,
    /// How calls will be metered; the meter is compiled in
    #[arg(long, value_enum, default_value_t = Meter::Fuel)]
    metering: Meter,
    /// Where to write the bundle [default: FILE is replaced]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Precompiled {
    file: PathBuf,
    name: String,
    bytes: usize,
    native: Vec<Native>,
}

/// Native code in a bundle, as machines are told of it.
#[derive(Serialize)]
pub(super) struct Native {
    target: String,
    compatibility: String,
    digest: Digest,
    bytes: usize,
    signatures: Vec<String>,
}

pub(super) fn run(args: &PrecompileArgs, desk: &Desk) -> Result<Reply> {
    let input = Input::open(&args.file)?;
    let Content::Bundle(bundle) = &input.content else {
        return Err(Trouble::usage(format!(
            "`{}` is a bare component; compiled code goes into a bundle",
            args.file.display()
        ))
        .hint("make one with `engraft sign`"));
    };
    let keys = desk.signing_keys(&args.key)?;
    let host = sandbox::bare_host(desk)?;
    let code = {
        let _shown = desk.screen.progress(&format!("compiling {}", args.file.display()));
        host.precompile(bundle.component(), args.metering.into())?
    };
    let (target, compatibility) = (native_target(), code.compatibility);
    let native = NativeCode { target, compatibility, code: code.bytes.to_arc() };
    let bundle = (**bundle).clone().attach_native(native, &keys.iter().collect::<Vec<_>>())?;
    let file = args.output.clone().unwrap_or_else(|| args.file.clone());
    let bytes = bundle.to_bytes();
    input::write(&file, &bytes)?;
    let mut page = Page::default();
    page.line(format!("wrote {}", file.display()));
    let native: Vec<Native> = bundle.native().iter().map(Native::of).collect();
    page.table(&Native::HEADER, native.iter().map(Native::row).collect());
    let name = bundle.claimed_manifest().name().to_string();
    Ok(Reply::fine(Precompiled { file, name, bytes: bytes.len(), native }, page))
}

// === impl Native ===

impl Native {
    pub(super) const HEADER: [&str; 4] = ["native code for", "engine", "size", "signed by"];

    pub(super) fn of(part: &NativePart) -> Self {
        Self {
            target: part.target().to_owned(),
            compatibility: part.compatibility().to_owned(),
            digest: part.digest(),
            bytes: part.bytes_len(),
            signatures: part.claims(),
        }
    }

    pub(super) fn row(&self) -> Vec<String> {
        let engine: String = self.compatibility.chars().take(12).collect();
        let size = text::bytes(self.bytes as u64);
        vec![
            text::line(&self.target),
            text::line(&engine),
            size,
            text::line(&self.signatures.join(", ")),
        ]
    }
}

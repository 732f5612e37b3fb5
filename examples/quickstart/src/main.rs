//! An assistant calls one signed capability.
//!
//! *Never:* it runs anything that the one key it trusts did not sign.

use std::io::Write;

use engraft::Host;
use engraft::artifact::{KeyCard, Keyring, Scope, TrustedKey};
use serde::Deserialize;
use serde_json::json;

/// In a program of your own, read these from files.
const KEY: &str = include_str!("../../bundles/examples.key");
const BUNDLE: &[u8] = include_bytes!("../../bundles/text.engraft");

#[derive(Deserialize)]
struct Slug {
    text: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Whom to trust, and with which names.
    let key: KeyCard = KEY.trim().parse()?;
    let mut keyring = Keyring::new();
    keyring.trust(TrustedKey::from_card(&key, Scope::of_names(["text.*".parse()?])))?;

    // Verified, compiled, and found by its name from now on.
    let host = Host::builder().trust(keyring).build()?;
    let text = host.install(BUNDLE).await?;

    let input = json!({"text": "Programs that grow, safely!"});
    let slug: Slug = host.call_typed("text.tools", "slugify", &input).await?;

    let mut out = std::io::stdout().lock();
    writeln!(out, "{} {} says {}", text.name(), text.version(), slug.text)?;
    Ok(())
}

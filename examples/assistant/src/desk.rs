//! Sets the host up: whom to trust, what to allow, and the capabilities that come along.
//!
//! *Never:* a capability here may do more than the lines below say.

use std::sync::Arc;

use engraft::Host;
use engraft::artifact::{Ceiling, KeyCard, Keyring, Risk, Scope, TrustedKey};
use engraft::model::{ClockMode, Grant, KvQuota, Permissions};
use engraft::store::MemoryStore;

/// The public half of the key that signed what comes along.
const KEY: &str = include_str!("../../bundles/examples.key");
const BUNDLES: [&[u8]; 3] = [
    include_bytes!("../../bundles/text.engraft"),
    include_bytes!("../../bundles/units.engraft"),
    include_bytes!("../../bundles/notes.engraft"),
];

/// A host with everything that the assistant can do.
pub(crate) async fn open() -> Result<Host, Box<dyn std::error::Error>> {
    let key: KeyCard = KEY.trim().parse()?;
    let names = ["text.*".parse()?, "unit.*".parse()?, "note.*".parse()?];
    let quota = KvQuota { bytes: 64 << 10, keys: 200 };
    // What this key signs may ask for the time and for 64 KiB of values, and for nothing else.
    let may_ask = Permissions { clock: true, kv: Some(quota), ..Permissions::default() };
    let mut scope = Scope::of_names(names);
    scope.permissions = Ceiling::Within(may_ask);
    scope.risk = Risk::Low;
    let mut keyring = Keyring::new();
    keyring.trust(TrustedKey::from_card(&key, scope))?;

    // Texts and units compute and nothing else; notes get both.
    let mut notes = Grant::default();
    notes.clock = Some(ClockMode::Real);
    notes.kv = Some(quota);

    let host = Host::builder()
        .trust(keyring)
        .grant("note.*".parse()?, notes)
        .values(Arc::new(MemoryStore::default()))
        .build()?;
    for bundle in BUNDLES {
        host.install(bundle).await?;
    }
    Ok(host)
}

//! Bundles that were installed before, made ready again as a program does that begins again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engraft::artifact::{
    Bundle, BundleError, Installed, Keyring, Manifest, Origin, SigningKey, TrustError,
};
use engraft::engine::EngineError;
use engraft::model::{Clock, Digest, Outcome, SystemClock};
use engraft::{Capability, Error, Host, Invocation};

use crate::support::guest;

struct Place {
    folder: PathBuf,
    keyring: Keyring,
    bundle: Arc<[u8]>,
    installed: Installed,
}

impl Place {
    async fn new(topic: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("engraft-it-{topic}-{}", std::process::id()));
        let key = SigningKey::from_seed(&[9; 32], Origin::Development);
        let keyring = Keyring::for_development(key.public());
        let host = Host::builder().trust(keyring.clone()).build().unwrap();
        let description = host.describe(&"test.probe".parse().unwrap(), guest("probe")).await;
        let manifest = Manifest::new(description.unwrap(), "1.0.0".parse().unwrap());
        let bundle = Bundle::sign(guest("probe"), &manifest, &[&key]).unwrap();
        let installed = keyring.verify(bundle.clone(), SystemClock.wall()).unwrap().installed();
        Self { folder, keyring, bundle: bundle.to_bytes().into(), installed }
    }

    /// A program that begins.
    fn host(&self, cache: &Path) -> Host {
        Host::builder().trust(self.keyring.clone()).cache_dir(cache).build().unwrap()
    }

    /// The bundle with another byte within its component, which stands last.
    fn damaged(&self) -> Arc<[u8]> {
        let mut bytes = self.bundle.to_vec();
        let at = bytes.len() - guest("probe").len() / 2;
        bytes[at] ^= 1;
        bytes.into()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// What it answers; why it does not, where it does not.
async fn echo(capability: &Capability) -> String {
    match capability.call(Invocation::new("echo", r#""again""#)).await.outcome {
        Outcome::Returned(output) => output.as_str().to_owned(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn a_component_whose_code_is_kept_is_not_read() {
    let place = Place::new("again").await;
    let cache = place.folder.join("cache");
    for bundle in [&place.bundle, &place.damaged()] {
        let again = place.host(&cache).prepare_installed(bundle, &place.installed).await.unwrap();
        assert_eq!(echo(&again).await, r#""again""#);
    }
}

#[tokio::test]
async fn a_component_that_is_read_is_held_against_its_digest() {
    let place = Place::new("altered").await;
    let host = place.host(&place.folder.join("cache"));
    let refused = host.prepare_installed(&place.damaged(), &place.installed).await.unwrap_err();
    assert!(matches!(&refused, Error::Engine(EngineError::Altered { .. })), "{refused:?}");
    let told = refused.to_string();
    let short = place.installed.digests.blake3.short();
    assert!(told.contains("`test.probe`") && told.contains(&short), "{told}");
    // Nobody installs it, and with what was installed nothing is wrong.
    let refused = host.install(&place.damaged()).await.unwrap_err();
    assert!(matches!(refused, Error::Bundle(BundleError::Altered { .. })), "{refused:?}");
    let again = host.prepare_installed(&place.bundle, &place.installed).await.unwrap();
    assert_eq!(echo(&again).await, r#""again""#);
}

#[tokio::test]
async fn the_record_of_another_installation_is_refused() {
    let place = Place::new("another").await;
    let host = place.host(&place.folder.join("cache"));
    let mut other = place.installed.clone();
    other.statement = Digest::of(b"another");
    let refused = host.prepare_installed(&place.bundle, &other).await.unwrap_err();
    assert!(matches!(&refused, Error::Trust(TrustError::NotTheOne { .. })), "{refused:?}");
    // Where the record knows other bytes, those that are here are looked at whatever is kept of them.
    host.prepare_installed(&place.bundle, &place.installed).await.unwrap();
    let mut other = place.installed.clone();
    other.digests.blake3 = Digest::of(b"another");
    let refused = host.prepare_installed(&place.damaged(), &other).await.unwrap_err();
    assert!(matches!(&refused, Error::Trust(TrustError::Digest { .. })), "{refused:?}");
}

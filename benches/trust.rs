//! What it costs to trust a bundle whose component is 1 MiB: parse, digest, signature, decision.
//!
//! *Never:* a digest or a signature is passed over to be quicker.

use std::sync::Arc;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::model::{Clock, Digest, SystemClock};
use engraft_benches::comparison::criterion;
use engraft_benches::{Book, Comparison, Contender, Error, guests, report};

const BYTES: usize = 1 << 20;
/// The digest alone, below which no verification can be.
const DIGEST: &str = "BLAKE3 alone";
const AGAIN: &str = "a bundle installed before";
const FIRST: &str = "a bundle to be installed";

fn main() -> Result<(), Error> {
    let key = SigningKey::generate(Origin::Development)?;
    let keyring = Keyring::for_development(key.public());
    let component: Arc<[u8]> = guests::padded(&guests::small()?, BYTES)?.into();
    let manifest = Manifest::from_json(
        br#"{"name": "bench.large", "version": "1.0.0", "sequence": 1, "operations":
            [{"name": "echo", "input_schema": {}, "output_schema": {}}]}"#,
    )?;
    let file: Arc<[u8]> =
        Bundle::sign(Arc::clone(&component), &manifest, &[&key])?.to_bytes().into();
    let now = SystemClock.wall();
    let installed = keyring.verify(Bundle::from_arc(&file)?, now)?.installed();
    let digest = Digest::of(&component).to_string();

    let mut book = Book::new("trust");
    Comparison::new("verify, 1 MiB", &digest)
        .contender(Contender::sync(DIGEST, || Ok(Digest::of(&component).to_string())), &[])
        .contender(
            Contender::sync(AGAIN, || {
                let bundle = Bundle::from_arc(&file)?;
                let verified = keyring.verify_installed(bundle, &installed, now)?;
                Ok(verified.digest().to_string())
            }),
            &[DIGEST],
        )
        .contender(
            Contender::sync(FIRST, || {
                Ok(keyring.verify(Bundle::from_arc(&file)?, now)?.digest().to_string())
            }),
            &[DIGEST],
        )
        .measure(&mut criterion(), &mut book)?;
    for contender in [AGAIN, FIRST] {
        if let Some(row) = book.row("verify, 1 MiB", contender) {
            let microseconds = row.time_ns.median / 1e3;
            book.add_figure(format!("verify 1 MiB, {contender}"), microseconds, "µs");
        }
    }
    report::finish(&book)
}

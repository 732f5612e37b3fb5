//! What a thousand loaded small capabilities hold in memory, each another component.
//!
//! *Never:* two of the capabilities share compiled code.

use std::sync::Arc;

use engraft::Invocation;
use engraft::artifact::Manifest;
use engraft_benches::embedded::{Engraft, answer};
use engraft_benches::{Book, Error, guests, report};

const CAPABILITIES: usize = 1_000;

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let engraft = Engraft::new()?;
    // As a test a few will do.
    let count = if report::is_benchmark() { CAPABILITIES } else { 3 };
    let mut book = Book::new("memory");
    let before = resident_bytes()?;
    runtime.block_on(load(&engraft, count))?;
    let after = resident_bytes()?;
    book.add_figure(format!("resident before {count} capabilities"), megabytes(before), "MB");
    book.add_figure(format!("resident, {count} capabilities loaded"), megabytes(after), "MB");
    report::finish(&book)
}

/// Installs so many, each with other bytes so that none shares compiled code, and calls each once.
async fn load(engraft: &Engraft, count: usize) -> Result<(), Error> {
    let small = guests::small()?;
    let component: Arc<[u8]> = small.as_slice().into();
    let host = engraft.host();
    let description = host.describe(&"fresh.awaited".parse()?, component).await?;
    for number in 0..count {
        // The terms of the contenders fit `fresh.awaited` alone; these take the default, and log
        // lines would be denied to them, as they would be by default.
        let mut description = description.clone();
        description.name = format!("small.number-{number}").parse()?;
        let component: Arc<[u8]> = guests::padded(&small, small.len() + 64 + number)?.into();
        let manifest = Manifest::new(description, "1.0.0".parse()?);
        let name = manifest.name().to_string();
        host.install(&engraft.sign(&component, &manifest)?).await?;
        let answer = answer(host.call(&name, Invocation::new("echo", r#""hello""#)).await)?;
        if answer != r#""hello""# {
            return Err(format!("`{name}` answered `{answer}`").into());
        }
    }
    Ok(())
}

/// Pages of this process that are in memory, as the kernel counts them.
fn resident_bytes() -> Result<usize, Error> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(kilobytes.parse::<usize>()? << 10)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

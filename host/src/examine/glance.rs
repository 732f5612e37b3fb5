//! A first look at bytes, without a manifest, an engine or a policy: what they show by themselves.
//!
//! *Never:* anything is compiled, described or run; this is safe to do with any bytes in any process.

use std::time::Duration;

use super::candidate::Trust;
use super::checks::OF_BYTES;
use super::finding::Finding;
use super::level::{Level, Profile};
use super::notes::Notes;
use super::policy::Forbidden;
use super::report::Measures;
use super::subject::Subject;
use super::walk::walk;

/// What the bytes of a component show by themselves: measures, and what blocks it whatever its
/// manifest says.
///
/// ```
/// use engraft::examine::glance;
///
/// let blocks = "(block ".repeat(1_100) + &")".repeat(1_100);
/// let bomb = format!("(component (core module (func {blocks})))");
/// let (measures, findings) = glance(&wat::parse_str(bomb)?);
/// assert_eq!(measures.functions, 1);
/// assert!(findings.iter().any(|finding| finding.check.as_str() == "static.bomb.nesting"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn glance(component: &[u8]) -> (Measures, Vec<Finding>) {
    let profile = Profile::of(Level::Basic);
    let facts = walk(component, &profile.bounds);
    let mut notes = Notes::new(&profile);
    let subject = Subject {
        trust: &Trust::Unsigned,
        facts: &facts,
        manifest: None,
        before: None,
        names: &[],
        interfaces: &[],
        bounds: &profile.bounds,
        forbidden: &Forbidden::default(),
        now: Duration::ZERO,
        texts: Vec::new(),
    };
    notes.run(OF_BYTES, &subject);
    let (findings, _) = notes.into_parts("");
    (Measures::of(&facts), findings)
}

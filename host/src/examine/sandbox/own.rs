//! Whether a candidate that uses interfaces of an embedding program can be run: only with a tape that
//! answers in their place, whether or not that program is here.
//!
//! *Never:* such an interface does anything in an examination.

use super::Run;
use crate::engine::is_own;

/// Why it cannot be run, where that is so.
pub(super) fn unplayable(run: &Run<'_>) -> Option<String> {
    let interfaces = &run.config.interfaces;
    let imports = run.facts.iter().flat_map(|facts| &facts.imports);
    imports.filter(|import| is_own(import)).find_map(|import| {
        let offered = interfaces.iter().find(|interface| interface.offers(import));
        if offered.is_some_and(|interface| !interface.is_on_tape()) {
            let hint = "its program does not say that tapes can, with `Interface::on_tape`";
            return Some(format!("nothing can answer for `{import}` here: {hint}"));
        }
        let hint = "record real use in the program that offers it, with `Host::call_recorded`, and \
                    give the tape (`--tape`)";
        run.tape.is_none().then(|| format!("nothing answers for `{import}` here: {hint}"))
    })
}

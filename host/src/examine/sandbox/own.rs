//! Whether a candidate that uses interfaces of the embedding program can be run: only with a tape that
//! answers in their place.
//!
//! *Never:* such an interface does anything in an examination.

use super::Run;

/// Why it cannot be run, where that is so.
pub(super) fn unplayable(run: &Run<'_>) -> Option<String> {
    let interfaces = &run.config.interfaces;
    let imports = run.facts.iter().flat_map(|facts| &facts.imports);
    let mut own = imports.filter(|import| {
        !import.starts_with("engraft:capability/") && !import.starts_with("wasi:")
    });
    own.find_map(|import| {
        let Some(interface) = interfaces.iter().find(|interface| interface.offers(import)) else {
            return Some(format!("`{import}` is of another program, and not offered here"));
        };
        if !interface.is_on_tape() {
            let hint = "its program does not say that tapes can, with `Interface::on_tape`";
            return Some(format!("nothing can answer for `{import}` here: {hint}"));
        }
        let hint = "record real use with `Host::call_recorded`, and give the tape";
        run.tape.is_none().then(|| format!("nothing answers for `{import}` here: {hint}"))
    })
}

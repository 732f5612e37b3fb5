//! What a candidate tries, held against what it asks for.
//!
//! *Never:* what the manifest asks for is taken from anything but the manifest.

use super::{Answer, Trial};
use crate::examine::finding::Draft;
use crate::examine::sandbox::{Allows, Cast, Function, HostCall, Script, Tally, Values};
use crate::model::{HttpRule, Permissions};

/// Everything is allowed here; what the manifest asks for is held against it afterwards.
pub(super) async fn beyond(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let cast = Cast { allows: Allows::Everything, ..Cast::default() };
    let loaded = trial.actor.load(cast).await.map_err(|error| error.to_string())?;
    let asked = trial.actor.manifest().permissions();
    let mut found: Vec<Draft> = Vec::new();
    for base in &trial.bases {
        let script = Script { any_config: Some("yes".to_owned()), ..Script::default() };
        let seen = trial
            .actor
            .call_with(&loaded, &base.operation, &base.input, script, Values::default())
            .await;
        tally.add(&seen);
        for call in &seen.calls {
            if let Some(what) = excess(call, asked) {
                let message = format!("it tries what it does not ask for: {what}");
                let draft = Draft::new(message).seen(&base.operation, &base.input);
                if !found.iter().any(|known| known.message == draft.message) {
                    found.push(draft);
                }
            }
        }
    }
    Ok(found)
}

/// What of a call the permissions do not cover.
fn excess(call: &HostCall, asked: &Permissions) -> Option<String> {
    match call.function {
        Function::Http => {
            let url = url::Url::parse(&call.target).ok()?;
            let method = call.beside.iter().find(|(name, _)| name == "method");
            let method = method.map(|(_, value)| value.as_str()).unwrap_or_default();
            let host = url.host_str().unwrap_or_default();
            let default = if url.scheme() == "http" { 80 } else { 443 };
            let port = url.port().unwrap_or(default);
            // A slash in a value comes encoded, and is refused by the engine for what it could
            // mean; what is tried is a request to the place that was asked for.
            let path = url.path().replace("%2F", "_").replace("%2f", "_");
            let path = path.replace("%5C", "_").replace("%5c", "_");
            let allows = |rule: &HttpRule| rule.allows(method, host, port, default, &path);
            let allowed = asked.http.iter().any(allows);
            (!allowed).then(|| format!("{method} {host}{}", url.path()))
        }
        Function::Call => {
            let allowed = asked.call.iter().any(|names| names.matches(&call.target));
            (!allowed).then(|| format!("a call of {}", call.target))
        }
        Function::Config => {
            let allowed = asked.config.iter().any(|names| names.matches(&call.target));
            (!allowed).then(|| format!("the setting {}", call.target))
        }
        // What may be asked of the program is decided by what is imported.
        Function::Own
        | Function::Log
        | Function::Progress
        | Function::KvRead
        | Function::KvWrite => None,
    }
}

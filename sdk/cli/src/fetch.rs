//! A document from a URL: fetched by a recipe in a throwaway host, so that the rules for requests are
//! the same as for any capability.
//!
//! *Never:* a request goes anywhere but to the host and path that a person named, whatever that
//! answers.

use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::model::{Budget, CapabilityName, Grant, HostPattern, Outcome};
use engraft::synth::OpenApi;
use engraft::{Host, Invocation};
use serde::Deserialize;
use serde_json::json;

use crate::desk::Desk;
use crate::trouble::{Result, Trouble};

/// What documents may have; a little more, so that the message about it is the reader's own.
const DOCUMENT_BYTES_MAX: u64 = 9 << 20;
/// A page of documentation that takes longer does not come.
const DEADLINE: Duration = Duration::from_secs(60);
/// What the fetching recipe is called.
const NAME: &str = "document.fetch";

/// What a server answered.
#[derive(Deserialize)]
struct Answered {
    status: u16,
    body: String,
}

/// Whether a source is a URL rather than a file.
pub(crate) fn is_url(source: &str) -> bool {
    source.starts_with("https://") || source.starts_with("http://")
}

/// The text behind a URL. One in a private network is asked only where `private` names its host.
pub(crate) fn text(url: &str, private: &[HostPattern], desk: &Desk) -> Result<String> {
    let (recipe, host, path) = recipe(url, private)?;
    let _shown = desk.screen.progress(&format!("fetching from {host}"));
    let built = engraft_recipe::recipe::build(&recipe)
        .map_err(|_| Trouble::usage(format!("`{url}` is no URL that can be fetched")))?;
    let outcome = desk.wait(fetch(built.component, &host, &path))??;
    let Outcome::Returned(output) = &outcome else {
        return Err(Trouble::refused(format!("`{url}` was not fetched: {outcome}")));
    };
    let answered: Answered = output
        .read()
        .map_err(|error| Trouble::fault(format!("the answer cannot be read: {error}")))?;
    if answered.status != 200 {
        let status = answered.status;
        return Err(Trouble::corrupt(format!("`{url}` answers with status {status}")));
    }
    Ok(answered.body)
}

/// The recipe that fetches it, its host and its path.
fn recipe(url: &str, private: &[HostPattern]) -> Result<(String, String, String)> {
    let unfit = || {
        Trouble::usage(format!("`{url}` is no URL that can be fetched"))
            .hint("give a plain one, without a user name: `https://example.org/openapi.yaml`")
    };
    let reader = private.iter().cloned().fold(OpenApi::default(), OpenApi::allow_private);
    let place = reader.place(url).map_err(|error| {
        let said = error.to_string();
        match said.contains("private network") {
            true => Trouble::refused(said).hint("`--allow-private HOST` allows it, if it is meant"),
            false => Trouble::usage(said),
        }
    })?;
    let (Some(name), path) = (place.host_str(), place.path()) else { return Err(unfit()) };
    let has_user = !place.username().is_empty() || place.password().is_some();
    if has_user || url.contains(['{', '}']) {
        return Err(unfit());
    }
    let host = place.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
    let (path, fetched) = (path.to_owned(), place.as_str().split('#').next());
    let document = json!({
        "name": NAME,
        "version": "1.0.0",
        "summary": "Fetches a document.",
        "permissions": {"http": [{"host": host, "methods": ["GET"], "path": path}]},
        "steps": [{"fetch": fetched, "as": "answer"}],
        "return": {"status": "answer.status", "body": "string(answer.body)"},
    });
    Ok((document.to_string(), host, path))
}

/// Runs it with a grant of that host and path alone.
async fn fetch(component: Vec<u8>, host: &str, path: &str) -> Result<Outcome> {
    let key = SigningKey::generate(Origin::Development)?;
    let trusting = || Host::builder().trust(Keyring::for_development(key.public()));
    let name: CapabilityName = NAME.parse().map_err(|error| Trouble::fault(format!("{error}")))?;
    let rule = json!([{"host": host, "methods": ["GET"], "path_prefix": path}]);
    let mut grant = Grant::default();
    grant.http = serde_json::from_value(rule)
        .map_err(|error| Trouble::usage(format!("`{host}` is no host: {error}")))?;
    let bare = trusting().build()?;
    let description = bare.describe(&name, component.clone()).await?;
    let mut manifest = Manifest::new(description, semver::Version::new(1, 0, 0));
    manifest.budget = Budget {
        fuel: 100_000_000_000,
        deadline: DEADLINE,
        memory_bytes: 512 << 20,
        http_bytes: DOCUMENT_BYTES_MAX,
        // Letters that JSON escapes take up to six bytes.
        output_bytes: DOCUMENT_BYTES_MAX * 6,
        ..Budget::default()
    };
    let bundle = Bundle::sign(component, &manifest, &[&key])?;
    let pattern = "*".parse().map_err(|error| Trouble::fault(format!("{error}")))?;
    let host = trusting().grant(pattern, grant).build()?;
    host.install(&bundle.to_bytes()).await?;
    Ok(host.call(NAME, Invocation::new("run", "{}")).await.outcome)
}

//! Requests: method, headers, body and secrets, against what the recipe asks for.
//!
//! *Never:* a header is written that the host writes itself.

use super::Planner;
use super::url::Reach;
use crate::cel::{Span, Type};
use crate::recipe::document::{Fetch, Payload};
use crate::recipe::fit::listed;
use crate::recipe::plan::{Body, Credential, Fetch as Planned, Part, Request};
use crate::recipe::tree::Node;

/// Headers that frame a message or name the host; a recipe that could write them could say one thing
/// to the host and another to the server.
const HOSTS_OWN: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

impl Planner<'_> {
    pub(super) fn fetch(&mut self, fetch: &Fetch, at: Span) -> Option<Request> {
        let before = self.problems.len();
        for header in &fetch.headers {
            self.header(&header.name, header.at);
        }
        for secret in fetch.secrets.iter().filter(|secret| secret.place == 2) {
            self.header(&secret.name, secret.at);
        }
        let body = match &fetch.body {
            None => Body::None,
            Some(Payload::Json(value)) => Body::Json(self.expression(value)?),
            Some(Payload::Form(fields)) => Body::Form(self.pairs(fields, "")),
            Some(Payload::Plain(value)) => Body::Plain(self.plain_body(value)?),
        };
        let usual = if fetch.body.is_some() { "POST" } else { "GET" };
        let method = fetch.method.as_ref().and_then(Node::text).unwrap_or(usual).to_owned();
        let url = self.url(&fetch.url);
        let asks = |part: &Part| matches!(part, Part::Text(text) if text.contains('?'));
        let has_query = url.as_ref().is_some_and(|(parts, _)| parts.iter().any(asks));
        let query = self.pairs(&fetch.query, if has_query { "&" } else { "?" });
        let headers = self.planned_headers(&fetch.headers);
        let (url, reach) = url?;
        self.allowed(&reach, &method, fetch.method.as_ref().map_or(at, |node| node.span));
        for secret in &fetch.secrets {
            self.may_send(secret, &|host| reach.is_within(host));
        }
        let credential = |secret: &crate::recipe::document::SecretUse| Credential {
            secret: secret.secret.clone(),
            place: secret.place,
            name: secret.name.clone(),
        };
        (self.problems.len() == before).then(|| {
            Request::Fetch(Box::new(Planned {
                method,
                url,
                query,
                headers,
                body,
                credentials: fetch.secrets.iter().map(credential).collect(),
                timeout_ms: fetch.timeout_ms,
            }))
        })
    }

    fn plain_body(&mut self, node: &Node) -> Option<crate::cel::Node> {
        let body = self.expression(node)?;
        if !matches!(body.ty, Type::Text | Type::Bytes | Type::Dyn) {
            let message = format!("a body is string or bytes, and this is {}", body.ty);
            self.problem(body.span, message, "write it behind `json` instead of `body`");
        }
        Some(body)
    }

    fn header(&mut self, name: &str, at: Span) {
        let lower = name.to_ascii_lowercase();
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !name.bytes().all(token) {
            let mend = "letters, digits and hyphens";
            self.problem(at, format!("`{name}` is no name of a header"), mend);
        } else if HOSTS_OWN.contains(&lower.as_str()) || lower.starts_with("proxy-") {
            self.problem(at, format!("the host writes `{name}` itself"), "leave it out");
        }
    }

    /// Whether a rule of the recipe allows a request.
    fn allowed(&mut self, reach: &Reach, method: &str, method_at: Span) {
        let rules = &self.recipe.permissions.http;
        let reaches: Vec<_> = rules.iter().filter(|rule| reach.is_within(&rule.host)).collect();
        let shown = reach.shown();
        if reaches.is_empty() {
            if reach.is_open() {
                let message = "the input would choose the host, and no rule of \
                               `permissions.http` covers every host that it could name";
                let mend = "write the host as it is, or ask for everything below a domain: \
                            `*.example.org`";
                return self.problem(reach.at, message, mend);
            }
            let hosts = rules.iter().map(|rule| rule.host.as_str());
            let mend = super::near(&shown, hosts).map_or_else(
                || {
                    format!(
                        "add `{{host: \"{shown}\", methods: [{method}]}}` to `permissions.http`"
                    )
                },
                |meant| format!("did you mean `{meant}`?"),
            );
            let message = format!("the recipe does not ask to send requests to `{shown}`");
            return self.problem(reach.at, message, mend);
        }
        let takes = |methods: &[String]| match methods {
            [] => matches!(method, "GET" | "HEAD"),
            some => some.iter().any(|one| one == method),
        };
        let taken: Vec<_> = reaches.iter().filter(|rule| takes(&rule.methods)).collect();
        if taken.is_empty() {
            let message = format!("the recipe does not ask to send {method} requests to `{shown}`");
            let mend = format!("add `{method}` to the `methods` of its rule");
            return self.problem(method_at, message, mend);
        }
        if !taken.iter().any(|rule| reach.may_begin_with(&rule.path)) {
            let paths: Vec<&str> = taken.iter().map(|rule| rule.path.as_str()).collect();
            let message = "the recipe does not ask to send requests to this path";
            let mend = format!("its rule allows what begins with {}", listed(&paths));
            self.problem(reach.at, message, mend);
        }
    }
}

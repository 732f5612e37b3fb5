//! URLs with expressions in braces: where their parts end, and where they lead.
//!
//! *Never:* what an expression gives changes where a part of a URL ends, or chooses a host that no
//! rule covers.

use super::Planner;
use crate::cel::Span;
use crate::diagnostic::Diagnostic;
use crate::recipe::expression;
use crate::recipe::plan::Part;
use crate::recipe::tree::{Content, Node, Offsets, Scalar};

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    /// Text as it is, and where it begins.
    Text(&'a str, usize),
    /// Where an expression stands.
    Expression(Span),
}

/// Where a URL may lead. A brace stands for what an expression gives.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) at: Span,
    secure: bool,
    host: String,
    port: Option<u16>,
    /// As far as it is known.
    path: String,
    /// Whether more of the path follows that is not known.
    more: bool,
}

/// What part of a URL is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Host,
    Path,
    Query,
}

/// Splits a template at its braces.
fn split(template: &str) -> Result<Vec<Piece<'_>>, Diagnostic> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = template.get(at..).filter(|rest| !rest.is_empty()) {
        let open = rest.find('{').unwrap_or(rest.len());
        if open > 0 {
            pieces.push(Piece::Text(rest.get(..open).unwrap_or_default(), at));
            at += open;
            continue;
        }
        let Some(length) = closing(rest) else {
            let span = Span { start: at, end: at + 1 };
            return Err(Diagnostic::new(span, "this brace is not closed")
                .mend("close it with `}`, or write `%7B` to mean a brace"));
        };
        pieces.push(Piece::Expression(Span { start: at + 1, end: at + length }));
        at += length + 1;
    }
    Ok(pieces)
}

/// Where the brace that opens `text` closes, past braces and quotes inside.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            (None, _) => {}
        }
    }
    None
}

impl Planner<'_> {
    /// A URL's parts, and where it leads.
    pub(super) fn url(&mut self, node: &Node) -> Option<(Vec<Part>, Reach)> {
        let Content::Scalar(scalar) = &node.content else { return None };
        let before = self.problems.len();
        let offsets = Offsets::of(self.document, scalar, node.span);
        let pieces = match split(&scalar.text) {
            Ok(pieces) => pieces,
            Err(problem) => {
                self.problems.push(Diagnostic { span: offsets.span(problem.span), ..problem });
                return None;
            }
        };
        let mut reading =
            Reading { zone: Zone::Host, host: String::new(), reach: Reach::default() };
        reading.reach.at = node.span;
        let mut parts = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text, at) => {
                    let text = *text;
                    let within =
                        if number == 0 { self.scheme(node, text, &mut reading)? } else { 0 };
                    let span = offsets.span(Span { start: *at, end: at + text.len() });
                    let read = reading.text(text.get(within..).unwrap_or_default());
                    if let Err((message, mend)) = read {
                        self.problem(span, message, mend);
                    }
                    parts.push(Part::Text(text.to_owned()));
                }
                Piece::Expression(_) if number == 0 => return self.no_scheme(node),
                Piece::Expression(span) => {
                    parts.push(self.braces(node, scalar, *span, &mut reading)?);
                }
            }
        }
        let reach = match reading.finish() {
            Ok(reach) => reach,
            Err((message, mend)) => {
                self.problem(node.span, message, mend);
                return None;
            }
        };
        (self.problems.len() == before).then_some((parts, reach))
    }

    fn no_scheme<T>(&mut self, node: &Node) -> Option<T> {
        let mend = "write scheme and host as they are: `https://example.org/{input.path}`";
        self.problem(node.span, "a URL begins with `https://` or `http://`", mend);
        None
    }

    /// How long the scheme is.
    fn scheme(&mut self, node: &Node, text: &str, reading: &mut Reading) -> Option<usize> {
        let schemes = ["https://", "http://"];
        let Some(scheme) = schemes.into_iter().find(|scheme| text.starts_with(scheme)) else {
            return self.no_scheme(node);
        };
        reading.reach.secure = scheme == "https://";
        Some(scheme.len())
    }

    fn braces(
        &mut self,
        node: &Node,
        scalar: &Scalar,
        span: Span,
        reading: &mut Reading,
    ) -> Option<Part> {
        reading.braces();
        let expr = match expression::part(self.document, node, scalar, span) {
            Ok(expr) => expr,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let value = self.checked(&expr)?;
        Some(match reading.zone {
            Zone::Query => Part::Value(value),
            Zone::Host | Zone::Path => Part::Segment(value),
        })
    }
}

/// A URL as far as it has been read.
struct Reading {
    zone: Zone,
    /// Host and port together.
    host: String,
    reach: Reach,
}

type Refusal = (&'static str, &'static str);

const UPWARDS: Refusal = ("a path does not go up", "write where it leads, without `.` and `..`");

/// Whether a path has a segment that leads to another one.
fn climbs(path: &str) -> bool {
    let plain = path.to_ascii_lowercase().replace("%2e", ".");
    plain.split('/').any(|segment| matches!(segment, "." | ".."))
}

impl Reading {
    fn braces(&mut self) {
        match self.zone {
            Zone::Host => self.host.push('{'),
            Zone::Path => self.reach.more = true,
            Zone::Query => {}
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        for letter in text.chars() {
            if letter.is_whitespace() || letter.is_control() || letter == '\\' {
                return Err(("a URL has no spaces and backslashes", "write a space as `%20`"));
            }
            self.zone = match (self.zone, letter) {
                (_, '#') => {
                    return Err(("what stands behind `#` is never sent", "leave it out"));
                }
                (Zone::Host, '@') => {
                    let mend = "leave it out; a user name and a secret go into `basic`";
                    return Err(("a URL holds no user name", mend));
                }
                (Zone::Host, '/') | (Zone::Path, _) if letter != '?' => {
                    if !self.reach.more {
                        self.reach.path.push(letter);
                    }
                    Zone::Path
                }
                (Zone::Host | Zone::Path, '?') | (Zone::Query, _) => Zone::Query,
                (Zone::Host, letter) => {
                    self.host.push(letter);
                    Zone::Host
                }
                (Zone::Path, _) => Zone::Path,
            };
        }
        // The last segment may go on behind a brace.
        let whole = self.reach.path.rsplit_once('/').map_or("", |(whole, _)| whole);
        if climbs(whole) { Err(UPWARDS) } else { Ok(()) }
    }

    fn finish(mut self) -> Result<Reach, Refusal> {
        let (host, port) = match self.host.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host.to_owned(), Some(port.to_owned())),
            _ => (self.host.clone(), None),
        };
        let wrong = ("this is no port", "write a number from 1 to 65535 behind the colon");
        self.reach.port = match port {
            None => None,
            Some(port) => Some(port.parse().ok().filter(|port| *port != 0).ok_or(wrong)?),
        };
        if host.is_empty() {
            return Err(("a URL names a host", "write it behind the scheme"));
        }
        if self.reach.path.is_empty() && !self.reach.more {
            self.reach.path.push('/');
        }
        if !self.reach.more && climbs(&self.reach.path) {
            return Err(UPWARDS);
        }
        self.reach.host = host.to_ascii_lowercase();
        Ok(self.reach)
    }
}

impl Reach {
    /// Whether the input has a say in the host.
    pub(super) fn is_open(&self) -> bool {
        self.host.contains('{')
    }

    /// Host and port, as rules name them.
    pub(super) fn shown(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether a pattern of hosts covers every host that this may lead to.
    pub(super) fn is_within(&self, pattern: &str) -> bool {
        let (host, port) = match pattern.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (pattern, None),
        };
        let usual = if self.secure { 443 } else { 80 };
        if self.port.unwrap_or(usual) != port.unwrap_or(usual) {
            return false;
        }
        let host = host.to_ascii_lowercase();
        match (host.strip_prefix('*'), self.host.rsplit_once('{')) {
            (Some(""), _) => true,
            // What the input gives ends before the last constant part, which has to hold the domain.
            (Some(domain), Some((_, constant))) => constant.ends_with(domain),
            (Some(domain), None) => self.host.len() > domain.len() && self.host.ends_with(domain),
            (None, Some(_)) => false,
            (None, None) => self.host == host,
        }
    }

    /// Whether its path can begin with this, up to a `/` or the end.
    pub(super) fn may_begin_with(&self, prefix: &str) -> bool {
        if matches!(prefix, "" | "/") || self.more && prefix.starts_with(&self.path) {
            return true;
        }
        self.path.strip_prefix(prefix).is_some_and(|rest| {
            prefix.ends_with('/') || rest.starts_with('/') || rest.is_empty() && !self.more
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_expressions() {
        let template = "https://a.org/{x['}']}/{ {'a': 1}.a }";
        let texts: Vec<&str> = split(template)
            .unwrap()
            .iter()
            .map(|piece| match piece {
                Piece::Text(text, _) => text,
                Piece::Expression(span) => &template[span.start..span.end],
            })
            .collect();
        assert_eq!(texts, ["https://a.org/", "x['}']", "/", " {'a': 1}.a "]);
        assert!(split("https://a.org/{x").is_err());
        assert_eq!(split(r"{'\'}'}").unwrap().len(), 1);
    }

    fn reach(text: &str) -> Reach {
        let mut reading =
            Reading { zone: Zone::Host, host: String::new(), reach: Reach::default() };
        reading.reach.secure = true;
        for (at, part) in text.split("{}").enumerate() {
            if at > 0 {
                reading.braces();
            }
            reading.text(part).unwrap();
        }
        reading.finish().unwrap()
    }

    #[test]
    fn an_open_host_wants_a_pattern_that_covers_it() {
        let open = reach("{}.example.org/a");
        assert!(open.is_within("*.example.org") && open.is_within("*"));
        assert!(!open.is_within("example.org") && !open.is_within("*.api.example.org"));
        assert!(!reach("{}example.org").is_within("*.example.org"));
        assert!(!reach("a.example.org{}").is_within("*.example.org"));
        assert!(!reach("{}").is_within("*.example.org"));
        assert!(!open.is_within("*.example.org:8443"));
        assert!(reach("a.example.org").is_within("*.example.org"));
        assert!(!reach("example.org").is_within("*.example.org"));
    }

    #[test]
    fn a_path_is_held_against_its_prefix() {
        assert!(reach("a.org/v1/x").may_begin_with("/v1"));
        assert!(reach("a.org/v1/{}").may_begin_with("/v1/"));
        assert!(reach("a.org/v1{}").may_begin_with("/v1/users"));
        assert!(reach("a.org/v1{}").may_begin_with("/v1"));
        assert!(!reach("a.org/v10{}").may_begin_with("/v1"));
        assert!(!reach("a.org/v10").may_begin_with("/v1"));
        assert!(!reach("a.org").may_begin_with("/v1"));
    }
}

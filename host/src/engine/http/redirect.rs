//! Where a response leads on, and what goes along, as the Fetch standard has it.
//!
//! *Never:* a redirect takes the guest's own credentials to another origin, or from a safe wire to an
//! open one.

use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};

use super::HttpError;
use super::place::Place;

/// A request that was checked, for one hop.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) method: Method,
    pub(super) place: Place,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Where this response leads, if it is a redirect.
pub(super) fn location(status: StatusCode, headers: &HeaderMap) -> Option<&HeaderValue> {
    let leads_on = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    headers.get(header::LOCATION).filter(|_| leads_on)
}

/// The next hop.
pub(super) fn follow(
    mut draft: Draft,
    status: StatusCode,
    location: &HeaderValue,
) -> Result<Draft, HttpError> {
    let from = draft.place.shown();
    let location = std::str::from_utf8(location.as_bytes())
        .map_err(|_| HttpError::Broken(format!("{from} redirects to what is no URL")))?;
    let place = draft.place.join(location).map_err(|error| {
        HttpError::Broken(format!("{from} redirects to an unfit place: {error}"))
    })?;
    if draft.place.is_secure() && !place.is_secure() {
        return Err(HttpError::Refused(format!(
            "it leads from `https` to `http`, from {from} to {}",
            place.shown()
        )));
    }
    let becomes_get = match status.as_u16() {
        301 | 302 => draft.method == Method::POST,
        303 => !matches!(draft.method, Method::GET | Method::HEAD),
        _ => false,
    };
    if becomes_get {
        draft.method = Method::GET;
        draft.body = Bytes::new();
        for name in [
            header::CONTENT_TYPE,
            header::CONTENT_ENCODING,
            header::CONTENT_LANGUAGE,
            header::CONTENT_LOCATION,
        ] {
            draft.headers.remove(name);
        }
    }
    if !place.is_same_origin(&draft.place) {
        draft.headers.remove(header::AUTHORIZATION);
        draft.headers.remove(header::COOKIE);
    }
    draft.place = place;
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(method: Method, url: &str) -> Draft {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("mine"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        Draft { method, place: Place::parse(url).unwrap(), headers, body: "body".into() }
    }

    fn next(method: Method, status: u16, from: &str, to: &'static str) -> Result<Draft, HttpError> {
        let status = StatusCode::from_u16(status).unwrap();
        follow(draft(method, from), status, &HeaderValue::from_static(to))
    }

    #[test]
    fn methods_are_kept_or_rewritten_as_in_fetch() {
        for (status, method, becomes) in [
            (301, Method::POST, Method::GET),
            (302, Method::POST, Method::GET),
            (302, Method::PUT, Method::PUT),
            (303, Method::PUT, Method::GET),
            (303, Method::HEAD, Method::HEAD),
            (307, Method::POST, Method::POST),
            (308, Method::POST, Method::POST),
        ] {
            let next = next(method, status, "https://a.org/", "/b").unwrap();
            assert_eq!(next.method, becomes, "{status}");
            let emptied = next.body.is_empty() && !next.headers.contains_key("content-type");
            assert_eq!(emptied, matches!(becomes, Method::GET), "{status}");
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let kept = |to| {
            let next = next(Method::GET, 302, "https://a.org/", to).unwrap();
            next.headers.contains_key(header::AUTHORIZATION)
        };
        assert!(kept("/b") && kept("https://a.org:443/b"));
        assert!(!kept("https://b.org/") && !kept("https://a.org:444/"));
    }

    #[test]
    fn a_safe_wire_is_not_left() {
        let refused = next(Method::GET, 302, "https://a.org/", "http://a.org/").unwrap_err();
        assert!(matches!(refused, HttpError::Refused(_)), "{refused}");
        assert!(next(Method::GET, 302, "http://a.org/", "https://a.org/").is_ok());
        assert!(next(Method::GET, 302, "https://a.org/", "file:///etc/passwd").is_err());
    }

    #[test]
    fn only_some_statuses_lead_on() {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, HeaderValue::from_static("/b"));
        for (status, leads) in [(200, false), (201, false), (300, false), (302, true), (304, false)]
        {
            let found = location(StatusCode::from_u16(status).unwrap(), &headers).is_some();
            assert_eq!(found, leads, "{status}");
        }
    }
}

//! The method and the headers that a guest may send.
//!
//! *Never:* a guest writes what frames a message or says which host is meant; the host does.

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, header};

use super::HttpError;

/// Servers refuse more than about a hundred; a guest needs a few.
const HEADERS_MAX: usize = 64;

/// Servers refuse more than 8 to 64 KiB.
const HEADER_BYTES_MAX: usize = 32 << 10;

/// Reads a method. `CONNECT` would open a tunnel, `TRACE` would echo secrets.
pub(super) fn method(text: &str) -> Result<Method, HttpError> {
    let unfit = |why: &str| Err(HttpError::Invalid(format!("the method does not fit: {why}")));
    if text.len() > 32 || text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return unfit("it must be in upper case and at most 32 bytes long");
    }
    match Method::from_bytes(text.as_bytes()) {
        Err(_) => unfit("it must be one word, such as `GET`"),
        Ok(method) if is_refused(&method) => unfit("`CONNECT`, `TRACE` and `TRACK` are not sent"),
        Ok(method) => Ok(method),
    }
}

/// Methods that are never sent.
pub(super) fn is_refused(method: &Method) -> bool {
    matches!(method.as_str(), "CONNECT" | "TRACE" | "TRACK")
}

/// Reads the headers of a guest.
pub(super) fn headers(list: &[(String, String)]) -> Result<HeaderMap, HttpError> {
    let unfit = |why: String| HttpError::Invalid(format!("the headers do not fit: {why}"));
    let bytes: usize = list.iter().map(|(name, value)| name.len() + value.len()).sum();
    if list.len() > HEADERS_MAX || bytes > HEADER_BYTES_MAX {
        let most = format!("at most {HEADERS_MAX} with {HEADER_BYTES_MAX} bytes together");
        return Err(unfit(most));
    }
    let mut map = HeaderMap::with_capacity(list.len());
    for (at, (name, value)) in list.iter().enumerate() {
        let name = header_name(name)
            .map_err(|why| unfit(format!("the name of number {} {why}", at + 1)))?;
        let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else {
            return Err(unfit(format!("the value of `{name}` holds control characters")));
        };
        map.append(name, value);
    }
    Ok(map)
}

/// Reads the name of a header that a guest may set.
pub(super) fn header_name(text: &str) -> Result<HeaderName, String> {
    let Ok(name) = HeaderName::from_bytes(text.as_bytes()) else {
        return Err("is not one word of letters, digits and hyphens".to_owned());
    };
    if is_hosts_own(&name) {
        return Err(format!("is `{name}`, which the host writes itself"));
    }
    Ok(name)
}

/// Headers that frame the message, name the host, or speak to what stands between. Letting a guest
/// write them would let it say one thing to us and another to the server.
pub(super) fn is_hosts_own(name: &HeaderName) -> bool {
    const OWN: [HeaderName; 9] = [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::EXPECT,
        header::VIA,
    ];
    let text = name.as_str();
    OWN.contains(name)
        || matches!(text, "keep-alive" | "http2-settings")
        || text.starts_with("proxy-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> Result<HeaderMap, HttpError> {
        headers(&[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_header_cannot_smuggle_another() {
        for (name, value) in [
            ("x", "a\r\nHost: evil"),
            ("x", "a\nb"),
            ("x", "a\rb"),
            ("x", "a\0b"),
            ("x\r\ny", "a"),
            ("x y", "a"),
            ("x:", "a"),
            ("", "a"),
        ] {
            assert!(matches!(one(name, value), Err(HttpError::Invalid(_))), "{name:?} {value:?}");
        }
        assert!(one("x", "grüß\tdich").is_ok());
    }

    #[test]
    fn what_the_host_writes_a_guest_does_not() {
        for name in [
            "Host",
            "connection",
            "Keep-Alive",
            "Transfer-Encoding",
            "CONTENT-LENGTH",
            "TE",
            "Trailer",
            "Upgrade",
            "Proxy-Authorization",
            "Proxy-Connection",
            "Expect",
            "Via",
        ] {
            assert!(one(name, "x").is_err(), "{name}");
        }
        assert!(headers(&vec![("x".to_owned(), String::new()); HEADERS_MAX + 1]).is_err());
        assert!(one("x", &"x".repeat(HEADER_BYTES_MAX)).is_err());
    }

    #[test]
    fn methods_are_words_in_upper_case() {
        assert!(method("GET").is_ok() && method("PROPFIND").is_ok());
        for bad in ["", "get", "GET /", "GE T", "CONNECT", "TRACE", "GET\r\n"] {
            assert!(method(bad).is_err(), "{bad:?}");
        }
    }
}

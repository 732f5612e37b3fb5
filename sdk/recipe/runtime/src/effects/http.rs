//! Requests to the outside: a request is a list of method, URL, headers, body, credentials and time.
//!
//! *Never:* a header with a line break in it is sent.

use super::{held, in_batches, refused, text_at};
use crate::fault::{Cause, effect, raise, raise_with};
use crate::map;
use crate::row::Row;
use crate::same::same;
use crate::value::{Kind, NONE, Value};

#[link(wasm_import_module = "engraft:capability/http@1.0.0")]
unsafe extern "C" {
    #[link_name = "send"]
    fn http_send(
        method: u32,
        method_length: u32,
        url: u32,
        url_length: u32,
        headers: u32,
        header_count: u32,
        has_body: u32,
        body: u32,
        body_length: u32,
        credentials: u32,
        credential_count: u32,
        has_timeout: u32,
        timeout: u32,
        answer: *mut [u32; 6],
    );
    #[link_name = "send-all"]
    fn http_send_all(requests: *const [u32; 13], count: u32, answer: *mut [u32; 4]);
}

/// The thirteen words of a request, in the order of its record.
fn lowered(request: Value) -> Option<[u32; 13]> {
    let [method, url, headers, body, credentials, timeout] = request.items() else { return None };
    if !url.is(Kind::Text) {
        raise(Cause::NoSuchOverload);
        return None;
    }
    if climbs(url.raw()) {
        raise_with(Cause::BadArgument, Value::text("the path of this URL leads upwards"));
        return None;
    }
    let (header_place, header_count) = header_words(*headers)?;
    let body_words = match body.kind() {
        Kind::Null => [0, 0, 0],
        Kind::Text | Kind::Bytes => [1, body.b() as u32, body.a()],
        _ => {
            raise(Cause::NoSuchOverload);
            return None;
        }
    };
    let (secrets, secret_count) = credential_words(*credentials);
    let timeout = if timeout.is(Kind::Int) { [1, timeout.b() as u32] } else { [0, 0] };
    Some([
        method.b() as u32,
        method.a(),
        url.b() as u32,
        url.a(),
        header_place,
        header_count,
        body_words[0],
        body_words[1],
        body_words[2],
        secrets,
        secret_count,
        timeout[0],
        timeout[1],
    ])
}

/// Whether a URL's path has a segment `.` or `..`, which no escaping keeps from leading elsewhere:
/// `%2e` means the same.
fn climbs(url: &[u8]) -> bool {
    let end = url.iter().position(|byte| *byte == b'?').unwrap_or(url.len());
    // Scheme and host are the first three segments, and hold no such thing.
    url[..end].split(|byte| *byte == b'/').any(|segment| {
        let (mut rest, mut dots) = (segment, 0);
        while let Some(next) = rest.strip_prefix(b".").or_else(|| encoded_dot(rest)) {
            (rest, dots) = (next, dots + 1);
        }
        rest.is_empty() && (dots == 1 || dots == 2)
    })
}

fn encoded_dot(rest: &[u8]) -> Option<&[u8]> {
    rest.strip_prefix(b"%2e").or_else(|| rest.strip_prefix(b"%2E"))
}

/// Whether a request with this method changes nothing where it leads.
fn is_safe(method: Value) -> bool {
    matches!(method.raw(), b"GET" | b"HEAD" | b"OPTIONS")
}

/// A flat list of names and values, each two words.
fn header_words(headers: Value) -> Option<(u32, u32)> {
    let mut words = Row::with_room(headers.len());
    for text in headers.items() {
        let broken = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
        if !text.is(Kind::Text) || text.raw().iter().any(broken) {
            raise_with(Cause::BadArgument, Value::text("a header is to be one line of text"));
            return None;
        }
        words.push([text.b() as u32, text.a()]);
    }
    Some((words.leak().as_ptr() as u32, headers.len() as u32 / 2))
}

/// A flat list of a secret's name, where it goes (0 to 3), and the name of that place.
fn credential_words(credentials: Value) -> (u32, u32) {
    let mut words = Row::with_room(credentials.len());
    for parts in credentials.items().chunks_exact(3) {
        let (secret, placement, name) = (parts[0], parts[1], parts[2]);
        words.push([
            secret.b() as u32,
            secret.a(),
            placement.b() as u32,
            name.b() as u32,
            name.a(),
        ]);
    }
    let count = words.len() as u32;
    (words.leak().as_ptr() as u32, count)
}

/// The case of a host's error that says that it was tried, and that something may have happened.
const TRIED: u32 = 4;

/// An answer of six words to a request: status, headers and body, or an error.
fn lifted(request: Value, words: [u32; 6]) -> Value {
    let [tag, a, b, c, d, e] = words;
    let answered = tag & 0xff == 0;
    if (answered || a & 0xff >= TRIED) && !request.items().first().is_some_and(|it| is_safe(*it)) {
        effect();
    }
    if !answered {
        return refused(a, b, c);
    }
    // SAFETY: the host wrote so many pairs of texts there.
    let pairs = unsafe { core::slice::from_raw_parts(b as *const [u32; 4], c as usize) };
    let mut headers: Row<(Value, Value)> = Row::with_room(pairs.len());
    for [name, name_length, value, value_length] in pairs {
        let name = text_at(*name, *name_length);
        let lower = name.raw().iter().map(u8::to_ascii_lowercase).collect();
        let name = Value::text_of(lower);
        // Of headers that come more than once, the first counts.
        if !headers.iter().any(|(known, _)| same(known.raw(), name.raw())) {
            headers.push((name, text_at(*value, *value_length)));
        }
    }
    let body = Value::new(Kind::Bytes, e, u64::from(d));
    let body = match core::str::from_utf8(body.raw()) {
        Ok(text) => Value::text(text),
        Err(_) => body,
    };
    let fields = [
        (Value::text("status"), Value::int(i64::from(a & 0xffff))),
        (Value::text("headers"), map::indexed(headers)),
        (Value::text("body"), body),
    ];
    Value::map(Row::from(fields.as_slice()))
}

/// Sends one request.
#[unsafe(no_mangle)]
extern "C" fn rt_fetch(request: Value) -> Value {
    let Some([a, b, c, d, e, f, g, h, i, j, k, l, m]) = lowered(request) else { return NONE };
    let mut answer = [0; 6];
    // SAFETY: everything lives as long as the call, and the answer has room.
    unsafe { http_send(a, b, c, d, e, f, g, h, i, j, k, l, m, &raw mut answer) };
    lifted(request, answer)
}

/// As many requests as a host sends side by side.
const BATCH_MAX: usize = 32;

/// Sends requests side by side; a failure stands in its place in the list.
#[unsafe(no_mangle)]
extern "C" fn rt_fetch_all(requests: Value) -> Value {
    in_batches(requests, BATCH_MAX, send_all)
}

fn send_all(requests: &[Value]) -> Option<Row<Value>> {
    // One that does not fit is refused alone, before the others go out.
    let fits: Row<Result<[u32; 13], Value>> =
        requests.iter().map(|one| lowered(*one).ok_or_else(|| held(NONE))).collect();
    let lowered_all: Row<[u32; 13]> = fits.iter().filter_map(|one| one.ok()).collect();
    let mut answer = [0; 4];
    // SAFETY: everything lives as long as the call, and the answer has room.
    unsafe {
        http_send_all(lowered_all.as_ptr(), lowered_all.len() as u32, &raw mut answer);
    }
    let [tag, a, b, c] = answer;
    if tag & 0xff != 0 {
        refused(a, b, c);
        return None;
    }
    // SAFETY: the host wrote so many answers there.
    let answers = unsafe { core::slice::from_raw_parts(a as *const [u32; 6], b as usize) };
    let mut answers = answers.iter();
    let answer = |(request, fits): (&Value, &Result<[u32; 13], Value>)| match fits {
        Err(fault) => Some(*fault),
        Ok(_) => Some(held(lifted(*request, *answers.next()?))),
    };
    requests.iter().zip(fits.iter()).map(answer).collect()
}

/// Text as a part of a URL: only unreserved letters stay as they are.
#[unsafe(no_mangle)]
extern "C" fn rt_url_encode(value: Value) -> Value {
    let mut text = Row::new();
    if !crate::convert::push_text(&mut text, value) {
        return raise(Cause::NoSuchOverload);
    }
    let mut out = Row::with_room(text.len());
    for byte in text.iter().copied() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte);
        } else {
            let digit = |at: u8| b"0123456789ABCDEF"[usize::from(at)];
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    Value::text_of(out)
}

//! Takes secrets out of what comes back, where a server echoes them.
//!
//! It finds a secret as it was sent: verbatim, as the base64 of basic credentials, or percent-encoded
//! as in the query. A server that transforms a secret otherwise (another encoding, a hash, a part of
//! it) has given it away; such servers do not belong among a secret's hosts.
//!
//! *Never:* a guest reads back, as sent, what the host has put into its request.

use zeroize::Zeroizing;

/// What stands in a secret's place.
const MARK: &[u8] = b"[secret]";

/// Shorter ones appear everywhere by chance, so taking them out would tell a guest what they are.
const SECRET_BYTES_MIN: usize = 4;

/// The forms in which secrets have left with a request.
#[derive(Default)]
pub(crate) struct Revealed(Vec<Zeroizing<Vec<u8>>>);

impl Revealed {
    pub(crate) fn add(&mut self, form: &[u8]) {
        let is_new = !self.0.iter().any(|known| known.as_slice() == form);
        if form.len() >= SECRET_BYTES_MIN && is_new {
            self.0.push(Zeroizing::new(form.to_vec()));
            // The longer first, so that a form inside another one does not break it up.
            self.0.sort_by_key(|form| std::cmp::Reverse(form.len()));
        }
    }

    /// The same bytes without secrets.
    pub(crate) fn redact(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.0.iter().fold(bytes, |bytes, form| replace(bytes, form))
    }

    /// The same text without secrets.
    pub(crate) fn redact_text(&self, text: String) -> String {
        if self.0.is_empty() {
            return text;
        }
        String::from_utf8_lossy(&self.redact(text.into_bytes())).into_owned()
    }
}

fn replace(bytes: Vec<u8>, form: &[u8]) -> Vec<u8> {
    let Some(mut at) = find(&bytes, form) else { return bytes };
    let mut clean = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    loop {
        let (before, behind) = rest.split_at(at);
        clean.extend_from_slice(before);
        clean.extend_from_slice(MARK);
        rest = behind.get(form.len()..).unwrap_or_default();
        match find(rest, form) {
            Some(next) => at = next,
            None => break,
        }
    }
    clean.extend_from_slice(rest);
    clean
}

fn find(bytes: &[u8], form: &[u8]) -> Option<usize> {
    let first = *form.first()?;
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == first)?;
        if bytes.get(at..)?.starts_with(form) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_echo_goes() {
        let mut revealed = Revealed::default();
        revealed.add(b"hunter2");
        revealed.add(b"hunter2-and-more");
        revealed.add(b"abc");
        let clean = |text: &str| revealed.redact_text(text.to_owned());
        assert_eq!(clean("a hunter2hunter2 z"), "a [secret][secret] z");
        assert_eq!(clean("hunter2-and-more"), "[secret]");
        assert_eq!(clean("hunter hunhunter2"), "hunter hun[secret]");
        assert_eq!(clean("abc"), "abc", "too short to look for");
        assert_eq!(revealed.redact(b"\xffhunter2\xfe".to_vec()), b"\xff[secret]\xfe");
    }
}

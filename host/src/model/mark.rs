//! Users as marks: enough to know one again who says who they are, and too little to tell who it was.
//!
//! *Never:* a mark holds a name; whoever has one can only ask whether it is of a name that they know.

use std::fmt;

use super::Digest;

/// A user as gaps remember one, and as a release knows who asked for it.
///
/// As text it is `#0123456789abcdef@LOG`; no user is called so whose program has not taken that from
/// here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The log that knows the user so; in another one the same user has another number.
    pub(crate) log: String,
    pub(crate) number: u64,
}

impl Mark {
    /// The number of a user, by the sticky id. Calls ask for it on their way, so it allocates nothing.
    pub(crate) fn number(log: &str, sticky: &str) -> u64 {
        let digest = Digest::of_all(&[log.as_bytes(), b"\0", sticky.as_bytes()]);
        let bytes = digest.as_bytes().iter().take(8);
        bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A mark from its text; none where the text is something else, such as a sticky id.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (digits, log) = text.strip_prefix('#')?.split_once('@')?;
        let is_number = digits.len() == 16 && digits.bytes().all(|it| it.is_ascii_hexdigit());
        let number = u64::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
        Some(Self { log: log.to_owned(), number })
    }
}

// === impl Mark ===

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:016x}@{}", self.number, self.log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_is_written_and_a_name_is_none() {
        let mark = Mark { log: "engraft/a@b".to_owned(), number: Mark::number("a", "bob") };
        assert_eq!(Mark::read(&mark.to_string()), Some(mark));
        assert_ne!(Mark::number("a", "bob"), Mark::number("b", "bob"));
        for name in ["bob", "#bob@a", "#12@a", "#0123456789abcdef", "#+123456789abcdef@a"] {
            assert_eq!(Mark::read(name), None, "{name}");
        }
    }
}

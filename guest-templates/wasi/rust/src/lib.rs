//! Keeps notes in a file, in a directory that a host grants.

use engraft_guest::capability;

/// Keeps notes in a file.
#[capability(name = "example.notes")]
pub mod notes {
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::path::Path;

    use engraft_guest::{Failure, Schema};
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, Schema)]
    #[serde(deny_unknown_fields)]
    pub struct Input {
        /// What to note.
        text: String,
    }

    #[derive(Serialize, Schema)]
    pub struct Noted {
        /// How many lines there are, this one included.
        lines: u64,
    }

    /// Adds a line to the notes and counts them.
    #[operation(intents("note {text}"), example(r#"{"text": "Buy milk"}"#, r#"{"lines": 1}"#))]
    pub fn note(input: Input) -> Result<Noted, Failure> {
        add(Path::new("/data/notes.txt"), &input.text).map(|lines| Noted { lines })
    }

    /// Apart from its place, so that tests find it anywhere.
    pub(crate) fn add(notes: &Path, text: &str) -> Result<u64, Failure> {
        if text.is_empty() || text.contains('\n') {
            return Err(Failure::invalid_input("a note is one line"));
        }
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(notes)
            .map_err(|error| Failure::denied(format!("the notes cannot be kept: {error}")))?;
        let broken = |error: std::io::Error| Failure::failed(error.to_string());
        writeln!(file, "{text}").map_err(broken)?;
        Ok(fs::read_to_string(notes).map_err(broken)?.lines().count() as u64)
    }
}

#[cfg(test)]
mod tests {
    use engraft_guest::FailureKind;

    use super::notes::add;

    // Files are those of this machine.
    #[test]
    fn it_counts_the_lines() {
        let notes = std::env::temp_dir().join(format!("notes-{}", std::process::id()));
        assert_eq!(add(&notes, "Buy milk").unwrap(), 1);
        assert_eq!(add(&notes, "Drink it").unwrap(), 2);
        std::fs::remove_file(notes).unwrap();
    }

    #[test]
    fn no_line_is_the_callers_mistake() {
        for text in ["", "a\nb"] {
            let failure = add("notes".as_ref(), text).unwrap_err();
            assert_eq!(failure.kind(), FailureKind::InvalidInput);
        }
    }

    #[test]
    fn without_the_directory_it_says_so() {
        let failure = add("/no/such/folder/notes".as_ref(), "Buy milk").unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Denied);
    }
}

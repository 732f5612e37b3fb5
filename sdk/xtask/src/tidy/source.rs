//! Files as the rules see them: their text, and their code without comments and strings.
//!
//! *Never:* a rule about code is broken or kept by a comment.

use std::path::Path;

use crate::repository::Problem;

/// One text file, its path relative to the root of the repository.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
    /// The same number of lines, with comments and the insides of strings blanked out.
    pub(super) code: String,
}

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 2] = ["target", ".git"];

/// What is read; anything else is not text.
const TEXT: [&str; 9] = ["rs", "md", "toml", "wit", "json", "sh", "yml", "yaml", "txt"];

/// Every text file below the root.
pub(super) fn all(root: &Path) -> Result<Vec<Source>, Problem> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| Problem::file(&folder, &error))?;
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !FOREIGN.iter().any(|foreign| name == *foreign) {
                folders.push(path);
            } else if is_text(&path) {
                let text =
                    std::fs::read_to_string(&path).map_err(|error| Problem::file(&path, &error))?;
                let relative = path.strip_prefix(root).unwrap_or(&path);
                found.push(Source::new(&relative.to_string_lossy().replace('\\', "/"), &text));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The names at the top of the repository.
pub(super) fn top_level(root: &Path) -> Result<Vec<String>, Problem> {
    let entries = std::fs::read_dir(root).map_err(|error| Problem::file(root, &error))?;
    Ok(entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

fn is_text(path: &Path) -> bool {
    path.is_file()
        && path.extension().is_some_and(|extension| TEXT.iter().any(|text| extension == *text))
}

// === impl Source ===

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let code = if path.ends_with(".rs") { code_of(text) } else { String::new() };
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether this file is only built for tests.
    pub(super) fn is_test(&self) -> bool {
        self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.starts_with("benches/")
    }

    /// Lines of code, each with its number, up to the tests at the end of the file.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.tests_begin();
        self.code.lines().take(end).enumerate().map(|(index, line)| (index + 1, line))
    }

    /// How many lines stand before the tests at the end of the file.
    pub(super) fn tests_begin(&self) -> usize {
        let lines: Vec<&str> = self.text.lines().collect();
        let inline = lines.windows(2).position(|pair| {
            matches!(pair, [cfg, module] if cfg.trim() == "#[cfg(test)]"
                && module.starts_with("mod ") && module.ends_with('{'))
        });
        inline.unwrap_or(lines.len())
    }
}

/// Blanks comments and the insides of strings out, a character at a time.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (kept, skipped) = if rest.starts_with("//") {
            ("", rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            ("", rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if let Some(hashes) = raw_string(rest) {
            let closing = format!("\"{}", "#".repeat(hashes));
            let begin = hashes + 2;
            let end = rest.get(begin..).and_then(|inside| inside.find(&closing));
            ("\"\"", end.map_or(rest.len(), |end| begin + end + closing.len()))
        } else if next == '"' {
            ("\"\"", string_end(rest))
        } else if rest.starts_with("'\"'") {
            ("' '", 3)
        } else {
            let length = next.len_utf8();
            (rest.get(..length).unwrap_or(""), length)
        };
        code.push_str(kept);
        let (gone, after) = rest.split_at(skipped);
        // Line numbers have to stay what they are.
        if kept.len() != gone.len() {
            code.extend(gone.chars().filter(|letter| *letter == '\n'));
        }
        rest = after;
    }
    code
}

/// The number of `#` if a raw string begins here.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.chars().take_while(|letter| *letter == '#').count();
    after.get(hashes..)?.starts_with('"').then_some(hashes)
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

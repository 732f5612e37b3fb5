//! What the terminal shows: lines, and where a terminal is there, a panel that is drawn anew.
//!
//! *Never:* colour where nobody sees it, or where `NO_COLOR` asks for none.

use std::error::Error;
use std::io::{ErrorKind, IsTerminal, Stdout, Write};

use crate::Result;

/// Letters of a line, so that a terminal of a hundred columns breaks none.
const WIDTH: usize = 94;

/// How something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Dim,
    Good,
    Bad,
    Name,
    Strong,
}

/// The terminal.
pub(crate) struct Screen {
    out: Stdout,
    colour: bool,
    /// Whether lines can be drawn over.
    redraws: bool,
    /// The panel as it is shown, and how many lines of it are to be drawn over.
    panel: Vec<String>,
    drawn: usize,
    /// Whether the panel goes when something else is shown.
    is_fleeting: bool,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let out = std::io::stdout();
        let is_set = |name: &str| {
            let value = std::env::var_os(name);
            value.is_some_and(|value| !value.is_empty() && value != "0")
        };
        let redraws = out.is_terminal();
        let colour = !is_set("NO_COLOR") && (redraws || is_set("CLICOLOR_FORCE"));
        Self { out, colour, redraws, panel: Vec::new(), drawn: 0, is_fleeting: false }
    }

    /// The text in an ink.
    pub(crate) fn paint(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Dim => "2",
            Ink::Good => "32",
            Ink::Bad => "31",
            Ink::Name => "36",
            Ink::Strong => "1",
        };
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A line, or several.
    pub(crate) fn say(&mut self, text: &str) -> Result<()> {
        self.keep()?;
        Ok(writeln!(self.out, "{text}")?)
    }

    /// A line in an ink, a little to the right.
    pub(crate) fn aside(&mut self, ink: Ink, text: &str) -> Result<()> {
        let lines = text.lines().flat_map(|line| wrapped(line, WIDTH));
        let text = lines.map(|line| format!("    {}", self.paint(ink, &line)));
        let text = text.collect::<Vec<_>>().join("\n");
        self.say(&text)
    }

    /// A heading.
    pub(crate) fn heading(&mut self, text: &str) -> Result<()> {
        let text = self.paint(Ink::Strong, &format!("── {text} "));
        self.say(&format!("\n{text}"))
    }

    /// What somebody says.
    pub(crate) fn heard(&mut self, who: &str, sentence: &str) -> Result<()> {
        let who = self.paint(Ink::Name, &format!("{who} ›"));
        self.say(&format!("{who} {sentence}"))
    }

    /// Where a person types.
    pub(crate) fn prompt(&mut self) -> Result<()> {
        if std::io::stdin().is_terminal() {
            self.keep()?;
            write!(self.out, "\n{} ", self.paint(Ink::Name, "›"))?;
            self.out.flush()?;
        }
        Ok(())
    }

    /// Draws these lines over those that were drawn last. Where lines cannot be drawn over, they are
    /// shown when the panel is [kept](Self::keep).
    pub(crate) fn panel(&mut self, lines: Vec<String>) -> Result<()> {
        if self.redraws && lines != self.panel {
            self.wipe()?;
            for line in &lines {
                writeln!(self.out, "{line}")?;
            }
            self.out.flush()?;
            self.drawn = lines.len();
        }
        (self.panel, self.is_fleeting) = (lines, false);
        Ok(())
    }

    /// Draws a line that goes when something else is shown, or when nothing is to be waited for any
    /// more. Where lines cannot be drawn over, nobody sees it.
    pub(crate) fn progress(&mut self, line: Option<String>) -> Result<()> {
        if self.redraws {
            self.panel(line.into_iter().collect())?;
            self.is_fleeting = true;
        }
        Ok(())
    }

    /// Leaves the panel as it is shown.
    pub(crate) fn keep(&mut self) -> Result<()> {
        if std::mem::take(&mut self.is_fleeting) {
            self.panel.clear();
            return self.wipe();
        }
        let panel = std::mem::take(&mut self.panel);
        let drawn = std::mem::take(&mut self.drawn);
        if drawn == 0 {
            for line in &panel {
                writeln!(self.out, "{line}")?;
            }
        }
        Ok(())
    }

    /// Tells what went wrong, where nobody takes it for an answer.
    pub(crate) fn trouble(&mut self, text: &str) {
        // Whoever closed the terminal does not read this either.
        drop(self.keep());
        drop(writeln!(std::io::stderr(), "assistant: {text}"));
    }

    fn wipe(&mut self) -> Result<()> {
        if self.drawn > 0 {
            write!(self.out, "\u{1b}[{}F\u{1b}[J", self.drawn)?;
        }
        self.drawn = 0;
        Ok(())
    }
}

/// A line in pieces of at most so many letters, broken between words where that is possible.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut letters = 0;
    for word in line.split_inclusive(' ') {
        let length = word.chars().count();
        if letters > 0 && letters + length > width {
            pieces.push("  ".to_owned());
            letters = 2;
        }
        for letter in word.chars() {
            if letters >= width {
                pieces.push("  ".to_owned());
                letters = 2;
            }
            letters += 1;
            if let Some(piece) = pieces.last_mut() {
                piece.push(letter);
            }
        }
    }
    pieces
}

/// Whether nobody reads any more.
pub(crate) fn is_closed(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words_and_lose_nothing() {
        assert_eq!(wrapped("short", 10), ["short"]);
        assert_eq!(wrapped("", 10), [""]);
        let pieces = wrapped("one two three abcdefghijklmnop", 10);
        assert!(pieces.iter().all(|piece| piece.chars().count() <= 10), "{pieces:?}");
        let joined: String = pieces.iter().map(|piece| piece.trim()).collect();
        assert_eq!(joined.replace(' ', ""), "onetwothreeabcdefghijklmnop");
    }
}

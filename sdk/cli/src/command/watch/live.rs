//! The live view: draws, waits a moment for a key, and looks again.
//!
//! *Never:* the terminal is left as only this view can use it, however the view ends.

use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::draw::draw;
use super::ending::Ending;
use super::view::Watcher;
use crate::trouble::{Result, Trouble};

/// How long a key is waited for at once: whoever asks the process to end does not wait longer.
const PATIENCE: Duration = Duration::from_millis(100);
/// Figures are new once a second; after so many waits, which is twice as often, none is seen late.
const WAITS_BETWEEN_LOOKS: u32 = 5;

/// What a key asks for.
enum Wish {
    End,
    Move(isize),
    Look,
}

/// Gives the terminal back when it goes.
struct Borrowed(ratatui::DefaultTerminal);

pub(super) fn run(watcher: &mut Watcher) -> Result<()> {
    let ending = Ending::watch().map_err(|error| fault(&error))?;
    let shown = show(watcher, &ending);
    // The terminal is given back by now.
    ending.obey().map_err(|error| fault(&error))?;
    shown
}

fn show(watcher: &mut Watcher, ending: &Ending) -> Result<()> {
    // Before the terminal is taken, so that an error of the first look is read where it belongs.
    let mut view = watcher.look()?;
    let terminal = ratatui::try_init().map_err(|error| fault(&error))?;
    let mut terminal = Borrowed(terminal);
    let mut scrolled = 0_usize;
    loop {
        let rows = view.releases.len();
        terminal.0.draw(|frame| draw(frame, &view, scrolled)).map_err(|error| fault(&error))?;
        match wish(ending).map_err(|error| fault(&error))? {
            Wish::End => return Ok(()),
            Wish::Move(by) => {
                scrolled = scrolled.saturating_add_signed(by).min(rows.saturating_sub(1));
            }
            Wish::Look => view = watcher.look()?,
        }
    }
}

/// Waits for what is to be done next.
fn wish(ending: &Ending) -> std::io::Result<Wish> {
    for _ in 0..WAITS_BETWEEN_LOOKS {
        if ending.has_come() {
            return Ok(Wish::End);
        }
        if event::poll(PATIENCE)? {
            return Ok(match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => of_key(key),
                Event::Key(_)
                | Event::FocusGained
                | Event::FocusLost
                | Event::Mouse(_)
                | Event::Paste(_)
                | Event::Resize(..) => Wish::Look,
            });
        }
    }
    Ok(Wish::Look)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other key means anything")]
fn of_key(key: KeyEvent) -> Wish {
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => Wish::End,
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Wish::End,
        KeyCode::Up | KeyCode::Char('k') => Wish::Move(-1),
        KeyCode::Down | KeyCode::Char('j') => Wish::Move(1),
        KeyCode::PageUp => Wish::Move(-10),
        KeyCode::PageDown => Wish::Move(10),
        _ => Wish::Look,
    }
}

fn fault(error: &std::io::Error) -> Trouble {
    Trouble::fault(format!("the terminal cannot be used: {error}"))
        .hint("`engraft watch --once` prints one look without it")
}

// === impl Borrowed ===

impl Drop for Borrowed {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

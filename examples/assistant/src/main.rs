//! An assistant in the terminal that grows. What it can do, signed capabilities do; what it cannot do
//! is noted, made, examined, signed, given to whoever asked, and kept or taken back.
//!
//! At a terminal it talks. `--script` shows a session that runs to its end by itself: from a failed
//! request to a served one, a bad release that is taken back and repaired, three examples that become a
//! program, and a document that becomes a tool.
//!
//! *Never:* anything is shown that did not happen; a step of the script that did not is a failure.

mod clock;
mod crowd;
mod desk;
mod keys;
mod library;
mod screen;
mod story;
mod talk;
mod tell;

use std::path::PathBuf;
use std::process::ExitCode;

use desk::Desk;
use screen::Screen;

/// Whatever went wrong is told and ends the program.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "\
usage: assistant [--script] [--store DIR]

  --script      show a session that runs to its end by itself
  --store DIR   keep what is learned in DIR; without it all of it ends with the program

Without --script it talks: with a person at a terminal, or with the lines of standard input.
NO_COLOR asks for no colours, CLICOLOR_FORCE=1 for colours where no terminal is.";

/// What the person who starts it wants.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wish {
    script: bool,
    help: bool,
    store: Option<PathBuf>,
}

impl Wish {
    fn of(arguments: impl IntoIterator<Item = String>) -> std::result::Result<Self, String> {
        let mut wish = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--script" => wish.script = true,
                "--help" | "-h" => wish.help = true,
                "--store" => {
                    let folder = arguments.next().ok_or("`--store` wants a folder behind it")?;
                    wish.store = Some(folder.into());
                }
                other => return Err(format!("`{other}` is nothing that this program knows")),
            }
        }
        Ok(wish)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut screen = Screen::new();
    let wish = match Wish::of(std::env::args().skip(1)) {
        Ok(wish) => wish,
        Err(why) => {
            screen.trouble(&format!("{why}\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    match run(&mut screen, &wish).await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever closed the pipe has seen enough.
        Err(error) if screen::is_closed(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            screen.trouble(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn run(screen: &mut Screen, wish: &Wish) -> Result<()> {
    if wish.help {
        return screen.say(USAGE);
    }
    let store = wish.store.as_deref();
    if wish.script {
        return story::run(screen, Desk::open(store, story::governance()?).await?).await;
    }
    talk::run(screen, Desk::open(store, talk::governance()).await?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &[&str]) -> std::result::Result<Wish, String> {
        Wish::of(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn what_is_not_known_is_told() {
        assert_eq!(of(&[]), Ok(Wish::default()));
        let store = Some(PathBuf::from("here"));
        let wish = Wish { script: true, help: false, store };
        assert_eq!(of(&["--script", "--store", "here"]), Ok(wish));
        assert!(of(&["--store"]).unwrap_err().contains("wants a folder"));
        assert!(of(&["--scirpt"]).unwrap_err().contains("`--scirpt`"));
    }
}

//! An assistant in the terminal. What it can do, signed capabilities do: it finds the one that a
//! sentence asks for by the intents in its manifest, and calls it inside its limits.
//!
//! Without a terminal it reads sentences line by line from standard input; `--script FILE` reads them
//! from a file; `--demo`, or nothing on standard input, shows a session of its own.
//!
//! *Never:* a sentence that no capability answers gets an invented answer.

mod desk;
mod intent;
mod session;
mod show;

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use session::Session;

/// What a first visitor sees: answers, a limit that holds, and a sentence that nothing answers yet.
const DEMO: [&str; 8] = [
    "what can you do",
    "count the words in the quick brown fox",
    "slugify Crème Brûlée, twice!",
    "convert 26.2 miles to km",
    "remember buy milk",
    "list notes",
    "convert 3 kg to m",
    "play some music",
];

#[tokio::main]
async fn main() -> ExitCode {
    let mut screen = show::Screen::new();
    match run(&mut screen).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            screen.error(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn run(screen: &mut show::Screen) -> Result<(), Box<dyn std::error::Error>> {
    let wish = Wish::of(std::env::args().skip(1).collect())?;
    let session = Session::open(desk::open().await?);
    screen.welcome(session.capabilities())?;
    match wish {
        Wish::Demo => answer_all(screen, &session, DEMO.map(str::to_owned).into_iter()).await,
        Wish::Script(path) => {
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
            answer_all(screen, &session, text.lines().map(str::to_owned)).await
        }
        Wish::Talk => {
            let lines = std::io::stdin().lock().lines().map_while(Result::ok);
            if answer_typed(screen, &session, lines).await? == 0 && !std::io::stdin().is_terminal()
            {
                // Nobody is there to ask; whoever looks on sees what could be asked.
                return answer_all(screen, &session, DEMO.map(str::to_owned).into_iter()).await;
            }
            Ok(())
        }
    }
}

async fn answer_all(
    screen: &mut show::Screen,
    session: &Session,
    sentences: impl Iterator<Item = String>,
) -> Result<(), Box<dyn std::error::Error>> {
    for sentence in sentences.filter(|sentence| !sentence.trim().is_empty()) {
        screen.heard(&sentence)?;
        let answer = session.answer(&sentence).await;
        screen.answer(&answer)?;
    }
    Ok(())
}

async fn answer_typed(
    screen: &mut show::Screen,
    session: &Session,
    lines: impl Iterator<Item = String>,
) -> Result<usize, Box<dyn std::error::Error>> {
    let mut heard = 0;
    screen.prompt()?;
    for sentence in lines {
        heard += 1;
        if matches!(sentence.trim(), "quit" | "exit" | "bye") {
            break;
        }
        if !sentence.trim().is_empty() {
            let answer = session.answer(&sentence).await;
            screen.answer(&answer)?;
        }
        screen.prompt()?;
    }
    Ok(heard)
}

/// What the person who starts it wants.
enum Wish {
    Demo,
    Script(String),
    Talk,
}

impl Wish {
    fn of(arguments: Vec<String>) -> Result<Self, String> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["--demo"] => Ok(Self::Demo),
            ["--script", path] => Ok(Self::Script((*path).to_owned())),
            [] => Ok(Self::Talk),
            _ => Err("usage: assistant [--demo | --script FILE]".to_owned()),
        }
    }
}

//! The `engraft` command: a face of the host crate. It reads a command line, asks the library, and
//! shows what came of it.
//!
//! *Never:* a decision about trust, permissions or limits is made here; the library makes them.

mod allow;
mod amount;
mod archive;
mod command;
mod desk;
mod draft;
mod environment;
mod exit;
mod fetch;
mod grammar;
mod histogram;
mod home;
mod input;
mod json_text;
mod limits;
mod misfit;
mod model;
mod page;
mod place;
mod recipe;
mod rehearsal;
mod sandbox;
mod screen;
mod shelf;
mod templates;
mod terms;
mod text;
mod toolchains;
mod trouble;

use std::process::ExitCode;

use clap::Parser;

use desk::Desk;
use environment::Environment;
use grammar::Cli;
use screen::{Form, Screen};

fn main() -> ExitCode {
    // Before anything else: where this process is asked to be a worker, it is nothing but that.
    let worker = engraft::worker::serve_if_asked();
    if let Some(code) = engraft_build::build_if_asked() {
        return code;
    }
    let environment = Environment::read();
    let arguments: Vec<_> = std::env::args_os().collect();
    let screen = |form| Screen::new(form, &environment);
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        // What could not be parsed cannot say whom it is for, so the words themselves are asked.
        Err(error) => return screen(grammar::form_of(&arguments)).usage(&error).into(),
    };
    let screen = screen(if cli.globals.json { Form::Json } else { Form::Text });
    let desk = Desk::new(screen, cli.globals, environment, worker);
    let result = command::run(cli.command, &desk);
    desk.screen.finish(result).into()
}

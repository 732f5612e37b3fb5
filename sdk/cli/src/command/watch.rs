//! `engraft watch`: releases, their shares and how they fare, live.
//!
//! *Never:* watching changes anything, or holds up the program that is watched.

mod draw;
mod ending;
mod live;
mod plain;
#[cfg(test)]
mod tests;
mod view;

use std::io::IsTerminal;

use clap::Args;

use crate::desk::Desk;
use crate::screen::{Form, Reply};
use crate::shelf::ShelfArgs;
use crate::trouble::Result;
use view::Watcher;

/// Shows releases, their shares and how they fare, live
///
/// What calls came to is told by the programs that run on this registry, once a second. Without a
/// terminal, and with `--once` or `--json`, one look is printed. `q` ends it.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// Print one look and end
    #[arg(long)]
    once: bool,
    /// How many of the last decisions are shown
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    last: usize,
    #[command(flatten)]
    shelf: ShelfArgs,
}

pub(super) fn run(args: &WatchArgs, desk: &Desk) -> Result<Reply> {
    let journal = args.shelf.journal(desk)?;
    let bystander = args.shelf.bystander(desk)?;
    let mut watcher = Watcher::new(journal, bystander, args.last);
    let is_live = !args.once
        && desk.screen.form() == Form::Text
        && std::io::stdout().is_terminal()
        && std::io::stdin().is_terminal();
    if is_live {
        live::run(&mut watcher)?;
    }
    let view = watcher.look()?;
    // What was seen last stays on the terminal when the live view is gone.
    let page = plain::page(&view);
    Ok(Reply::fine(&view, page))
}

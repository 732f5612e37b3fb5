//! Recipes in the real host: built, signed, installed, and called with what they ask for.
//!
//! *Never:* an example with an output is passed over, or a recipe of the cookbook.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "a test may break, has tables of cases, and looks at real time and at where its data is"
)]

#[path = "cookbook/book.rs"]
mod book;
#[path = "cookbook/documents.rs"]
mod documents;
#[path = "cookbook/drawn.rs"]
mod drawn;
#[path = "cookbook/expressions.rs"]
mod expressions;
#[path = "cookbook/injection.rs"]
mod injection;
#[path = "cookbook/judge.rs"]
mod judge;
#[path = "bound/expressions.rs"]
mod made;
#[path = "cookbook/page.rs"]
mod page;
#[path = "lab/random.rs"]
mod random;
#[path = "cookbook/schemas.rs"]
mod schemas;
#[path = "cookbook/server.rs"]
mod server;
#[path = "cookbook/stage.rs"]
mod stage;
#[path = "cookbook/steps.rs"]
mod steps;

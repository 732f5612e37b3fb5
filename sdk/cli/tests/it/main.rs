//! The one integration binary of the command: the real `engraft`, run in homes of its own.

mod bench;
mod check;
mod inspect;
mod key;
mod precompile;
mod sign;
mod support;
mod trial;
mod trust;
mod usage;

//! A document in its usual form: the same data in the same order, with its comments.
//!
//! *Never:* a document is written that means something else: what was written is read again first.

mod comments;
mod json;
mod yaml;

use super::tree::{self, Content, Node, Style};
use crate::diagnostic::{Diagnostic, Problem, problems};

/// Lines longer than this are broken where lists and objects stand in them.
const WIDTH: usize = 100;

/// A document in its usual form. Formatting twice is formatting once.
///
/// # Errors
///
/// Where the text is no document that a recipe could be.
///
/// ```
/// let text = "name:   a.b # short\nreturn:  {'a':1}\n";
/// let formatted = engraft_recipe::recipe::format(text)?;
/// assert_eq!(formatted, "name: a.b # short\nreturn: {'a': 1}\n");
/// # Ok::<(), Vec<engraft_recipe::diagnostic::Problem>>(())
/// ```
pub fn format(text: &str) -> Result<String, Vec<Problem>> {
    let tree = tree::read(text).map_err(|wrong| problems(text, wrong))?;
    let written = match &tree.content {
        Content::Map(Style::Flow, _)
            if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() =>
        {
            json::written(text, &tree)
        }
        Content::Map(..) => yaml::written(text, &tree),
        Content::List(..) | Content::Scalar(_) => {
            let message = format!("a recipe is an object, and this is {}", tree.kind());
            let problem =
                Diagnostic::new(tree.span, message).mend("begin with its name: `name: text.shout`");
            return Err(problems(text, vec![problem]));
        }
    };
    match tree::read(&written) {
        Ok(again) if same(&tree, &again) => Ok(written),
        _ => {
            let problem =
                Diagnostic::new(tree.span, "this cannot be formatted without changing it")
                    .mend("write what is unusual in it more simply, and report this");
            Err(problems(text, vec![problem]))
        }
    }
}

/// Whether two trees hold the same data in the same order.
fn same(left: &Node, right: &Node) -> bool {
    match (&left.content, &right.content) {
        (Content::Scalar(a), Content::Scalar(b)) => {
            // Nothing and `null` are one.
            a.value == b.value && (a.text == b.text || a.value == tree::Plain::Null)
        }
        (Content::List(_, a), Content::List(_, b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Content::Map(_, a), Content::Map(_, b)) => {
            let both =
                |(a, b): (&tree::Entry, &tree::Entry)| a.name == b.name && same(&a.node, &b.node);
            a.len() == b.len() && a.iter().zip(b).all(both)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;

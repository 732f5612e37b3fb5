//! Examples against the schemas: an example that the recipe itself would refuse is a mistake.
//!
//! *Never:* an example that needs something else than its own input.

use super::{Planner, key};
use crate::recipe::fit;

impl Planner<'_> {
    pub(super) fn examples(&mut self) {
        let recipe = self.recipe;
        let examples = recipe.tree.field("examples").map(super::tree::Node::items);
        for example in examples.unwrap_or_default() {
            for (name, schema) in [("input", &recipe.input), ("output", &recipe.output)] {
                if let Some(node) = example.field(name) {
                    self.problems.extend(fit::problems(schema, node));
                }
            }
        }
        let intents = recipe.tree.field("intents").map(super::tree::Node::items);
        for intent in intents.unwrap_or_default() {
            self.intent(intent);
        }
    }

    /// The slots of an intent are properties of the input.
    fn intent(&mut self, intent: &super::tree::Node) {
        let text = intent.text().unwrap_or_default();
        let properties = self.recipe.input.get("properties").and_then(|all| all.as_object());
        let mut rest = text;
        while let Some((_, behind)) = rest.split_once('{') {
            let Some((slot, behind)) = behind.split_once('}') else {
                return self.problem(key(intent), "this slot is not closed", "close it with `}`");
            };
            rest = behind;
            if properties.is_some_and(|all| all.contains_key(slot)) {
                continue;
            }
            let names = properties.into_iter().flatten().map(|(name, _)| name.as_str());
            let mend = super::near(slot, names).map_or_else(
                || "slots are named after properties of the input".to_owned(),
                |meant| format!("did you mean `{{{meant}}}`?"),
            );
            self.problem(key(intent), format!("`{slot}` is no property of the input"), mend);
        }
    }
}

//! New inputs out of known ones: one place of a value is changed in a way that its schema lets think of.
//!
//! *Never:* chance that cannot be repeated; the same seed changes the same value in the same way.

use serde_json::{Map, Number, Value, json};

use super::dictionary::Dictionary;
use crate::examine::sandbox::{ordinary, plain};

/// Inputs do not grow beyond this; what matters in a long text matters in a shorter one.
const TEXT_CHARS_MAX: usize = 512;
const ITEMS_MAX: usize = 32;
/// How deep a value is changed.
const DEPTH_MAX: usize = 12;
/// Characters that programs treat in ways of their own.
const SIGNS: &str = "aZ09 .,-_:;/\\\"'{}[]()<>@#%&=+*\n\tßé世";

/// Changes values.
pub(super) struct Mutator<'a> {
    pub(super) dice: Dice,
    pub(super) known: &'a Dictionary,
}

/// Chance that repeats: SplitMix64.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one; zero below zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        usize::try_from(self.roll() % bound).unwrap_or_default()
    }

    pub(super) fn pick<'b, T>(&mut self, all: &'b [T]) -> Option<&'b T> {
        all.get(self.below(all.len()))
    }
}

impl Mutator<'_> {
    /// The value with one to three places changed.
    pub(super) fn changed(&mut self, schema: &Value, value: &Value) -> Value {
        let mut value = value.clone();
        for _ in 0..=self.dice.below(3) {
            self.change(schema, schema, &mut value, 0);
        }
        value
    }

    fn change(&mut self, root: &Value, schema: &Value, value: &mut Value, depth: usize) {
        let schema = self.one_of(root, schema);
        if let Some(all) = schema.get("enum").and_then(Value::as_array)
            && let Some(one) = self.dice.pick(all)
        {
            *value = one.clone();
            return;
        }
        let goes_down = depth < DEPTH_MAX && self.dice.below(4) > 0;
        match value {
            Value::Object(members) if goes_down && !members.is_empty() => {
                let at = self.dice.below(members.len());
                if let Some((name, member)) = members.iter_mut().nth(at) {
                    let inner = schema.get("properties").and_then(|it| it.get(name));
                    self.change(root, inner.unwrap_or(&Value::Null), member, depth + 1);
                }
            }
            Value::Object(members) => self.members(root, schema, members),
            Value::Array(items) if goes_down && !items.is_empty() => {
                let at = self.dice.below(items.len());
                if let Some(item) = items.get_mut(at) {
                    let inner = schema.get("items").unwrap_or(&Value::Null);
                    self.change(root, inner, item, depth + 1);
                }
            }
            Value::Array(items) => self.items(root, schema, items),
            Value::String(text) => *text = self.text(text),
            Value::Number(number) => *number = self.number(schema, number),
            Value::Bool(is_so) => *is_so = !*is_so,
            Value::Null => *value = ordinary(root, schema),
        }
    }

    /// The schema behind references, and one of its alternatives.
    fn one_of<'s>(&mut self, root: &'s Value, schema: &'s Value) -> &'s Value {
        let alternatives = ["anyOf", "oneOf"].iter().find_map(|it| schema.get(it)?.as_array());
        match alternatives.and_then(|all| self.dice.pick(all)) {
            Some(one) => plain(root, one),
            None => plain(root, schema),
        }
    }

    /// A member more, one less, or one made anew.
    fn members(&mut self, root: &Value, schema: &Value, members: &mut Map<String, Value>) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            if let Some(word) = self.dice.pick(&self.known.words) {
                members.insert(word.clone(), json!(word));
            }
            return;
        };
        let at = self.dice.below(properties.len());
        let Some((name, inner)) = properties.iter().nth(at) else { return };
        if members.contains_key(name) && self.dice.below(2) == 0 {
            members.remove(name);
        } else {
            let inner = self.one_of(root, inner);
            members.insert(name.clone(), ordinary(root, inner));
        }
    }

    fn items(&mut self, root: &Value, schema: &Value, items: &mut Vec<Value>) {
        let at = self.dice.below(items.len());
        match self.dice.below(5) {
            0 if !items.is_empty() => drop(items.remove(at)),
            1 => items.reverse(),
            2 => items.clear(),
            3 if items.len() < ITEMS_MAX => {
                if let Some(item) = items.get(at).cloned() {
                    items.push(item);
                }
            }
            _ if items.len() < ITEMS_MAX => {
                let inner = schema.get("items").unwrap_or(&Value::Null);
                items.push(ordinary(root, self.one_of(root, inner)));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let at = self.dice.below(letters.len() + 1);
        let (before, after) = letters.split_at(at.min(letters.len()));
        let (before, after): (String, String) = (before.iter().collect(), after.iter().collect());
        let word = self.dice.pick(&self.known.words).cloned().unwrap_or_default();
        let number = self.dice.pick(&self.known.numbers).copied().unwrap_or_default();
        let signs: Vec<char> = SIGNS.chars().collect();
        let sign = self.dice.pick(&signs).copied().unwrap_or(' ');
        let changed = match self.dice.below(9) {
            0 | 1 => word,
            2 => format!("{before}{word}{after}"),
            3 => before,
            4 => after,
            5 => format!("{before}{sign}{after}"),
            6 => format!("{before}{}", after.chars().skip(1).collect::<String>()),
            7 => format!("{text}{text}"),
            _ => format!("{before}{number}{after}"),
        };
        changed.chars().take(TEXT_CHARS_MAX).collect()
    }

    fn number(&mut self, schema: &Value, number: &Number) -> Number {
        let known = self.dice.pick(&self.known.numbers).copied().unwrap_or_default();
        let edge = |keyword: &str| schema.get(keyword).and_then(Value::as_number).cloned();
        let Some(whole) = number.as_i64() else {
            let value = number.as_f64().unwrap_or_default();
            let other = [value + 1.0, -value, value * 10.0, value / 3.0, value.trunc(), 0.0];
            let one = self.dice.pick(&other).copied().and_then(Number::from_f64);
            return one.unwrap_or_else(|| number.clone());
        };
        let small = i64::try_from(self.dice.below(64)).unwrap_or_default();
        match self.dice.below(10) {
            0..=2 => Number::from(known),
            3 => Number::from(whole.saturating_add(1)),
            4 => Number::from(whole.saturating_sub(1)),
            5 => Number::from(whole.saturating_neg()),
            6 => Number::from(whole.saturating_mul(2)),
            7 => edge("minimum").unwrap_or_else(|| Number::from(small)),
            8 => edge("maximum").unwrap_or_else(|| Number::from(small)),
            _ => Number::from(small),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examine::conform::mismatch;

    #[test]
    fn changes_are_many_mostly_fit_and_always_the_same() {
        let schema = json!({"type": "object", "required": ["city"], "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer", "minimum": 1, "maximum": 7},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
            "inside": {"$ref": "#"},
        }});
        let known = Dictionary { words: vec!["sesame".to_owned()], numbers: vec![5] };
        let made = || {
            let mut mutator = Mutator { dice: Dice::new(3), known: &known };
            let mut value = ordinary(&schema, &schema);
            let mut all = Vec::new();
            for _ in 0..300 {
                let changed = mutator.changed(&schema, &value);
                if mismatch(&schema, &changed).is_none() {
                    value = changed.clone();
                }
                all.push(changed);
            }
            all
        };
        let all = made();
        assert_eq!(all, made());
        let fitting = all.iter().filter(|it| mismatch(&schema, it).is_none()).count();
        assert!(fitting > 60, "{fitting} of 300");
        assert!(all.iter().any(|it| it["city"] == json!("sesame")));
        assert!(all.iter().any(|it| it["days"] == json!(7)));
        let texts: std::collections::BTreeSet<String> = all.iter().map(Value::to_string).collect();
        assert!(texts.len() > 100, "{}", texts.len());
    }
}

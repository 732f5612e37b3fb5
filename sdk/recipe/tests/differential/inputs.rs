//! Inputs at random, for both evaluators, and values of the other one with their types.
//!
//! *Never:* the two evaluators see two inputs.

use std::collections::HashMap;

use cel::objects::Key;
use cel::{Context, Value as Cel};
use engraft_recipe::cel::Type;
use serde_json::{Value, json};

use crate::random::Random;

type Declared = (&'static str, fn() -> Type);

/// What is declared, by names.
pub(crate) const TYPES: [Declared; 10] = [
    ("s", || Type::Text),
    ("t", || Type::Text),
    ("i", || Type::Int),
    ("u", || Type::Uint),
    ("d", || Type::Double),
    ("b", || Type::Bool),
    ("y", || Type::Bytes),
    ("l", || Type::list(Type::Int)),
    ("w", || Type::list(Type::Text)),
    ("m", || Type::map(Type::Text, Type::Int)),
];

/// One value for each name.
pub(crate) struct Inputs(Vec<(&'static str, Cel)>);

fn text(random: &mut Random) -> String {
    let alphabet: Vec<char> =
        random.choose(&["ab ", "abcABC-12", "aé😀\u{2028}\n", "a", "0123.-e"]).chars().collect();
    let most = [2, 5, 12][random.below(3)];
    let length = random.below(most);
    (0..length).map(|_| alphabet[random.below(alphabet.len())]).collect()
}

fn whole(random: &mut Random) -> i64 {
    const EDGES: [i64; 8] =
        [i64::MAX, i64::MIN, i64::MAX - 1, 1 << 53, (1 << 53) + 1, -1, 0, 1 << 31];
    match random.below(8) {
        0 => EDGES[random.below(EDGES.len())],
        1 => random.number() as i64,
        _ => random.below(40) as i64 - 9,
    }
}

fn double(random: &mut Random) -> f64 {
    const EDGES: [f64; 10] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        0.0,
        1e300,
        9.3e18,
        -9.3e18,
        5e-324,
        0.5,
    ];
    match random.below(6) {
        0 => EDGES[random.below(EDGES.len())],
        1 => f64::from_bits(random.number()),
        _ => random.below(400) as f64 / 8.0 - 20.0,
    }
}

impl Inputs {
    pub(crate) fn new(random: &mut Random) -> Self {
        let items = [1, 4, 14][random.below(3)];
        let numbers: Vec<Cel> =
            (0..random.below(items)).map(|_| Cel::Int(random.below(30) as i64 - 9)).collect();
        let texts: Vec<Cel> =
            (0..random.below(items)).map(|_| Cel::String(text(random).into())).collect();
        let names = ["a", "b", "", "k c"];
        let map: HashMap<Key, Cel> = (0..random.below(5))
            .map(|_| {
                let name = random.choose(&names).to_owned();
                (Key::String(name.into()), Cel::Int(random.below(9) as i64))
            })
            .collect();
        let bytes: Vec<u8> = match random.below(3) {
            0 => (0..random.below(9)).map(|_| random.number() as u8).collect(),
            _ => text(random).into_bytes(),
        };
        let unsigned = match random.below(6) {
            0 => u64::MAX - random.below(3) as u64,
            _ => random.below(50) as u64,
        };
        Self(vec![
            ("s", Cel::String(text(random).into())),
            ("t", Cel::String(text(random).into())),
            ("i", Cel::Int(whole(random))),
            ("u", Cel::UInt(unsigned)),
            ("d", Cel::Float(double(random))),
            ("b", Cel::Bool(random.below(2) == 0)),
            ("y", Cel::Bytes(bytes.into())),
            ("l", Cel::List(numbers.into())),
            ("w", Cel::List(texts.into())),
            ("m", map.into()),
        ])
    }

    pub(crate) fn declare(&self, context: &mut Context<'_, '_>) {
        for (name, value) in &self.0 {
            context.add_variable_from_value(*name, value.clone());
        }
    }

    /// The same as JSON that names types.
    pub(crate) fn typed(&self) -> Value {
        let entry = |(name, value): &(&str, Cel)| ((*name).to_owned(), typed(value).unwrap());
        Value::Object(self.0.iter().map(entry).collect())
    }
}

/// A value of the other evaluator as JSON that names its type.
pub(crate) fn typed(value: &Cel) -> Result<Value, String> {
    Ok(match value {
        Cel::Null => json!({"null": true}),
        Cel::Bool(value) => json!({ "bool": value }),
        Cel::Int(value) => json!({"int": value.to_string()}),
        Cel::UInt(value) => json!({"uint": value.to_string()}),
        Cel::Float(value) => json!({"double": format!("{value:?}")}),
        Cel::String(value) => json!({"string": value.as_str()}),
        Cel::Bytes(value) => json!({"bytes": base64(value)}),
        Cel::List(items) => {
            let items: Result<Vec<Value>, String> = items.iter().map(typed).collect();
            json!({"list": items?})
        }
        Cel::Map(map) => {
            let entry = |(key, value): (&Key, &Cel)| Ok(json!([key_of(key), typed(value)?]));
            let entries: Result<Vec<Value>, String> = map.map.iter().map(entry).collect();
            json!({"map": entries?})
        }
        other => return Err(format!("{other:?} has no JSON")),
    })
}

fn key_of(key: &Key) -> Value {
    match key {
        Key::Int(key) => json!({"int": key.to_string()}),
        Key::Uint(key) => json!({"uint": key.to_string()}),
        Key::Bool(key) => json!({ "bool": key }),
        Key::String(key) => json!({"string": key.as_str()}),
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            out.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

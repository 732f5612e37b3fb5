//! Arguments that are hard on the runtime: long, deep, alike but for their ends, and at limits.
//!
//! *Never:* a kind of value is missing.

use crate::cel::Type;
use serde_json::{Value as Json, json};

/// An argument, as the runtime is given it.
#[derive(Debug, Clone)]
pub(super) enum Arg {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(String),
    /// In Base64.
    Bytes(String),
    Time(&'static str),
    Duration(&'static str),
    List(Vec<Arg>),
    Map(Vec<(Arg, Arg)>),
    /// What a function of the runtime makes of another one.
    Of(&'static str, Box<Arg>),
}

impl Arg {
    pub(super) fn typed(&self) -> Json {
        match self {
            Self::Null => json!({"null": true}),
            Self::Bool(value) => json!({"bool": value}),
            Self::Int(value) => json!({"int": value.to_string()}),
            Self::Uint(value) => json!({"uint": value.to_string()}),
            Self::Double(value) => json!({"double": format!("{value:e}")}),
            Self::Text(value) => json!({"string": value}),
            Self::Bytes(value) => json!({"bytes": value}),
            Self::Time(value) => json!({"timestamp": value}),
            Self::Duration(value) => json!({"duration": value}),
            Self::List(items) => json!({"list": items.iter().map(Self::typed).collect::<Vec<_>>()}),
            Self::Map(entries) => {
                let pair = |(key, value): &(Self, Self)| json!([key.typed(), value.typed()]);
                json!({"map": entries.iter().map(pair).collect::<Vec<_>>()})
            }
            Self::Of(_, inner) => inner.typed(),
        }
    }

    pub(super) fn ty(&self) -> Type {
        let joined = |types: Vec<Type>| match types.split_first() {
            Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
            _ => Type::Dyn,
        };
        match self {
            Self::Null => Type::Null,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Uint(_) => Type::Uint,
            Self::Double(_) => Type::Double,
            Self::Text(_) => Type::Text,
            Self::Bytes(_) => Type::Bytes,
            Self::Time(_) => Type::Time,
            Self::Duration(_) => Type::Duration,
            Self::List(items) => Type::list(joined(items.iter().map(Self::ty).collect())),
            Self::Map(entries) => Type::map(
                joined(entries.iter().map(|(key, _)| key.ty()).collect()),
                joined(entries.iter().map(|(_, value)| value.ty()).collect()),
            ),
            Self::Of("rt_ip", _) => Type::Ip,
            Self::Of("rt_cidr", _) => Type::Cidr,
            Self::Of(_, inner) => Type::optional(inner.ty()),
        }
    }
}

fn texts(length: usize) -> Vec<Arg> {
    let a = "a".repeat(length);
    let half = "a".repeat(length / 2);
    let words = "word of 5 ".repeat(length / 10 + 1);
    [
        String::new(),
        "a".to_owned(),
        a.clone(),
        format!("{a}b"),
        format!("b{a}"),
        format!("{half}b{half}"),
        "\u{1}".repeat(length),
        "é".repeat(length / 2),
        " ".repeat(length),
        "\u{3000}".repeat(length / 3),
        "\"\\\n".repeat(length / 3),
        words,
        "1".repeat(length),
        "AbCd".repeat(length / 4),
        "😀".repeat(length / 4),
    ]
    .map(Arg::Text)
    .into()
}

fn numerals() -> Vec<Arg> {
    [
        "0",
        "-1",
        "9223372036854775807",
        "18446744073709551615",
        "1e300",
        "4.9e-324",
        "1e-320",
        "2.2250738585072011e-308",
        "9007199254740993.00000000000000000001",
        "1.7976931348623157e308",
        "123456789012345678901234567890",
        "0.1",
        "true",
        "false",
        "NaN",
        "-inf",
        "+",
        "2024-02-29T23:59:59.123456789+14:00",
        "1h2m3s4ms5us6ns",
        "-1.5h",
        "9999-12-31T23:59:59Z",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "255.255.255.255",
        "::1",
        "1::8:0:0:1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
        "10.0.0.0/8",
        "::/0",
    ]
    .map(|text| Arg::Text(text.to_owned()))
    .into()
}

fn ints() -> Vec<Arg> {
    [0, 1, -1, 7, 40, 300, i64::MAX, i64::MIN].map(Arg::Int).into()
}

fn uints() -> Vec<Arg> {
    [0, 1, 300, u64::MAX].map(Arg::Uint).into()
}

fn doubles() -> Vec<Arg> {
    let all = [
        0.0,
        -0.0,
        1.5,
        -2.5,
        0.1,
        300.0,
        1e22,
        1e300,
        f64::MAX,
        5e-324,
        -2.225_073_858_507_201_4e-308,
        1.234_567_890_123_456_7e-200,
        f64::INFINITY,
        f64::NAN,
    ];
    all.map(Arg::Double).into()
}

fn lists(length: usize) -> Vec<Arg> {
    let list = |make: &dyn Fn(usize) -> Arg| Arg::List((0..length).map(make).collect());
    let number = |at: usize| i64::try_from(at).unwrap();
    let nested = |at: usize| Arg::List(vec![Arg::Int(number(at)), Arg::List(vec![])]);
    let mut deep = Arg::List(vec![]);
    for _ in 0..60 {
        deep = Arg::List(vec![deep]);
    }
    vec![
        Arg::List(vec![]),
        deep,
        list(&|at| Arg::Int(number(at))),
        list(&|at| Arg::Int(-number(at))),
        list(&|_| Arg::Int(7)),
        list(&|at| Arg::Uint(at as u64)),
        list(&|at| Arg::Double(1.0 / (at as f64 + 3.0))),
        list(&|at| Arg::Text(format!("text {at:05}"))),
        list(&|at| Arg::Text(format!("{}{at:04}", "x".repeat(30)))),
        list(&|_| Arg::Text(String::new())),
        list(&|at| Arg::Bool(at % 2 == 0)),
        list(&|_| Arg::Null),
        list(&nested),
        list(&|_| Arg::Time("2024-02-29T23:59:59.123Z")),
        list(&|_| Arg::Duration("90s")),
        list(&|_| Arg::Bytes("AAEC".to_owned())),
        list(&|at| Arg::Map(vec![(Arg::Text("k".to_owned()), Arg::Int(number(at)))])),
        list(&|at| if at % 2 == 0 { Arg::Text("aa".to_owned()) } else { Arg::Int(3) }),
    ]
}

fn maps(length: usize) -> Vec<Arg> {
    let map = |make: &dyn Fn(usize) -> (Arg, Arg)| Arg::Map((0..length).map(make).collect());
    let number = |at: usize| i64::try_from(at).unwrap();
    vec![
        Arg::Map(vec![]),
        map(&|at| (Arg::Text(format!("k{at:04}")), Arg::Int(number(at)))),
        map(&|at| (Arg::Text(format!("k{:04}", length - at)), Arg::Text("v".to_owned()))),
        map(&|at| (Arg::Text(format!("{}{at:04}", "k".repeat(40))), Arg::Null)),
        map(&|at| (Arg::Int(-number(at)), Arg::Double(0.1))),
        map(&|at| (Arg::Uint(at as u64), Arg::Bool(true))),
    ]
}

fn optionals(length: usize) -> Vec<Arg> {
    let some = |arg: Arg| Arg::Of("rt_optional_of", Box::new(arg));
    let none = Arg::Of("rt_optional_of_non_zero", Box::new(Arg::Int(0)));
    let mut all: Vec<Arg> = lists(length).into_iter().chain(maps(length)).map(some).collect();
    all.push(none);
    all
}

fn networks(symbol: &'static str, texts: &[&str]) -> Vec<Arg> {
    texts.iter().map(|text| Arg::Of(symbol, Box::new(Arg::Text((*text).to_owned())))).collect()
}

/// Values of all kinds.
pub(super) fn values(length: usize) -> Vec<Arg> {
    let mut all = vec![Arg::Null, Arg::Bool(true), Arg::Bool(false)];
    all.extend(ints().into_iter().chain(uints()).chain(doubles()));
    all.extend(texts(length).into_iter().chain(lists(length)).chain(maps(length)));
    let bytes = ["", "AA==", "/////////////w=="];
    all.extend(bytes.map(|text| Arg::Bytes(text.to_owned())));
    all.push(Arg::Bytes("AAEC".repeat(length / 3)));
    all.extend([Arg::Time("0001-01-01T00:00:00Z"), Arg::Time("9999-12-31T23:59:59.999999999Z")]);
    all.extend([Arg::Duration("-9223372036.854775808s"), Arg::Duration("0s")]);
    all
}

fn of_type(ty: &Type, length: usize) -> Vec<Arg> {
    let is = |arg: &Arg| arg.ty() == *ty;
    match ty {
        Type::Text => texts(length).into_iter().chain(numerals()).collect(),
        Type::List(item) if matches!(**item, Type::Dyn | Type::Param(_)) => lists(length),
        Type::List(item) if matches!(**item, Type::Optional(_)) => vec![Arg::List(vec![])],
        Type::Map(..) => maps(length),
        Type::Optional(_) => optionals(length),
        Type::Ip => networks("rt_ip", &["1.2.3.4", "::", "ffff:1:2:3:4:5:6:ffff"]),
        Type::Cidr => networks("rt_cidr", &["1.2.3.4/32", "::/0", "ffff:1:2:3:4:5:6:ffff/127"]),
        Type::Dyn | Type::Param(_) => values(length),
        _ => values(length).into_iter().filter(is).collect(),
    }
}

/// Patterns take long to compile, so that these are few.
fn patterns() -> Vec<Arg> {
    ["", "a", "a*b", "(a+)+$", "[a-z0-9_]{1,40}x", "(?i)héllo wörld", "\\bfoo|bar|(baz)*\\b"]
        .map(|text| Arg::Text(text.to_owned()))
        .into()
}

/// Of all combinations of arguments, about so many are tried; all would take hours.
const COMBINATIONS_MAX: usize = 60;

/// Combinations of arguments for a function.
pub(super) fn candidates(symbol: &str, params: &[Type]) -> Vec<Vec<Arg>> {
    let regex =
        ["rt_matches", "rt_extract", "rt_extract_all", "rt_regex_replace", "rt_regex_replace_some"];
    let mut all = Vec::new();
    for length in [0, 9, 90] {
        let mut combined: Vec<Vec<Arg>> = vec![vec![]];
        for (at, ty) in params.iter().enumerate() {
            let mut next =
                if at == 1 && regex.contains(&symbol) { patterns() } else { of_type(ty, length) };
            if at > 1 {
                next.truncate(9);
            }
            let add = |before: &Vec<Arg>| {
                let with = |arg: &Arg| [before.as_slice(), std::slice::from_ref(arg)].concat();
                next.iter().map(with).collect::<Vec<_>>()
            };
            combined = combined.iter().flat_map(add).collect();
        }
        // Some of many; keys stand beside the items that they sort, one for each.
        if symbol != "rt_sort_by" {
            let step = (combined.len() / COMBINATIONS_MAX).max(1) | 1;
            all.extend(combined.into_iter().step_by(step));
        }
        // What is compared with itself is compared to the end.
        if let [left, right] = params
            && left == right
        {
            all.extend(of_type(left, length).into_iter().map(|arg| vec![arg.clone(), arg]));
        }
    }
    all
}

/// JSON texts that are hard to read.
pub(super) fn documents() -> Vec<String> {
    let mut all = vec!["{}".to_owned(), "[]".to_owned(), "1".to_owned(), "x".to_owned()];
    for length in [1, 10, 400] {
        let list = |item: &str| format!("[{}]", vec![item; length].join(","));
        let items = [
            "1",
            "-9223372036854775808",
            "18446744073709551615",
            "1.5",
            "0.1e-5",
            "1e300",
            "1e-300",
            "4.9e-324",
            "1.7976931348623157e308",
            "2.2250738585072011e-308",
            "9007199254740993.0000",
            "1.00000000000000011102230246251565404",
            "5e-324",
            "8.5e-300",
            "123456789012345678901",
            "0.000000000000000000000000000000001",
            "\"\"",
            "\"a\"",
            "\"abcdefghij\"",
            "\"\\u0041\"",
            "\"\\ud83d\\ude00\"",
            "\"\\n\"",
            "\"é\"",
            "\"😀😀😀\"",
            "[]",
            "{}",
            "[[]]",
            "{\"a\":1}",
            "null",
            "true",
            "false",
            " 1 ",
            "[1,2]",
            "{\"a\":{\"b\":[]}}",
        ];
        all.extend(items.map(list));
        let map = |entry: &dyn Fn(usize) -> String| {
            format!("{{{}}}", (0..length).map(entry).collect::<Vec<_>>().join(","))
        };
        all.push(map(&|at| format!("\"{at:05}\":1")));
        all.push(map(&|at| format!("\"{:05}\":[]", length - at)));
        all.push(map(&|at| format!("\"{}{at:05}\":\"\"", "k".repeat(30))));
        all.push(map(&|at| format!("\"\\u0041{at}\":0.1")));
        all.push(format!("\"{}\"", "a".repeat(length)));
        all.push(format!("\"{}\"", "\\t".repeat(length)));
        all.push(format!("{}{}", "[".repeat(length.min(120)), "]".repeat(length.min(120))));
        all.push(format!("1.{}", "3".repeat(length)));
        all.push(format!("{}9007199254740993.{}e-200", "1".repeat(length), "0".repeat(length)));
        all.push(format!("[{}", " ".repeat(length)));
    }
    all
}

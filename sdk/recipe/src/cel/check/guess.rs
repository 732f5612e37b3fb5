//! What somebody may have meant.
//!
//! *Never:* a guess that shares next to nothing with what was written.

/// What functions are called in other languages, and how they are written here.
const ELSEWHERE: [(&str, &str); 28] = [
    ("abs", "math.abs(x)"),
    ("any", "list.exists(x, test)"),
    ("ceil", "math.ceil(x)"),
    ("concat", "a + b"),
    ("count", "list.filter(x, test).size()"),
    ("every", "list.all(x, test)"),
    ("find", "list.filter(x, test).first()"),
    ("float", "double(x)"),
    ("floor", "math.floor(x)"),
    ("includes", "text.contains(part)` or `item in list"),
    ("keys", "map.map(key, key)"),
    ("len", "size(x)"),
    ("length", "x.size()"),
    ("lower", "text.lowerAscii()"),
    ("max", "math.greatest(a, b)"),
    ("min", "math.least(a, b)"),
    ("parseFloat", "double(text)"),
    ("parseInt", "int(text)"),
    ("range", "lists.range(n)"),
    ("round", "math.round(x)"),
    ("some", "list.exists(x, test)"),
    ("str", "string(x)"),
    ("strip", "text.trim()"),
    ("toLowerCase", "text.lowerAscii()"),
    ("toString", "string(x)"),
    ("toUpperCase", "text.upperAscii()"),
    ("upper", "text.upperAscii()"),
    ("values", "map.transformList(key, value, value)"),
];

/// How what other languages call so is written here.
pub(super) fn elsewhere(name: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(known, _)| *known == name).map(|(_, written)| *written)
}

/// The name that differs least, if it differs little.
pub(crate) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Two letters that changed places are two changes.
    let most = if name.chars().count() < 4 { 1 } else { 2 };
    known
        .filter(|other| !other.starts_with('@'))
        .map(|other| (distance(name, other), other))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, other)| other)
}

/// Letters to put in, leave out, or change, without regard to case.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.to_lowercase().chars().enumerate() {
        let mut before = at;
        let mut last = at + 1;
        let mut next = vec![last];
        for (other, above) in right.iter().zip(row.iter().skip(1)) {
            let change = before + usize::from(letter != *other);
            last = change.min(above + 1).min(last + 1);
            next.push(last);
            before = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

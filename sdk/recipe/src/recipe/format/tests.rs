use super::*;
use crate::place::Places;
use crate::recipe::{assembled, checked, operation};

/// The component of a recipe, without the places in its document: what is left is what it does.
fn component(text: &str) -> Vec<u8> {
    let (recipe, plan) = checked(text).unwrap();
    let assembly = operation(&recipe, &plan, &Places::nowhere()).unwrap();
    assembled(recipe, assembly).unwrap().component
}

fn cookbook() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let yaml = files.filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    yaml.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// The next of a row of numbers that looks random (xorshift).
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// The same document, written worse: blanks, blank lines and comments where they change nothing.
fn worse(text: &str, seed: &mut u64) -> String {
    let mut out = String::new();
    let mut block: Option<usize> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if block.is_some_and(|margin| line.trim().is_empty() || indent > margin) {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        block = line.trim_end().ends_with('|').then_some(indent);
        match next(seed) % 6 {
            0 => out.push_str("\n\n\n"),
            1 => out.push_str(&format!("{}# a comment\n", " ".repeat(indent))),
            _ => {}
        }
        let quoted = line.contains(['\'', '"', '#', '|', '>']);
        let line = match next(seed) % 4 {
            0 if !quoted => line.replacen(": ", ":   ", 1) + "   # behind",
            1 if !quoted => line.replace("{", "{ ").replace("}", " }"),
            2 => line.to_owned() + "  ",
            _ => line.to_owned(),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

#[test]
fn formatting_keeps_meaning_and_comments_and_is_done_once() {
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    let mut tried = 0;
    for text in cookbook() {
        let wanted = component(&text);
        for round in 0..20 {
            let worse = worse(&text, &mut seed);
            let once = format(&worse).unwrap_or_else(|problems| panic!("{problems:?}\n{worse}"));
            assert_eq!(format(&once).unwrap(), once, "{worse}");
            assert_eq!(once.matches("# a comment").count(), worse.matches("# a comment").count());
            assert_eq!(
                once.matches("# behind").count(),
                worse.matches("# behind").count(),
                "{worse}\n{once}"
            );
            assert!(
                !once.contains("\n\n\n") && !once.lines().any(|line| line.ends_with(' ')),
                "{once}"
            );
            if round == 0 {
                assert_eq!(component(&once), wanted, "{once}");
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 600);
}

#[test]
fn the_cookbook_is_in_its_usual_form() {
    for text in cookbook() {
        assert_eq!(format(&text).unwrap(), text);
    }
}

#[test]
fn odd_writing_is_put_right() {
    let cases = [
        ("a:   1\n\n\n\nb: 2", "a: 1\n\nb: 2\n"),
        ("# first\na: 1   # one\n# last", "# first\na: 1 # one\n# last\n"),
        ("a:\n- 1\n-   b: 2\n    c: 3\n", "a:\n  - 1\n  - b: 2\n    c: 3\n"),
        ("a: {b: 1,c: [1,2]}", "a: {b: 1, c: [1, 2]}\n"),
        ("a: {b: 1, # one\n  c: 2}", "a:\n  b: 1 # one\n  c: 2\n"),
        ("a: |\n      x\n        y\n\nb: 1", "a: |\n  x\n    y\n\nb: 1\n"),
        ("a: |+\n  x\n\n\nb: 1", "a: |2+\n  x\n\n\nb: 1\n"),
        ("a: >-\n    x\n    y\n", "a: >-\n  x\n  y\n"),
        ("a: |2\n    x\n", "a: |2\n    x\n"),
        ("a: 'x\n\n     y'", "a: 'x\n\n  y'\n"),
        ("a: x # y\nb: 'x # y'\nc: x#y", "a: x # y\nb: 'x # y'\nc: x#y\n"),
        ("a: # why\n   b: 1", "a: # why\n  b: 1\n"),
        ("a: []\nb: {}\nc:\nd: ~", "a: []\nb: {}\nc:\nd: ~\n"),
        (
            "{\"a\":1,\"b\":[{\"c\":\"\\u0041\"}]}",
            "{\n  \"a\": 1,\n  \"b\": [{\"c\": \"\\u0041\"}]\n}\n",
        ),
        ("---\na: 1\n...\n", "a: 1\n"),
        ("a:\r\n  - 1\r\n", "a:\n  - 1\n"),
    ];
    for (odd, wanted) in cases {
        let found = format(odd).unwrap_or_else(|problems| panic!("{odd:?}: {problems:?}"));
        assert_eq!(found, wanted, "{odd:?}");
        assert_eq!(format(&found).unwrap(), found);
    }
    for text in [">\n", "- a\n"] {
        assert!(format(text).unwrap_err()[0].message.contains("a recipe is an object"), "{text:?}");
    }
    let long = format!("a: [{}]", ["some-word"; 12].join(", "));
    assert_eq!(format(&long).unwrap().lines().count(), 13);
}

//! Lists of texts: their order, what they have in common, and their ends.
//!
//! *Never:* an item is changed; only which there are, and where they stand.

use super::plain::Plain;
use crate::model::SlotKind::{Integer, Numbers, Text, Texts};

const STRING: &str = r#"{"type": ["string", "null"]}"#;
const STRINGS: &str = r#"{"type": "array", "items": {"type": "string"}}"#;
const NUMBERS: &str = r#"{"type": "array", "items": {"type": "number"}}"#;

pub(super) const ENTRIES: &[Plain] = &[
    Plain {
        name: "list.sort-numbers",
        summary: "Sorts numbers, the smallest first.",
        asks: &[
            "sort the numbers {numbers:numbers}",
            "sort {numbers:numbers}",
            "sort the list {numbers:numbers}",
            "order {numbers:numbers} from smallest to largest",
        ],
        inputs: &[("numbers", Numbers)],
        gives: NUMBERS,
        value: "@{numbers}.sort()",
        examples: &[(r#"{"numbers": [10, 9, -1]}"#, "[-1, 9, 10]")],
    },
    Plain {
        name: "list.sort-numbers-down",
        summary: "Sorts numbers, the largest first.",
        asks: &[
            "sort {numbers:numbers} descending",
            "order {numbers:numbers} from largest to smallest",
        ],
        inputs: &[("numbers", Numbers)],
        gives: NUMBERS,
        value: "@{numbers}.sort().reverse()",
        examples: &[(r#"{"numbers": [9, 10, -1]}"#, "[10, 9, -1]")],
    },
    Plain {
        name: "list.sort",
        summary: "Sorts texts by their letters, small ones and capitals alike.",
        asks: &[
            "sort {items:texts}",
            "sort the list {items:texts}",
            "sort {items:texts} alphabetically",
            "alphabetize {items:texts}",
            "put {items:texts} in alphabetical order",
        ],
        inputs: &[("items", Texts)],
        gives: STRINGS,
        value: "@{items}.sortBy(item, item.lowerAscii())",
        examples: &[(r#"{"items": ["pear", "Fig", "apple"]}"#, r#"["apple", "Fig", "pear"]"#)],
    },
    Plain {
        name: "list.reverse",
        summary: "Turns the order of a list around.",
        asks: &["reverse the list {items:texts}", "reverse the order of {items:texts}"],
        inputs: &[("items", Texts)],
        gives: STRINGS,
        value: "@{items}.reverse()",
        examples: &[(r#"{"items": ["a", "b"]}"#, r#"["b", "a"]"#)],
    },
    Plain {
        name: "list.unique",
        summary: "Keeps each item of a list once.",
        asks: &[
            "remove duplicates from {items:texts}",
            "unique items of {items:texts}",
            "deduplicate {items:texts}",
        ],
        inputs: &[("items", Texts)],
        gives: STRINGS,
        value: "@{items}.distinct()",
        examples: &[(r#"{"items": ["a", "b", "a"]}"#, r#"["a", "b"]"#)],
    },
    Plain {
        name: "list.count",
        summary: "Counts the items of a list.",
        asks: &["count the items in {items:texts}", "how many items are in {items:texts}"],
        inputs: &[("items", Texts)],
        gives: r#"{"type": "integer"}"#,
        value: "@{items}.size()",
        examples: &[(r#"{"items": ["a", "b"]}"#, "2")],
    },
    Plain {
        name: "list.tally",
        summary: "Counts how often each item is in a list.",
        asks: &[
            "count each item of {items:texts}",
            "tally {items:texts}",
            "how often is each in {items:texts}",
        ],
        inputs: &[("items", Texts)],
        gives: r#"{"type": "object", "additionalProperties": {"type": "integer"}}"#,
        value: "@{items}.distinct().transformMapEntry(at, one, {one: @{items}.filter(other, other == one).size()})",
        examples: &[(r#"{"items": ["a", "b", "a"]}"#, r#"{"a": 2, "b": 1}"#)],
    },
    Plain {
        name: "list.first",
        summary: "Gives the first item of a list; null of none.",
        asks: &["first item of {items:texts}", "first of {items:texts}"],
        inputs: &[("items", Texts)],
        gives: STRING,
        value: "@{items}.size() == 0 ? dyn(null) : dyn(@{items}[0])",
        examples: &[(r#"{"items": ["a", "b"]}"#, r#""a""#), (r#"{"items": []}"#, "null")],
    },
    Plain {
        name: "list.last",
        summary: "Gives the last item of a list; null of none.",
        asks: &["last item of {items:texts}", "last of {items:texts}"],
        inputs: &[("items", Texts)],
        gives: STRING,
        value: "@{items}.size() == 0 ? dyn(null) : dyn(@{items}[@{items}.size() - 1])",
        examples: &[(r#"{"items": ["a", "b"]}"#, r#""b""#)],
    },
    Plain {
        name: "list.longest",
        summary: "Gives the longest text of a list; null of none.",
        asks: &[
            "longest of {items:texts}",
            "longest word in {items:texts}",
            "longest item in {items:texts}",
        ],
        inputs: &[("items", Texts)],
        gives: STRING,
        value: "@{items}.size() == 0 ? dyn(null) : dyn(@{items}.sortBy(item, -item.size())[0])",
        examples: &[(r#"{"items": ["a", "abc", "ab"]}"#, r#""abc""#)],
    },
    Plain {
        name: "list.take",
        summary: "Gives the first few items of a list.",
        asks: &[
            "first {count:integer} items of {items:texts}",
            "first {count:integer} of {items:texts}",
            "take {count:integer} items of {items:texts}",
        ],
        inputs: &[("count", Integer), ("items", Texts)],
        gives: STRINGS,
        value: "@{items}.slice(0, math.greatest(0, math.least(@{count}, @{items}.size())))",
        examples: &[
            (r#"{"count": 2, "items": ["a", "b", "c"]}"#, r#"["a", "b"]"#),
            (r#"{"count": 9, "items": ["a"]}"#, r#"["a"]"#),
        ],
    },
    Plain {
        name: "list.join",
        summary: "Joins texts with something between them.",
        asks: &[
            "join {items:texts} with {between}",
            "join {items:texts} using {between}",
            "concatenate {items:texts} with {between}",
        ],
        inputs: &[("items", Texts), ("between", Text)],
        gives: r#"{"type": "string"}"#,
        value: "@{items}.join(@{between})",
        examples: &[(r#"{"items": ["a", "b"], "between": "; "}"#, r#""a; b""#)],
    },
    Plain {
        name: "list.sentence",
        summary: "Writes a list as one does in a sentence.",
        asks: &["write {items:texts} as a sentence", "join {items:texts} with commas and an and"],
        inputs: &[("items", Texts)],
        gives: r#"{"type": "string"}"#,
        value: "cel.bind(n, @{items}.size(), n < 2 ? @{items}.join() : @{items}.slice(0, n - 1).join(', ') + ' and ' + @{items}[n - 1])",
        examples: &[
            (r#"{"items": ["a", "b", "c"]}"#, r#""a, b and c""#),
            (r#"{"items": ["a"]}"#, r#""a""#),
        ],
    },
    Plain {
        name: "list.split",
        summary: "Splits a text where something stands, without blanks around the parts.",
        asks: &["split {text} at {mark}", "split {text} by {mark}", "split {text} on {mark}"],
        inputs: &[("text", Text), ("mark", Text)],
        gives: STRINGS,
        value: "@{text}.split(@{mark}).map(part, part.trim())",
        examples: &[(r#"{"text": "a; b;c", "mark": ";"}"#, r#"["a", "b", "c"]"#)],
    },
    Plain {
        name: "list.common",
        summary: "Gives the items that two lists have in common.",
        asks: &[
            "items in both {one:texts} and also {other:texts}",
            "common items of {one:texts} versus {other:texts}",
            "intersection of {one:texts} with {other:texts}",
        ],
        inputs: &[("one", Texts), ("other", Texts)],
        gives: STRINGS,
        value: "@{one}.filter(item, item in @{other}).distinct()",
        examples: &[(r#"{"one": ["a", "b", "c"], "other": ["c", "b"]}"#, r#"["b", "c"]"#)],
    },
    Plain {
        name: "list.difference",
        summary: "Gives the items of a list that another has not.",
        asks: &[
            "items of {one:texts} without {other:texts}",
            "items of {one:texts} that are not in {other:texts}",
        ],
        inputs: &[("one", Texts), ("other", Texts)],
        gives: STRINGS,
        value: "@{one}.filter(item, !(item in @{other}))",
        examples: &[(r#"{"one": ["a", "b", "c"], "other": ["c"]}"#, r#"["a", "b"]"#)],
    },
    Plain {
        name: "list.containing",
        summary: "Gives the texts of a list that contain something.",
        asks: &["which of {items:texts} contain {part}", "filter {items:texts} for {part}"],
        inputs: &[("items", Texts), ("part", Text)],
        gives: STRINGS,
        value: "@{items}.filter(item, item.contains(@{part}))",
        examples: &[(r#"{"items": ["apple", "fig"], "part": "pp"}"#, r#"["apple"]"#)],
    },
];

//! Tables: lists of objects, and text with commas.
//!
//! *Never:* a row without a column is taken for one where it is zero.

use super::plain::Plain;
use crate::model::SlotKind::{Json, Text, Word};

const ROWS: &str = r#"{"type": "array", "items": {"type": "object"}}"#;

pub(super) const ENTRIES: &[Plain] = &[
    Plain {
        name: "table.column",
        summary: "Gives one column of a table.",
        asks: &[
            "column {column:word} of {rows:json}",
            "list the {column:word} of every row in {rows:json}",
            "get {column:word} from each of {rows:json}",
        ],
        inputs: &[("column", Word), ("rows", Json)],
        gives: r#"{"type": "array"}"#,
        value: "@{rows}.filter(row, @{column} in row).map(row, row[@{column}])",
        examples: &[(
            r#"{"column": "a", "rows": [{"a": 1}, {"b": 2}, {"a": "x"}]}"#,
            r#"[1, "x"]"#,
        )],
    },
    Plain {
        name: "table.where",
        summary: "Gives the rows of a table that have a value in a column.",
        asks: &[
            "rows of {rows:json} where {column:word} is {value}",
            "rows in {rows:json} with {column:word} equal to {value}",
        ],
        inputs: &[("rows", Json), ("column", Word), ("value", Text)],
        gives: ROWS,
        value: "@{rows}.filter(row, @{column} in row && (type(row[@{column}]) == string ? row[@{column}] == @{value} : json.encode(row[@{column}]) == @{value}))",
        examples: &[
            (
                r#"{"rows": [{"a": "x", "n": 1}, {"a": "y"}, {"n": 2}], "column": "a", "value": "x"}"#,
                r#"[{"a": "x", "n": 1}]"#,
            ),
            (r#"{"rows": [{"n": 1}, {"n": 2}], "column": "n", "value": "2"}"#, r#"[{"n": 2}]"#),
        ],
    },
    Plain {
        name: "table.sort",
        summary: "Sorts the rows of a table by a column that all of them have.",
        asks: &["sort {rows:json} by {column:word}", "order {rows:json} by {column:word}"],
        inputs: &[("rows", Json), ("column", Word)],
        gives: ROWS,
        value: "@{rows}.sortBy(row, row[@{column}])",
        examples: &[(
            r#"{"rows": [{"n": 2}, {"n": 1}], "column": "n"}"#,
            r#"[{"n": 1}, {"n": 2}]"#,
        )],
    },
    Plain {
        name: "table.total",
        summary: "Adds up a column of a table, over the rows that have it.",
        asks: &[
            "sum of {column:word} in {rows:json}",
            "total {column:word} of {rows:json}",
            "add up the {column:word} of {rows:json}",
        ],
        inputs: &[("column", Word), ("rows", Json)],
        gives: r#"{"type": "number"}"#,
        value: "double(@{rows}.filter(row, @{column} in row).map(row, double(row[@{column}])).sum())",
        examples: &[
            (r#"{"column": "n", "rows": [{"n": 1}, {"n": 2.5}, {}]}"#, "3.5"),
            (r#"{"column": "n", "rows": []}"#, "0"),
        ],
    },
    Plain {
        name: "table.group-totals",
        summary: "Counts the rows of a table by what stands in a column.",
        asks: &[
            "count {rows:json} by {column:word}",
            "group {rows:json} by {column:word} and count",
            "how many rows of {rows:json} per {column:word}",
        ],
        inputs: &[("rows", Json), ("column", Word)],
        gives: r#"{"type": "object", "additionalProperties": {"type": "integer"}}"#,
        value: "cel.bind(all, @{rows}.filter(row, @{column} in row).map(row, type(row[@{column}]) == string ? string(row[@{column}]) : json.encode(row[@{column}])), all.distinct().transformMapEntry(at, one, {one: all.filter(other, other == one).size()}))",
        examples: &[(
            r#"{"rows": [{"c": "x"}, {"c": "y"}, {"c": "x"}], "column": "c"}"#,
            r#"{"x": 2, "y": 1}"#,
        )],
    },
    Plain {
        name: "table.count",
        summary: "Counts the rows of a table.",
        asks: &[
            "how many rows are in {rows:json}",
            "count the rows of {rows:json}",
            "number of rows in {rows:json}",
        ],
        inputs: &[("rows", Json)],
        gives: r#"{"type": "integer"}"#,
        value: "size(@{rows})",
        examples: &[(r#"{"rows": [{}, {"a": 1}]}"#, "2")],
    },
    Plain {
        name: "table.of-csv",
        summary: "Turns lines with commas into objects named after the first line.",
        asks: &["read the table {csv}", "parse the csv {csv}", "convert the csv {csv} to json"],
        inputs: &[("csv", Text)],
        gives: r#"{"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}}"#,
        value: r"cel.bind(rows, @{csv}.split('\n').map(line, line.trim()).filter(line, line != '').map(line, line.split(',').map(cell, cell.trim())), rows.size() < 2 ? [] : rows.slice(1, rows.size()).map(row, rows[0].transformMapEntry(at, name, {name: at < row.size() ? row[at] : ''})))",
        examples: &[
            (
                r#"{"csv": "name, city\nAnn, Rome\nBob\n"}"#,
                r#"[{"name": "Ann", "city": "Rome"}, {"name": "Bob", "city": ""}]"#,
            ),
            (r#"{"csv": "name"}"#, "[]"),
        ],
    },
    Plain {
        name: "table.to-csv",
        summary: "Writes objects as lines with commas, named after the fields of the first.",
        asks: &[
            "write {rows:json} as csv",
            "convert {rows:json} to csv",
            "export {rows:json} as csv",
        ],
        inputs: &[("rows", Json)],
        gives: r#"{"type": "string"}"#,
        value: r#"size(@{rows}) == 0 ? '' : cel.bind(names, @{rows}[0].map(name, name).sort(), ([names] + @{rows}.map(row, names.map(name, !(name in row) ? '' : cel.bind(cell, type(row[name]) == string ? string(row[name]) : json.encode(row[name]), cell.matches('[",\n]') ? '"' + cell.replace('"', '""') + '"' : cell)))).map(line, line.join(',')).join('\n'))"#,
        examples: &[(r#"{"rows": [{"b": "x, y", "a": 1}, {"a": 2}]}"#, r#""a,b\n1,\"x, y\"\n2,""#)],
    },
];

//! Dates: days between them, days from them, and what day they are.
//!
//! *Never:* a time zone is guessed; a date is a day, wherever it is.

use super::plain::Plain;
use crate::model::SlotKind::{Date, Integer};

const STRING: &str = r#"{"type": "string"}"#;
const WHOLE: &str = r#"{"type": "integer"}"#;
const TRUTH: &str = r#"{"type": "boolean"}"#;

pub(super) const ENTRIES: &[Plain] = &[
    Plain {
        name: "date.days-between",
        summary: "Counts the days from one date to another.",
        asks: &[
            "days between {start:date} and {end:date}",
            "how many days from {start:date} to {end:date}",
            "how many days are between {start:date} and {end:date}",
            "days from {start:date} to {end:date}",
        ],
        inputs: &[("start", Date), ("end", Date)],
        gives: WHOLE,
        value: "(timestamp(@{end} + 'T00:00:00Z') - timestamp(@{start} + 'T00:00:00Z')).getHours() / 24",
        examples: &[
            (r#"{"start": "2024-02-28", "end": "2024-03-01"}"#, "2"),
            (r#"{"start": "2026-01-02", "end": "2026-01-01"}"#, "-1"),
        ],
    },
    Plain {
        name: "date.add-days",
        summary: "Gives the date so many days after another.",
        asks: &[
            "add {days:integer} days to {start:date}",
            "{days:integer} days after {start:date}",
            "what date is {days:integer} days after {start:date}",
            "{start:date} plus {days:integer} days",
        ],
        inputs: &[("days", Integer), ("start", Date)],
        gives: STRING,
        value: "string(timestamp(@{start} + 'T00:00:00Z') + duration(string(@{days} * 24) + 'h')).substring(0, 10)",
        examples: &[(r#"{"days": 3, "start": "2024-02-27"}"#, r#""2024-03-01""#)],
    },
    Plain {
        name: "date.subtract-days",
        summary: "Gives the date so many days before another.",
        asks: &[
            "subtract {days:integer} days from {start:date}",
            "{days:integer} days before {start:date}",
            "what date is {days:integer} days before {start:date}",
        ],
        inputs: &[("days", Integer), ("start", Date)],
        gives: STRING,
        value: "string(timestamp(@{start} + 'T00:00:00Z') - duration(string(@{days} * 24) + 'h')).substring(0, 10)",
        examples: &[(r#"{"days": 1, "start": "2024-03-01"}"#, r#""2024-02-29""#)],
    },
    Plain {
        name: "date.add-weeks",
        summary: "Gives the date so many weeks after another.",
        asks: &[
            "add {weeks:integer} weeks to {start:date}",
            "{weeks:integer} weeks after {start:date}",
        ],
        inputs: &[("weeks", Integer), ("start", Date)],
        gives: STRING,
        value: "string(timestamp(@{start} + 'T00:00:00Z') + duration(string(@{weeks} * 168) + 'h')).substring(0, 10)",
        examples: &[(r#"{"weeks": 2, "start": "2025-12-25"}"#, r#""2026-01-08""#)],
    },
    Plain {
        name: "date.weekday",
        summary: "Names the day of the week of a date.",
        asks: &[
            "what day of the week is {day:date}",
            "weekday of {day:date}",
            "which weekday is {day:date}",
            "what day is {day:date}",
        ],
        inputs: &[("day", Date)],
        gives: STRING,
        value: "['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][timestamp(@{day} + 'T00:00:00Z').getDayOfWeek()]",
        examples: &[(r#"{"day": "2026-02-01"}"#, r#""Sunday""#)],
    },
    Plain {
        name: "date.is-weekend",
        summary: "Tells whether a date is a Saturday or a Sunday.",
        asks: &[
            "is {day:date} on a weekend",
            "is {day:date} a weekend",
            "does {day:date} fall on a weekend",
        ],
        inputs: &[("day", Date)],
        gives: TRUTH,
        value: "timestamp(@{day} + 'T00:00:00Z').getDayOfWeek() in [0, 6]",
        examples: &[(r#"{"day": "2026-01-31"}"#, "true"), (r#"{"day": "2026-02-02"}"#, "false")],
    },
    Plain {
        name: "date.day-of-year",
        summary: "Counts which day of its year a date is.",
        asks: &["day of the year of {day:date}", "which day of the year is {day:date}"],
        inputs: &[("day", Date)],
        gives: WHOLE,
        value: "timestamp(@{day} + 'T00:00:00Z').getDayOfYear() + 1",
        examples: &[(r#"{"day": "2024-12-31"}"#, "366")],
    },
    Plain {
        name: "date.quarter",
        summary: "Tells in which quarter of the year a date is.",
        asks: &[
            "which quarter is {day:date}",
            "quarter of {day:date}",
            "what quarter is {day:date} in",
        ],
        inputs: &[("day", Date)],
        gives: WHOLE,
        value: "timestamp(@{day} + 'T00:00:00Z').getMonth() / 3 + 1",
        examples: &[(r#"{"day": "2026-04-01"}"#, "2")],
    },
    Plain {
        name: "date.long",
        summary: "Writes a date with the name of its month.",
        asks: &[
            "write {day:date} in words",
            "write out the date {day:date}",
            "spell out {day:date}",
            "format {day:date} as a long date",
        ],
        inputs: &[("day", Date)],
        gives: STRING,
        value: "cel.bind(t, timestamp(@{day} + 'T00:00:00Z'), string(t.getDate()) + ' ' + ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'][t.getMonth()] + ' ' + string(t.getFullYear()))",
        examples: &[(r#"{"day": "2024-03-05"}"#, r#""5 March 2024""#)],
    },
    Plain {
        name: "date.european",
        summary: "Writes a date with the day first.",
        asks: &[
            "write {day:date} as day month year",
            "format {day:date} with the day first",
            "convert {day:date} to european format",
        ],
        inputs: &[("day", Date)],
        gives: STRING,
        value: "@{day}.split('-').reverse().join('/')",
        examples: &[(r#"{"day": "2024-03-05"}"#, r#""05/03/2024""#)],
    },
    Plain {
        name: "date.end-of-month",
        summary: "Gives the last day of a date's month.",
        asks: &[
            "last day of the month of {day:date}",
            "end of the month of {day:date}",
            "when does the month of {day:date} end",
        ],
        inputs: &[("day", Date)],
        gives: STRING,
        // Four days behind the 28th is the next month in every month.
        value: "cel.bind(later, timestamp(@{day}.substring(0, 8) + '28T00:00:00Z') + duration('96h'), string(later - duration(string(later.getDate() * 24) + 'h')).substring(0, 10))",
        examples: &[
            (r#"{"day": "2024-02-10"}"#, r#""2024-02-29""#),
            (r#"{"day": "2025-12-31"}"#, r#""2025-12-31""#),
        ],
    },
    Plain {
        name: "date.is-leap-year",
        summary: "Tells whether a year has 366 days.",
        asks: &["is {year:integer} a leap year", "does {year:integer} have 366 days"],
        inputs: &[("year", Integer)],
        gives: TRUTH,
        value: "@{year} % 4 == 0 && (@{year} % 100 != 0 || @{year} % 400 == 0)",
        examples: &[
            (r#"{"year": 2000}"#, "true"),
            (r#"{"year": 1900}"#, "false"),
            (r#"{"year": 2024}"#, "true"),
        ],
    },
    Plain {
        name: "date.age",
        summary: "Counts the whole years from a birthday to a date.",
        asks: &[
            "how old is somebody born on {birthday:date} on {day:date}",
            "age on {day:date} of somebody born on {birthday:date}",
            "full years from {birthday:date} to {day:date}",
        ],
        inputs: &[("birthday", Date), ("day", Date)],
        gives: WHOLE,
        value: "int(@{day}.substring(0, 4)) - int(@{birthday}.substring(0, 4)) - (@{day}.substring(5) < @{birthday}.substring(5) ? 1 : 0)",
        examples: &[
            (r#"{"birthday": "1990-05-10", "day": "2026-05-09"}"#, "35"),
            (r#"{"birthday": "1990-05-10", "day": "2026-05-10"}"#, "36"),
        ],
    },
];

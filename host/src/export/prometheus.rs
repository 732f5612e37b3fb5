//! Figures as the text that Prometheus and its kin read.
//!
//! *Never:* a line is written that a parser of the format would refuse, whatever is in a name.

use std::fmt::Write as _;

use super::instrument::{Instrument, Kind, Point, Value, instruments};
use crate::traffic::{Figures, LATENCY_BOUNDS};

/// What the text is, for the header of a response.
pub const PROMETHEUS_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Figures as text, for a program to answer scrapes with.
///
/// ```
/// use engraft::export::prometheus;
/// use engraft::traffic::Figures;
///
/// // Of a running program: `prometheus(&live.figures(engraft::export::RELEASES_MAX))`.
/// let text = prometheus(&Figures::default());
/// assert!(text.ends_with("engraft_samples_lost_total 0\n"));
/// ```
#[must_use]
pub fn prometheus(figures: &Figures) -> String {
    let mut text = String::new();
    for instrument in instruments(figures) {
        write(&mut text, &instrument);
    }
    text
}

fn write(text: &mut String, instrument: &Instrument) {
    let Instrument { name, help, kind, points } = instrument;
    let name = name.replace('.', "_");
    let (name, kind) = match kind {
        Kind::Counter => (format!("{name}_total"), "counter"),
        Kind::Gauge => (name, "gauge"),
        Kind::Times => (format!("{name}_seconds"), "histogram"),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for Point { attributes, value } in points {
        let labels = labels(attributes);
        let _ = match value {
            Value::Count(count) => writeln!(text, "{name}{} {count}", braced(&labels)),
            Value::Level(level) => writeln!(text, "{name}{} {level}", braced(&labels)),
            Value::Times { within, sum_seconds } => {
                times(text, &name, &labels, within);
                let all = within.last().copied().unwrap_or_default();
                let labels = braced(&labels);
                writeln!(text, "{name}_sum{labels} {sum_seconds}\n{name}_count{labels} {all}")
            }
        };
    }
}

fn times(text: &mut String, name: &str, labels: &str, within: &[u64]) {
    let bounds = LATENCY_BOUNDS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
    let comma = if labels.is_empty() { "" } else { "," };
    for (bound, count) in bounds.zip(within) {
        let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}");
    }
}

fn labels(attributes: &[(&'static str, String)]) -> String {
    let labels = attributes.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
    labels.collect::<Vec<_>>().join(",")
}

fn braced(labels: &str) -> String {
    if labels.is_empty() { String::new() } else { format!("{{{labels}}}") }
}

/// The three characters that end or change a value.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        let attributes = vec![("capability", "a\\b\"c\nd".to_owned())];
        let points = vec![Point { attributes, value: Value::Level(0.5) }];
        let mut text = String::new();
        write(&mut text, &Instrument { name: "a.b", help: "It.", kind: Kind::Gauge, points });
        let expected = "# HELP a_b It.\n# TYPE a_b gauge\n\
                        a_b{capability=\"a\\\\b\\\"c\\nd\"} 0.5\n";
        assert_eq!(text, expected);
    }
    #[test]
    fn what_a_shadow_answered_is_told_by_what_came_of_it() {
        let shadow: crate::traffic::ShadowFigures = serde_json::from_value(serde_json::json!({
            "name": "a.b", "version": "1.1.0", "share": "12.5%",
            "compared": 10, "differed": 4, "broke": 1, "passed_over": 3,
        }))
        .unwrap();
        let text = prometheus(&Figures { shadows: vec![shadow], ..Figures::default() });
        let labels = r#"capability="a.b",version="1.1.0""#;
        for (outcome, count) in [("same", 6), ("differs", 3), ("broke", 1), ("passed-over", 3)] {
            let line = format!(
                "engraft_shadow_requests_total{{{labels},outcome=\"{outcome}\"}} {count}\n"
            );
            assert!(text.contains(&line), "{line} is not in\n{text}");
        }
        assert!(text.contains(&format!("engraft_shadow_share{{{labels}}} 0.125\n")), "{text}");
    }
}

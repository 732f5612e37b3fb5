//! The request as the protocol writes it in JSON: names in camel case, 64-bit numbers as texts.
//!
//! *Never:* a count is told as the change since the last time; all are cumulative.

use serde_json::{Value as Json, json};

use crate::export::instrument::{Instrument, Kind, Point, Value, instruments};
use crate::traffic::{Figures, LATENCY_BOUNDS};

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
const CUMULATIVE: u8 = 2;

/// An `ExportMetricsServiceRequest`.
pub(super) fn request(figures: &Figures, resource: &[(String, String)]) -> Json {
    let span = Span { from: nanoseconds(figures.since_ms), to: nanoseconds(figures.at_ms) };
    let metrics: Vec<Json> = instruments(figures).iter().map(|one| metric(one, &span)).collect();
    let resource = resource.iter().map(|(name, value)| attribute(name, value));
    json!({
        "resourceMetrics": [{
            "resource": {"attributes": resource.collect::<Vec<_>>()},
            "scopeMetrics": [{
                "scope": {"name": "engraft", "version": env!("CARGO_PKG_VERSION")},
                "metrics": metrics,
            }],
        }],
    })
}

/// From when to when is counted.
struct Span {
    from: String,
    to: String,
}

fn metric(instrument: &Instrument, span: &Span) -> Json {
    let points: Vec<Json> = instrument.points.iter().map(|one| point(one, span)).collect();
    let (unit, data, content) = match instrument.kind {
        Kind::Counter => (
            "1",
            "sum",
            json!({
                "aggregationTemporality": CUMULATIVE,
                "isMonotonic": true,
                "dataPoints": points,
            }),
        ),
        Kind::Gauge => ("1", "gauge", json!({"dataPoints": points})),
        Kind::Times => {
            ("s", "histogram", json!({"aggregationTemporality": CUMULATIVE, "dataPoints": points}))
        }
    };
    json!({
        "name": instrument.name,
        "description": instrument.help,
        "unit": unit,
        data: content,
    })
}

fn point(Point { attributes, value }: &Point, span: &Span) -> Json {
    let attributes = attributes.iter().map(|(name, value)| attribute(name, value));
    let mut point = json!({
        "attributes": attributes.collect::<Vec<_>>(),
        "timeUnixNano": span.to,
    });
    let mut put = |name: &str, value: Json| {
        if let Some(fields) = point.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    };
    match value {
        Value::Level(level) => put("asDouble", json!(level)),
        Value::Count(count) => {
            put("startTimeUnixNano", json!(span.from));
            put("asInt", json!(count.to_string()));
        }
        Value::Times { within, sum_seconds } => {
            put("startTimeUnixNano", json!(span.from));
            put("count", json!(within.last().copied().unwrap_or_default().to_string()));
            put("sum", json!(sum_seconds));
            put("bucketCounts", json!(buckets(within)));
            put("explicitBounds", json!(LATENCY_BOUNDS));
        }
    }
    point
}

/// Each bucket by itself, where figures tell of all up to it.
fn buckets(within: &[u64]) -> Vec<String> {
    let below = std::iter::once(0).chain(within.iter().copied());
    below.zip(within).map(|(below, all)| all.saturating_sub(below).to_string()).collect()
}

fn attribute(name: &str, value: &str) -> Json {
    json!({"key": name, "value": {"stringValue": value}})
}

fn nanoseconds(milliseconds: u64) -> String {
    (u128::from(milliseconds) * 1_000_000).to_string()
}

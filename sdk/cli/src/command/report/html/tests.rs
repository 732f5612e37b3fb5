use serde_json::{Value, json};

use super::*;

/// What would be markup, a script or an attribute if it were not text.
const HOSTILE: &str =
    "</pre></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u{202e}";

/// Everything in a report that comes from a candidate says this.
fn report() -> Report {
    let name = "numbers";
    let hostile = HOSTILE;
    let share = json!({"reached": 1, "total": 4});
    let bin = json!([{"from": 1, "to": 2, "count": 3}, {"from": 3, "to": u64::MAX, "count": 1}]);
    let quantiles = json!({"p50": 1, "p95": 2, "p99": 3, "max": 4});
    let digest = "0".repeat(64);
    let (component, policy) = (format!("blake3:{digest}"), format!("blake3:{digest}"));
    let value = json!({
        "format": 1, "examiner": hostile, "level": "production", "level_wanted": "basic",
        "subject": {
            "name": name, "component": component, "bytes": 7, "origin": "uploaded",
            "digests": {"blake3": digest, "sha256": digest},
            "permissions": {"config": ["a.b"]}, "signers": [hostile],
        },
        "policy": policy, "at": "2026-01-01T00:00:00Z", "verdict": {"is": "blocked"},
        "findings": [{
            "check": "static.secret", "severity": "error", "blocks": "always", "message": hostile,
            "evidence": [{"place": hostile, "detail": hostile}],
        }],
        "checks": [{"check": "static.secret", "end": "found", "because": hostile}],
        "risk": {
            "level": "low", "power": 10, "evidence": 500, "findings": 3, "because": hostile,
            "factors": [
                {"counts_to": "findings", "name": hostile, "weight": 3, "because": hostile},
            ],
        },
        "measures": {"calls": 4, "spreads": {"latency_ns": bin, "fuel": bin, "memory_bytes": bin}},
        "coverage": {
            "functions": share, "blocks": share, "blocks_before": share,
            "modules": [{"number": 1, "functions": share, "blocks": share, "least": [
                {"index": 3, "name": hostile, "blocks": share},
            ]}],
            "source": {"text": format!("return: '{hostile}'"), "expressions": share, "spans": [
                {"start": 8, "end": 40, "is_evaluated": false},
                {"start": 0, "end": 9, "is_evaluated": true},
            ]},
            "search": {
                "begun_with": 1, "tried": 2, "fuel": 3, "tried_max": 4, "fuel_max": 5,
                "time_ms_max": 6, "ended_by": "time",
            },
            "kept": [{
                "operation": hostile, "input": {hostile: hostile}, "output": hostile,
                "outcome": hostile, "new_blocks": 1, "is_searched": true,
            }],
        },
        "performance": {
            "calls": 4, "latency_ns": quantiles, "fuel": quantiles, "memory_bytes": quantiles,
            "spreads": {"latency_ns": bin, "fuel": bin, "memory_bytes": bin},
            "load": [], "rates": [],
        },
    });
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}"))
}

/// Everything between `<` and `>`.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).filter_map(|part| part.split('>').next()).collect()
}

#[test]
fn what_a_candidate_says_is_text_wherever_it_stands() {
    let page = page(&report());
    let body = page.split_once("</style>").unwrap().1;
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.contains('\u{202e}'));
    // Whatever is a tag is one of ours, and has no attribute that does anything.
    const OURS: [&str; 27] = [
        "head", "body", "html", "title", "h1", "h2", "h3", "p", "strong", "table", "tr", "th",
        "td", "div", "code", "br", "span", "ul", "li", "svg", "rect", "text", "line", "pre",
        "style", "meta", "!doctype",
    ];
    for tag in tags(body) {
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        assert!(OURS.contains(&name), "{tag}");
        assert!(!tag.contains("onerror") && !tag.contains("src="), "{tag}");
    }
    // Each element that begins ends.
    for name in ["table", "div", "svg", "pre", "span", "p", "td", "tr", "ul", "code"] {
        let begun = tags(body).iter().filter(|tag| tag.split(' ').next() == Some(name)).count();
        let ended = tags(body).iter().filter(|tag| tag.strip_prefix('/') == Some(name)).count();
        assert_eq!(begun, ended, "{name}");
    }
}

#[test]
fn nothing_is_fetched_and_everything_is_there() {
    let page = page(&report());
    for outside in ["http://", "https://", "url(", "@import", "<link", "src="] {
        let ours = page.replace("&lt;img src=", "");
        assert!(!ours.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
    for wanted in [
        "blocks",
        "static.secret",
        "it may read the settings a.b",
        "power: 10 of 100",
        "findings",
        "25 % (1 of 4)",
        "class=\"miss\"",
        "class=\"hit\"",
        "time of a call",
        "fuel of a call",
        "memory of a call",
        "p99",
        "Inputs that reached something new",
        "found something",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    // A number beyond the scale is drawn at its end.
    assert!(page.contains("evidence: 500 of 100") && page.contains("width=\"320.0\""));
}

#[test]
fn a_report_with_nothing_in_it_is_a_page_too() {
    let mut report = report();
    (report.risk, report.coverage, report.performance) = (None, None, None);
    report.measures = Default::default();
    report.findings.clear();
    let page = page(&report);
    assert!(page.contains("None.") && page.ends_with("</html>\n"));
    let _: Value = serde_json::from_str(&report.to_json()).unwrap();
}

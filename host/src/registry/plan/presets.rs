//! Plans with names, for those who do not want to write their own.
//!
//! *Never:* a preset leaves out the comparison with the old release.

use super::{Bound, Gate, Metric, Plan, Stage, StageMode, Watch};
use crate::registry::Share;

/// The names of the plans that exist already.
pub const PRESETS: [&str; 3] = ["quick", "standard", "careful"];

impl Plan {
    /// A plan by its name: `quick`, `standard` or `careful`.
    #[must_use]
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "quick" => Some(Self::quick()),
            "standard" => Some(Self::standard()),
            "careful" => Some(Self::careful()),
            _ => None,
        }
    }

    /// One step that judges a fixed share: what a simulation is asked about.
    #[must_use]
    pub fn single(share: Share, alpha: f64, requests_min: u64) -> Self {
        let gates = vec![Gate::NotWorse { margin: 0.01 }];
        let stage = Stage { requests_min, gates, ..stage("single", share, 0) };
        Self {
            name: "single".to_owned(),
            alpha,
            beta: 0.05,
            watch: super::success_alone(),
            floors: Vec::new(),
            stages: vec![stage],
        }
    }

    /// For a program with few users, or a developer's: two steps, minutes each.
    fn quick() -> Self {
        Self {
            name: "quick".to_owned(),
            stages: vec![
                Stage { requests_min: 20, ..stage("canary", share(10_000), 60) },
                Stage { requests_min: 50, ..stage("half", share(50_000), 60) },
            ],
            ..Self::standard()
        }
    }

    /// Development, canary, beta, gradual steps, production. The last step keeps 5 % on the old
    /// release, so that there is something to compare with until the end.
    fn standard() -> Self {
        let not_worse = || vec![Gate::NotWorse { margin: 0.02 }];
        let canary = stage("canary", share(1_000), 600);
        let beta = stage("beta", share(10_000), 1_800);
        let gradual = |name, units| Stage {
            requests_min: 500,
            gates: not_worse(),
            ..stage(name, share(units), 1_800)
        };
        Self {
            name: "standard".to_owned(),
            alpha: 0.05,
            beta: 0.05,
            watch: vec![
                Watch { metric: Metric::Success { margin: 0.0 }, weight: 0.5 },
                Watch { metric: Metric::Latency { factor: 1.10 }, weight: 0.4 },
                Watch { metric: Metric::Feedback { margin: 0.0 }, weight: 0.1 },
            ],
            floors: vec![Bound::Success { at_least: 0.95 }, Bound::Feedback { at_least: 0.80 }],
            stages: vec![
                Stage {
                    groups: vec!["developers".to_owned()],
                    ..stage("development", share(0), 0)
                },
                Stage { requests_min: 100, ..canary },
                Stage { requests_min: 300, groups: vec!["beta".to_owned()], ..beta },
                gradual("gradual-25", 25_000),
                gradual("gradual-50", 50_000),
                gradual("bake-in", 95_000),
            ],
        }
    }

    /// The same with less error, more samples, a floor on the slowest requests and a person's yes.
    fn careful() -> Self {
        let mut plan = Self { name: "careful".to_owned(), alpha: 0.01, ..Self::standard() };
        plan.beta = 0.01;
        plan.floors.push(Bound::Error { at_most: 0.05 });
        plan.floors.push(Bound::Latency { share: 0.99, ms_max: 100.0 });
        for stage in &mut plan.stages {
            stage.dwell_seconds *= 4;
            stage.requests_min *= 4;
        }
        if let Some(last) = plan.stages.last_mut() {
            last.gates.push(Gate::Approval);
        }
        plan
    }
}

pub(super) fn stage(name: &str, share: Share, dwell_seconds: u64) -> Stage {
    Stage {
        name: name.to_owned(),
        share,
        mode: StageMode::Serve,
        groups: Vec::new(),
        allow: Vec::new(),
        deny: Vec::new(),
        only: Vec::new(),
        dwell_seconds,
        requests_min: 0,
        gates: Vec::new(),
    }
}

/// The units are constants of this file, all of them below a whole.
fn share(units: u32) -> Share {
    Share::from_units(units).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_holds_and_survives_being_written() {
        for name in PRESETS {
            let plan = Plan::preset(name).unwrap();
            assert_eq!(plan.name, name);
            plan.check().unwrap();
            let text = serde_json::to_string(&plan).unwrap();
            assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan, "{text}");
        }
        assert_eq!(Plan::preset("nonsense"), None);
    }

    #[test]
    fn a_plan_that_makes_no_sense_is_refused_with_its_part() {
        type Change = fn(&mut Plan);
        let spoil = |change: Change| {
            let mut plan = Plan::standard();
            change(&mut plan);
            plan.check().unwrap_err().to_string()
        };
        let cases: [(Change, &str); 7] = [
            (|plan| plan.alpha = 0.0, "alpha"),
            (|plan| plan.beta = f64::NAN, "beta"),
            (|plan| plan.stages.clear(), "stages"),
            (|plan| plan.stages.reverse(), "less than before"),
            (|plan| plan.watch.clear(), "watch"),
            (|plan| plan.floors.push(Bound::Success { at_least: 1.0 }), "bound"),
            (|plan| plan.watch[0].weight = -1.0, "weight"),
        ];
        for (change, word) in cases {
            let error = spoil(change);
            assert!(error.contains(word), "{error} should tell of {word}");
        }
    }
}

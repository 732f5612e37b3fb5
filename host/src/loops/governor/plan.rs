//! How what was made spreads: as any other release, and whoever asked for it gets it first.
//!
//! *Never:* a stage lets in fewer than the plan says.

use super::Autonomy;
use crate::registry::{Bound, Gate, Metric, Plan, Share, Stage, StageMode, Watch};

/// For a program of one person, in whose rollout nobody could be compared with anybody: it serves at
/// once, and is promoted when it has held for ten minutes.
#[must_use]
pub fn personal() -> Plan {
    let stage = Stage {
        name: "at-once".to_owned(),
        share: Share::ALL,
        mode: StageMode::Serve,
        groups: Vec::new(),
        allow: Vec::new(),
        deny: Vec::new(),
        only: Vec::new(),
        dwell_seconds: 600,
        requests_min: 0,
        gates: Vec::new(),
    };
    Plan {
        name: "personal".to_owned(),
        alpha: 0.05,
        beta: 0.05,
        watch: vec![Watch { metric: Metric::Success { margin: 0.0 }, weight: 1.0 }],
        floors: vec![Bound::Success { at_least: 0.8 }],
        stages: vec![stage],
    }
}

/// The same plan with these users and groups in every stage, and with a person's yes before the end
/// where the host may not promote by itself.
///
/// ```
/// use engraft::loops::governor::{Autonomy, for_askers};
/// use engraft::registry::{Gate, Plan};
///
/// let plan = Plan::preset("standard").ok_or("no such plan")?;
/// let plan = for_askers(plan, &["bob".to_owned()], &[], Autonomy::Canary);
/// assert!(plan.stages.iter().all(|stage| stage.allow == ["bob"]));
/// assert!(plan.stages.last().is_some_and(|last| last.gates.contains(&Gate::Approval)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn for_askers(
    mut plan: Plan,
    askers: &[String],
    groups: &[String],
    autonomy: Autonomy,
) -> Plan {
    for stage in &mut plan.stages {
        let is_new = |known: &[String], one: &String| !known.contains(one);
        let asking = askers.iter().filter(|it| !stage.deny.contains(it));
        let new: Vec<String> = asking.filter(|it| is_new(&stage.allow, it)).cloned().collect();
        stage.allow.extend(new);
        let new: Vec<String> =
            groups.iter().filter(|it| is_new(&stage.groups, it)).cloned().collect();
        stage.groups.extend(new);
    }
    if autonomy < Autonomy::Promote
        && let Some(last) = plan.stages.last_mut()
        && !last.gates.contains(&Gate::Approval)
    {
        last.gates.push(Gate::Approval);
    }
    plan
}

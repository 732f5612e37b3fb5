//! Conditions put together, and held against users.

use super::*;
use crate::artifact::Moment;
use crate::examine::{Conditions, Examination, Level, Verdict};
use crate::model::{Budget, Digest};
use crate::registry::share::Buckets;

fn examination(conditions: Conditions) -> Box<Examination> {
    let digest = Digest::of(b"");
    Box::new(Examination {
        name: "a.b".parse().unwrap(),
        version: None,
        component: digest,
        origin: CandidateOrigin::Installed,
        level: Level::Basic,
        at: Moment::from_unix(0),
        report: digest,
        verdict: Verdict::Admissible,
        risk: None,
        blocking: Default::default(),
        found: Default::default(),
        binding: crate::examine::Binding {
            name: "a.b".parse().unwrap(),
            component: digest,
            description: None,
            permissions: digest,
            policy: digest,
            findings: digest,
        },
        conditions,
    })
}

#[test]
fn the_policys_own_conditions_hold_without_any_approval() {
    let conditions = Conditions {
        group: Some("staff".to_owned()),
        share_percent: Some(25),
        until: Some(Moment::from_unix(100)),
        budget: Some(Budget { fuel: 5, ..Budget::default() }),
    };
    let now = Moment::from_unix(50);
    let reach = Reach::of(&examination(conditions), &[], now);
    assert_eq!(reach.suspended, None);
    assert_eq!(reach.budget.unwrap().fuel, 5);
    let buckets = Buckets::new("r", "");
    let at = |seconds| move || std::time::Duration::from_secs(seconds);
    let staff = ["staff".to_owned()];
    let user = (0..100).map(|n| format!("u{n}"));
    let inside = user.clone().find(|user| buckets.is_inside(user, "25%".parse().unwrap()));
    let outside = user.into_iter().find(|user| !buckets.is_inside(user, "25%".parse().unwrap()));
    let refuses = |sticky: Option<&str>, groups: &[String], seconds| {
        reach.refuses(sticky, groups, &buckets, at(seconds))
    };
    assert_eq!(refuses(inside.as_deref(), &staff, 100), None);
    assert!(matches!(refuses(inside.as_deref(), &[], 50), Some(Narrow::Group(_))));
    assert!(matches!(refuses(outside.as_deref(), &staff, 50), Some(Narrow::Share(_))));
    assert!(matches!(refuses(None, &staff, 50), Some(Narrow::Share(_))));
    assert!(matches!(refuses(inside.as_deref(), &staff, 101), Some(Narrow::Until(_))));
    assert!(reach.to_string().contains("only for the group `staff`, for at most 25% of the users"));
}

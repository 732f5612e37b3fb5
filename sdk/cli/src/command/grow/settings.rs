//! What a person has set: `grow.json` in the home directory, and what help says of it.
//!
//! *Never:* a setting is read that help does not tell of.

use engraft::loops::governor::Governance;

use crate::desk::Desk;
use crate::trouble::Result;

/// A governance is a page of settings.
const GOVERNANCE_BYTES_MAX: u64 = 1 << 20;

/// What help says of the settings, with every field in its example.
pub(super) const HELP: &str = r#"Settings: `grow.json` in the home directory. Every field may be left out; without the file what is
wanted is made, examined and shown, and nothing of it serves before a person says so.

{
  "autonomy": [
    {"sources": ["gap", "repair"], "risk_max": "safe", "may": "promote"},
    {"risk_max": "low", "may": "canary"}
  ],
  "otherwise": "propose",
  "budget": {
    "attempts_max": 3, "attempt_seconds_max": 60,
    "day_attempts_max": 500, "day_seconds_max": 3600, "day_micros_max": 0,
    "concurrent_max": 1
  },
  "gaps": {"requests": 3, "people": 2, "within_seconds": 604800, "teachers": 2},
  "quiet": [{"from": "22:00", "to": "07:00", "offset_minutes": 60}],
  "doubtful": "propose",
  "plan": "standard",
  "groups": ["beta"],
  "repairs_max": 2,
  "repair_after": 3
}

  autonomy      how far work goes without a person; the first rule that fits holds. `sources` is any of
                gap, person, discovery, repair, change (left out: all); `risk_max` is safe, low, medium,
                high or critical; `may` is observe (show), propose (make and examine), canary (let it
                spread) or promote (and serve everybody)
  otherwise     the same where no rule fits [default: propose]
  doubtful      the most where a draft may not be what was meant, as from a single example; a person or
                another example lets it go on [default: propose]
  budget        attempts for one piece of work (0: none now) and seconds of one; attempts, seconds and
                millionths of your money in a day; attempts at once
  gaps          when requests that failed are worth work: so many, of so many people, within so long; or
                so many people who showed what is wanted
  quiet         when nothing is begun; `offset_minutes` is how far the clock on the wall is from UTC
  plan          how what was made spreads: quick, standard, careful, personal, or a whole plan as for
                `rollout start --plan` [default: standard]
  groups        groups of users who get it first, beside whoever asked [default: none]
  repairs_max   repairs in a row before a person is asked
  repair_after  different requests that a release fails at before it is repaired"#;

/// What a person has set; the default where there is no file.
pub(in crate::command) fn governance(desk: &Desk) -> Result<Governance> {
    let path = desk.home()?.governance_path();
    if !path.exists() {
        return Ok(Governance::default());
    }
    let text = crate::input::read(&path, GOVERNANCE_BYTES_MAX)?;
    crate::json_text::read(&path.display().to_string(), &text)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn example(text: &str) -> &str {
        let from = text.find("\n{\n").unwrap() + 1;
        let to = from + text[from..].find("\n}").unwrap() + 2;
        &text[from..to]
    }

    #[test]
    fn the_example_has_every_field_and_is_read() {
        let text = example(HELP);
        Governance::from_json(text.as_bytes()).unwrap();
        let shown: Value = serde_json::from_str(text).unwrap();
        let all = serde_json::to_value(Governance::default()).unwrap();
        for (field, value) in all.as_object().unwrap() {
            assert!(HELP.contains(&format!("\n  {field} ")), "`{field}` is not told of");
            for inner in value.as_object().filter(|_| field != "plan").into_iter().flatten() {
                assert!(shown[field].get(inner.0).is_some(), "`{field}.{}` is not shown", inner.0);
            }
        }
        for (field, value) in [("budget", "budget"), ("gaps", "gaps")] {
            assert_eq!(shown[field], all[value], "the example shows the defaults");
        }
    }

    #[test]
    fn the_readme_shows_the_same() {
        let readme = include_str!("../../../README.md");
        assert!(readme.contains(example(HELP)), "copy it from the help of `grow`");
    }
}

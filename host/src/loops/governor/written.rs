//! A plan as a person writes it: the name of one that there is, or the whole of it.
//!
//! *Never:* a name that nobody knows is taken for a plan.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::personal;
use crate::registry::{PRESETS, Plan};

/// What the plan for a program of one person is called.
const PERSONAL: &str = "personal";

struct Written;

/// Reads a plan, or finds it by its name.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Plan, D::Error> {
    deserializer.deserialize_any(Written)
}

impl<'de> Visitor<'de> for Written {
    type Value = Plan;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a plan, or one of the names `{}` and `{PERSONAL}`", PRESETS.join("`, `"))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Plan, E> {
        if name == PERSONAL {
            return Ok(personal());
        }
        Plan::preset(name).ok_or_else(|| {
            let known = PRESETS.join("`, `");
            let shown: String = name.chars().take(40).collect();
            E::custom(format!("there is no plan `{shown}`; there are `{known}` and `{PERSONAL}`"))
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Plan, A::Error> {
        Plan::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use crate::loops::governor::Governance;
    use crate::registry::{PRESETS, Plan};

    #[test]
    fn a_plan_is_named_or_written_out() {
        let read = |text: &str| Governance::from_json(text.as_bytes());
        for name in PRESETS.iter().chain([&"personal"]) {
            let governance = read(&format!(r#"{{"plan": "{name}"}}"#)).unwrap();
            assert_eq!(governance.plan.name, *name);
            let whole = serde_json::to_string(&governance).unwrap();
            assert_eq!(read(&whole).unwrap(), governance);
        }
        assert_eq!(read(r#"{"plan": "quick"}"#).unwrap().plan, Plan::preset("quick").unwrap());
        let refused = read(r#"{"plan": "fast"}"#).unwrap_err().to_string();
        assert!(refused.contains("there is no plan `fast`; there are `quick`"), "{refused}");
        let refused = read(r#"{"plan": 3}"#).unwrap_err().to_string();
        assert!(refused.contains("one of the names `quick`"), "{refused}");
        assert!(read(r#"{"plan": {"stages": []}}"#).is_err());
    }
}

//! Where a candidate is compiled and run: in this process, or in a worker.
//!
//! *Never:* where a policy names the worker, this process takes its place.

use super::level::Level;
use super::policy::Policy;
use crate::artifact::Risk;
use crate::engine::raw::Interface;
use crate::model::Permissions;

/// Where it is compiled and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this process.
    Here,
    /// In a worker.
    Worker,
}

/// What decides that.
pub(super) struct Question<'a> {
    pub(super) level: Level,
    pub(super) asked: &'a Permissions,
    pub(super) imports: &'a [String],
    /// Of the embedding program.
    pub(super) interfaces: &'a [Interface],
    pub(super) has_workers: bool,
}

impl Policy {
    /// Where a candidate is compiled and run. Where the policy says so and there are no workers, that is
    /// what is found; what nobody has said is done where it can be.
    pub(super) fn place(&self, question: &Question<'_>) -> Place {
        let by_level = question.level >= self.worker_from.unwrap_or(Level::Production);
        let risk = Risk::least(question.asked);
        let by_risk = risk >= self.worker_from_risk.unwrap_or(Risk::High);
        let is_said =
            by_level && self.worker_from.is_some() || by_risk && self.worker_from_risk.is_some();
        let is_done = question.has_workers && (by_level || by_risk && question.fits());
        if is_said || is_done { Place::Worker } else { Place::Here }
    }
}

impl Question<'_> {
    /// Whether a worker has all that it needs: neither connections of WASI nor what is the program's own
    /// goes through a pipe.
    fn fits(&self) -> bool {
        let is_passed_on = |import: &String| {
            !import.starts_with("wasi:http/")
                && !self.interfaces.iter().any(|interface| interface.offers(import))
        };
        self.imports.iter().all(is_passed_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HttpRule;

    fn posting() -> Permissions {
        let rule = HttpRule {
            host: "a.example".parse().unwrap(),
            methods: vec!["POST".to_owned()],
            path_prefix: String::new(),
        };
        Permissions { http: vec![rule], ..Permissions::default() }
    }

    #[test]
    fn level_and_risk_choose_the_worker_where_there_is_one_and_a_policy_wherever() {
        let (nothing, high, imports) = (Permissions::default(), posting(), Vec::new());
        let question = |level, asked, has_workers| Question {
            level,
            asked,
            imports: &imports,
            interfaces: &[],
            has_workers,
        };
        let policy = Policy::default();
        let of = |level, asked, has| policy.place(&question(level, asked, has));
        assert_eq!(of(Level::Comprehensive, &nothing, true), Place::Here);
        assert_eq!(of(Level::Production, &nothing, true), Place::Worker);
        assert_eq!(of(Level::Production, &nothing, false), Place::Here);
        assert_eq!(of(Level::Standard, &high, true), Place::Worker);
        assert_eq!(of(Level::Standard, &high, false), Place::Here);
        let strict = Policy { worker_from: Some(Level::Standard), ..Policy::default() };
        assert_eq!(strict.place(&question(Level::Standard, &nothing, false)), Place::Worker);
        let strict = Policy { worker_from_risk: Some(Risk::Safe), ..Policy::default() };
        assert_eq!(strict.place(&question(Level::Standard, &nothing, false)), Place::Worker);
        let lenient = Policy { worker_from_risk: Some(Risk::Critical), ..Policy::default() };
        assert_eq!(lenient.place(&question(Level::Standard, &high, true)), Place::Here);
    }

    #[test]
    fn risk_sends_nothing_to_a_worker_that_could_not_run_there() {
        let (asked, imports) = (posting(), vec!["wasi:http/outgoing-handler@0.2.0".to_owned()]);
        let question = Question {
            level: Level::Standard,
            asked: &asked,
            imports: &imports,
            interfaces: &[],
            has_workers: true,
        };
        assert_eq!(Policy::default().place(&question), Place::Here);
    }
}

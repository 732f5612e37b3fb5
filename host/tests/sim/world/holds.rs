//! What has to hold of a world: after each step, and at its end.

use std::sync::Arc;

use engraft::model::{Clock, Digest};
use engraft::registry::{Arm, Journal, Op, State, audit};
use engraft::store::log::FaultyLog;
use engraft::store::{MemoryLog, OpLog};
use engraft::traffic::{Target, Who, pick};

use super::{USERS, World, key};
use crate::script::Hand;

impl World {
    /// Who is inside of a rollout stays inside for as long as it lasts, and with the same variant for as
    /// long as that is not taken out.
    pub(super) fn note_membership(&mut self, user: u64, target: &Target) {
        let snapshot = self.registry.snapshot();
        let who = Who::user(format!("user-{user}"));
        let Some(line) = snapshot.line(self.name.as_str()) else { return };
        let Some(spreading) = &line.spreading else { return };
        let pick = pick(&snapshot, target, &who);
        let is_inside = pick
            .as_ref()
            .is_some_and(|pick| pick.unit.is_some_and(|unit| unit.arm != Arm::Control));
        let picked = pick.map(|pick| pick.serving.component());
        let spread: Vec<Digest> = match &spreading.variants {
            None => vec![spreading.serving.component()],
            Some(variants) => {
                variants.lanes.iter().flatten().map(|lane| lane.component()).collect()
            }
        };
        // A revocation lets whoever served before serve again, and that may be one that spreads.
        let stable = line.stable.as_ref().map(|stable| stable.component());
        assert!(!stable.is_some_and(|it| spread.contains(&it)), "it is compared with itself");
        let (id, salt, _) = &spreading.stage;
        let inside = self.inside.entry(format!("{id} {salt}")).or_default();
        if let Some(before) = inside.get(&user).filter(|before| spread.contains(before)) {
            assert_eq!(picked, Some(*before), "user {user} fell out of {id}");
        }
        if let Some(now) = picked.filter(|picked| is_inside && spread.contains(picked)) {
            inside.insert(user, now);
        }
    }

    /// However often the program was started anew, each user counts once in a stage.
    pub(super) fn check_counts(&self, op: &Op) {
        let (Op::Advanced { decision: Some(decision), .. }
        | Op::Promoted { decision: Some(decision), .. }
        | Op::RolledBack { decision: Some(decision), .. }
        | Op::Held { decision, .. }) = op
        else {
            return;
        };
        let counted = decision.treatment.requests + decision.control.requests;
        assert!(counted <= USERS, "{counted} first outcomes of {USERS} users");
    }

    pub(super) fn check(&self) {
        let length = self.log.length().unwrap();
        assert!(length >= self.acknowledged, "an acknowledged op is lost");
        let snapshot = self.registry.snapshot();
        let Some(line) = snapshot.line(self.name.as_str()) else { return };
        for serving in line.ready.values() {
            let totals = serving.totals();
            assert_eq!(totals.begun, totals.ended, "a request without an outcome");
        }
    }

    pub(super) fn check_whole(&self) {
        let journal = self.registry.journal();
        journal.follow().unwrap();
        audit::verify(journal.log(), journal.identity(), None).unwrap();
        // The fold from the log alone, and the one from a snapshot and what came after.
        let mut state = State::default();
        for entry in self.log.read(0, usize::MAX).unwrap() {
            let record = serde_json::from_slice(&entry.bytes).unwrap();
            state.apply(&record).unwrap();
        }
        assert_eq!(*journal.state(), state);
        let as_log: Arc<dyn OpLog> = Arc::<FaultyLog<MemoryLog>>::clone(&self.log);
        let clock: Arc<dyn Clock> = Arc::<Hand>::clone(&self.clock);
        let from_snapshot = Journal::open(as_log, key(), clock).unwrap();
        assert!(self.log.snapshot().unwrap().is_some() || self.log.length().unwrap() < 15);
        assert_eq!(*from_snapshot.state(), state, "a fold from a snapshot");
        self.other.journal().follow().unwrap();
        assert_eq!(self.other.journal().state(), journal.state(), "all see one order");
    }
}

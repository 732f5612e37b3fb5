//! What each op does to the state, and when it may not.
//!
//! *Never:* anything is changed before everything is checked.

use semver::Version;

use super::{Line, Release, Rollout, Rule, Shared, State, Stop};
use crate::model::{CapabilityName, Digest};
use crate::registry::op::{Installed, Op, Record, ReleaseOrigin};
use crate::registry::plan::StageMode;
use crate::registry::variant::check as check_variants;

impl State {
    /// Does what a record says, or says why not; then nothing has changed.
    ///
    /// # Errors
    /// The [`Rule`] that it breaks.
    pub fn apply(&mut self, record: &Record) -> Result<(), Rule> {
        match &record.op {
            Op::Installed(installed) => self.install(installed, record.at_ms)?,
            Op::Activated { name, version } => self.activate(name, version)?,
            Op::Yanked { name, version } => {
                self.release_mut(name, version)?.yanked = Some(record.why.clone());
            }
            Op::Unyanked { name, version } => self.release_mut(name, version)?.yanked = None,
            Op::Aliased { alias, name } => self.alias(alias, name.as_ref())?,
            Op::Pinned { caller, name, version } => self.pin(caller, name, version.as_ref())?,
            Op::RolloutStarted { .. } => self.start(record)?,
            Op::Advanced { name, .. }
            | Op::Held { name, .. }
            | Op::Paused { name }
            | Op::Resumed { name }
            | Op::Approved { name }
            | Op::Promoted { name, .. }
            | Op::RolledBack { name, .. } => self.roll(name, record)?,
            Op::Revoked { digest } => {
                self.revoked.insert(*digest, record.why.clone());
                let hit: Vec<CapabilityName> =
                    self.lines_with(digest).map(|(name, _)| name.clone()).collect();
                let is_meant = |release: &Release| release.installed.component == *digest;
                hit.iter().for_each(|name| self.retire(name, is_meant, &record.why));
            }
            Op::Examined(examination) => self.note_examined(examination),
            Op::Decided { .. } => self.decide(record)?,
            Op::Expired { name, version } => self.expire(name, version, record.at_ms)?,
            Op::Wanted(want) => self.begin_work(want, record)?,
            Op::Grown { work, step } => self.go_on(*work, step, record)?,
            Op::FlagSet { flag, on } => drop(self.flags.insert(flag.clone(), *on)),
            Op::GapDismissed { gap, undo: true, .. } => {
                self.dismissed.remove(gap).ok_or(Rule::NotDismissed { gap: *gap })?;
                self.reopen_gap(*gap);
            }
            Op::GapDismissed { gap, .. } => drop(self.dismissed.insert(*gap, record.why.clone())),
            Op::Stopped => {
                let (sequence, at_ms) = (record.sequence, record.at_ms);
                let stop = Stop { sequence, at_ms, why: record.why.clone() };
                self.stop.get_or_insert(stop);
            }
            Op::Lifted { key, signature } => {
                let stop = self.stop.as_ref().ok_or(Rule::NotStopped)?;
                if !stop.is_lifted_by(key, signature) {
                    return Err(Rule::Unsigned { key: key.id(), sequence: stop.sequence });
                }
                self.stop = None;
            }
        }
        self.note_spread(&record.op);
        self.at_ms = record.at_ms;
        Ok(())
    }

    /// The ops about a rollout under way.
    fn roll(&mut self, name: &CapabilityName, record: &Record) -> Result<(), Rule> {
        let grows =
            matches!(record.op, Op::Advanced { .. } | Op::Promoted { .. } | Op::Resumed { .. });
        if grows {
            self.going()?;
        }
        let rollout = self.rollout_mut(name)?;
        match &record.op {
            Op::Advanced { stage, decision, .. } => {
                if *stage != rollout.stage + 1 || *stage >= rollout.plan.stages.len() {
                    let (now, wanted) = (rollout.stage, *stage);
                    return Err(Rule::Stage { name: name.clone(), now, wanted });
                }
                rollout.stage = *stage;
                rollout.entered_ms = record.at_ms;
                rollout.is_approved = false;
                rollout.said = decision.as_ref().map(|decision| decision.sentence.clone());
            }
            Op::Held { decision, .. } => rollout.said = Some(decision.sentence.clone()),
            Op::Paused { .. } => rollout.is_paused = true,
            Op::Resumed { .. } => rollout.is_paused = false,
            Op::Approved { .. } => rollout.is_approved = true,
            Op::Promoted { version, .. } => {
                let version = rollout.chosen(name, version.as_ref())?;
                self.wide_enough(name, &version)?;
                let line = self.line_mut(name)?;
                line.rollout = None;
                line.serve(version);
                line.was_promoted = true;
            }
            Op::RolledBack { version, .. } => {
                self.take_back(name, version.as_ref(), &record.why)?
            }
            Op::Installed(_)
            | Op::Activated { .. }
            | Op::Yanked { .. }
            | Op::Unyanked { .. }
            | Op::Aliased { .. }
            | Op::Pinned { .. }
            | Op::RolloutStarted { .. }
            | Op::Revoked { .. }
            | Op::Examined(_)
            | Op::Decided { .. }
            | Op::Expired { .. }
            | Op::Wanted(_)
            | Op::Grown { .. }
            | Op::FlagSet { .. }
            | Op::GapDismissed { .. }
            | Op::Stopped
            | Op::Lifted { .. } => {}
        }
        Ok(())
    }

    /// Takes one release back, or all that spread, and puts into quarantine what is to blame.
    fn take_back(
        &mut self,
        name: &CapabilityName,
        version: Option<&Version>,
        why: &str,
    ) -> Result<(), Rule> {
        let rollout = self.rollout_mut(name)?;
        let meant = match version {
            Some(_) => vec![rollout.chosen(name, version)?],
            None => rollout.versions().cloned().collect(),
        };
        // Not `all`, which would end at the first that leaves none.
        let is_over = meant.iter().fold(false, |_, version| !rollout.take_out(version, why));
        let line = self.line_mut(name)?;
        if is_over {
            line.rollout = None;
        }
        // Two versions may differ in their manifests alone; the component that serves is not to
        // blame then, and has to go on serving.
        let serving = line.serving().map(|release| release.installed.component);
        let components = meant.iter().filter_map(|version| line.release(version));
        let components = components.map(|release| release.installed.component);
        let to_blame: Vec<_> = components.filter(|digest| Some(*digest) != serving).collect();
        self.quarantined.extend(to_blame.into_iter().map(|digest| (digest, why.to_owned())));
        Ok(())
    }

    fn install(&mut self, installed: &Installed, at_ms: u64) -> Result<(), Rule> {
        let Installed { name, version, component, .. } = installed;
        self.runnable(installed)?;
        if let Some(stands_for) = self.aliases.get(name) {
            let (name, stands_for) = (name.clone(), stands_for.clone());
            return Err(Rule::NameIsAlias { name, stands_for });
        }
        if let Some(line) = self.lines.get(name) {
            if let Some(same) = line.releases.get(version)
                && same.installed.component != *component
            {
                return Err(Rule::OtherBytes { name: name.clone(), version: version.clone() });
            }
            line.check_compatible(installed)?;
        }
        let reach = self.reach_of(installed, at_ms)?;
        let line = self.lines.entry(name.clone()).or_default();
        let release = Release { installed: installed.clone(), yanked: None, reach };
        line.releases.insert(version.clone(), Shared::from(release));
        // Somebody has to serve, and there is nothing that a first release could be compared with. What
        // a loop has made serves nobody before a rollout or a person lets it in.
        if line.stable.is_none() && installed.origin != ReleaseOrigin::Generated {
            line.fill_in(Some(version.clone()), "nobody else serves");
        }
        Ok(())
    }

    fn activate(&mut self, name: &CapabilityName, version: &Version) -> Result<(), Rule> {
        let installed = self.approved(name, version)?.installed.clone();
        self.runnable(&installed)?;
        self.wide_enough(name, version)?;
        // To go back to whoever served before is what a stop is often for.
        if self.known_line(name)?.previous.as_ref() != Some(version) {
            self.going()?;
        }
        if let Some(rollout) = &self.known_line(name)?.rollout {
            return Err(Rule::Rolling { name: name.clone(), version: rollout.version.clone() });
        }
        self.line_mut(name)?.serve(version.clone());
        Ok(())
    }

    fn alias(&mut self, alias: &CapabilityName, name: Option<&CapabilityName>) -> Result<(), Rule> {
        let refused = |why: &str| Rule::Alias { alias: alias.clone(), why: why.to_owned() };
        let Some(name) = name else {
            self.aliases.remove(alias);
            return Ok(());
        };
        if self.lines.contains_key(alias) {
            return Err(refused("a capability has that name itself"));
        }
        if !self.lines.contains_key(name) {
            return Err(refused("it would lead to a capability that is not installed"));
        }
        self.aliases.insert(alias.clone(), name.clone());
        Ok(())
    }

    fn pin(
        &mut self,
        caller: &str,
        name: &CapabilityName,
        version: Option<&Version>,
    ) -> Result<(), Rule> {
        if let Some(version) = version {
            self.known_release(name, version)?;
            let pins = self.pins.entry(caller.to_owned()).or_default();
            pins.insert(name.clone(), version.clone());
        } else if let Some(pins) = self.pins.get_mut(caller) {
            pins.remove(name);
            if pins.is_empty() {
                self.pins.remove(caller);
            }
        }
        Ok(())
    }

    fn start(&mut self, record: &Record) -> Result<(), Rule> {
        let Op::RolloutStarted { name, version, id, salt, plan, again, variants } = &record.op
        else {
            return Ok(());
        };
        self.going()?;
        plan.check()?;
        if !variants.is_empty() && plan.stages.iter().any(|s| s.mode == StageMode::Shadow) {
            let why = "a shadow has one release; let each be a shadow of its own first".to_owned();
            return Err(Rule::Variants { name: name.clone(), why });
        }
        let others = variants.iter().map(|variant| &variant.version).filter(|v| *v != version);
        let mut components = Vec::new();
        for version in std::iter::once(version).chain(others) {
            components.push(self.startable(name, version, *again)?);
        }
        check_variants(name, version, variants)?;
        let line = self.line_mut(name)?;
        if let Some(rollout) = &line.rollout {
            return Err(Rule::Rolling { name: name.clone(), version: rollout.version.clone() });
        }
        line.rollout = Some(Rollout {
            version: version.clone(),
            variants: variants.clone(),
            id: id.clone(),
            salt: salt.clone(),
            plan: Shared::from((**plan).clone()),
            stage: 0,
            entered_ms: record.at_ms,
            is_paused: false,
            is_approved: false,
            said: None,
        });
        if components.iter().any(|component| self.quarantined.contains_key(component)) {
            self.quarantined.retain(|component, _| !components.contains(component));
        }
        Ok(())
    }

    /// The component of a release that may begin to spread.
    fn startable(
        &self,
        name: &CapabilityName,
        version: &Version,
        again: bool,
    ) -> Result<Digest, Rule> {
        let installed = self.approved(name, version)?.installed.clone();
        match self.runnable(&installed) {
            Err(Rule::Quarantined { .. }) if again => {}
            runnable => runnable?,
        }
        if self.known_line(name)?.stable.as_ref() == Some(version) {
            return Err(Rule::ServesAlready { name: name.clone(), version: version.clone() });
        }
        Ok(installed.component)
    }

    /// Whether a component may serve at all. That it was rolled back is told last, because a person
    /// may try such a one again.
    fn runnable(&self, installed: &Installed) -> Result<(), Rule> {
        let digest = installed.component;
        if let Some(why) = self.revoked.get(&digest) {
            return Err(Rule::Revoked { digest, why: why.clone() });
        }
        if installed.origin == ReleaseOrigin::Generated {
            self.going()?;
        }
        match self.quarantined.get(&digest) {
            Some(why) => Err(Rule::Quarantined { digest, why: why.clone() }),
            None => Ok(()),
        }
    }

    /// Whether nothing stands still.
    fn going(&self) -> Result<(), Rule> {
        match &self.stop {
            Some(stop) => Err(Rule::Stopped { why: stop.why.clone() }),
            None => Ok(()),
        }
    }

    pub(super) fn known_line(&self, name: &CapabilityName) -> Result<&Line, Rule> {
        let line = self.lines.get(name).map(|line| &**line);
        line.ok_or_else(|| Rule::UnknownCapability { name: name.clone() })
    }

    pub(super) fn line_mut(&mut self, name: &CapabilityName) -> Result<&mut Line, Rule> {
        self.known_line(name)?;
        let line = self.lines.get_mut(name).map(|line| &mut **line);
        line.ok_or_else(|| Rule::UnknownCapability { name: name.clone() })
    }

    pub(super) fn known_release(
        &self,
        name: &CapabilityName,
        version: &Version,
    ) -> Result<&Release, Rule> {
        let line = self.known_line(name)?;
        line.release(version).ok_or_else(|| line.unknown(name, version))
    }

    pub(super) fn release_mut(
        &mut self,
        name: &CapabilityName,
        version: &Version,
    ) -> Result<&mut Release, Rule> {
        self.known_release(name, version)?;
        let line = self.line_mut(name)?;
        let unknown = line.unknown(name, version);
        line.releases.get_mut(version).map(|release| &mut **release).ok_or(unknown)
    }

    fn rollout_mut(&mut self, name: &CapabilityName) -> Result<&mut Rollout, Rule> {
        let none = || Rule::NoRollout { name: name.clone() };
        self.known_line(name)?.rollout.as_ref().ok_or_else(none)?;
        self.line_mut(name)?.rollout.as_mut().ok_or_else(none)
    }

    /// Capabilities of which a component is a release.
    pub(super) fn lines_with(
        &self,
        component: &Digest,
    ) -> impl Iterator<Item = (&CapabilityName, &Line)> {
        let lines = self.lines.iter().map(|(name, line)| (name, &**line));
        lines.filter(|(_, line)| line.has(component))
    }

    /// Takes releases of a capability out of service, and lets whoever served before serve again,
    /// where that may.
    pub(super) fn retire(
        &mut self,
        name: &CapabilityName,
        is_meant: impl Fn(&Release) -> bool,
        why: &str,
    ) {
        let (revoked, quarantined) = (self.revoked.clone(), self.quarantined.clone());
        let may_serve = |release: &Release| {
            let component = &release.installed.component;
            !is_meant(release)
                && !revoked.contains_key(component)
                && !quarantined.contains_key(component)
                && release.reach.suspended.is_none()
        };
        if let Some(line) = self.lines.get_mut(name) {
            line.retire(&is_meant, may_serve, why);
        }
    }
}

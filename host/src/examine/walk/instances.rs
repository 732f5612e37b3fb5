//! How many instances a component comes to: each time it is made, all that it makes are made too, so that a
//! few nested bytes multiply without end.
//!
//! *Never:* fewer than there are. Of a component that comes from elsewhere, the greatest one known is taken.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentTypeRef, Instance, Payload,
};

use crate::examine::facts::Stopped;

/// Counts over the components that are open.
#[derive(Debug, Default)]
pub(super) struct Instances {
    open: Vec<Level>,
    /// The most that any component comes to that has ended.
    greatest: u64,
}

/// A component that has begun and not ended.
#[derive(Debug, Default)]
struct Level {
    /// What each component that it can name comes to.
    components: Vec<u64>,
    /// What it makes itself.
    makes: u64,
}

impl Instances {
    pub(super) fn enter(&mut self) {
        self.open.push(Level::default());
    }

    /// Ends the innermost component; what it comes to.
    pub(super) fn leave(&mut self) -> u64 {
        let makes = self.open.pop().map_or(0, |level| level.makes);
        self.greatest = self.greatest.max(makes);
        if let Some(outer) = self.open.last_mut() {
            outer.components.push(makes);
        }
        makes
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others make and name no component")]
    pub(super) fn look(&mut self, payload: &Payload<'_>) -> Result<(), Stopped> {
        match payload {
            Payload::InstanceSection(instances) => {
                for instance in instances.clone() {
                    self.make(u64::from(matches!(instance?, Instance::Instantiate { .. })));
                }
            }
            Payload::ComponentInstanceSection(instances) => {
                for instance in instances.clone() {
                    if let ComponentInstance::Instantiate { component_index, .. } = instance? {
                        self.make(self.of(0, component_index).saturating_add(1));
                    }
                }
            }
            Payload::ComponentImportSection(imports) => {
                for import in imports.clone() {
                    if matches!(import?.ty, ComponentTypeRef::Component(_)) {
                        self.name(self.greatest);
                    }
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports.clone() {
                    let export = export?;
                    if export.kind == ComponentExternalKind::Component {
                        self.name(self.of(0, export.index));
                    }
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases.clone() {
                    self.alias(&alias?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) {
        match alias {
            ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => {
                self.name(self.greatest);
            }
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                self.name(self.of(*count, *index));
            }
            ComponentAlias::InstanceExport { .. }
            | ComponentAlias::CoreInstanceExport { .. }
            | ComponentAlias::Outer { .. } => {}
        }
    }

    /// What a component comes to that is named so many levels further out.
    fn of(&self, count: u32, index: u32) -> u64 {
        let level = self.open.iter().rev().nth(usize::try_from(count).unwrap_or(usize::MAX));
        let known = level.and_then(|level| level.components.get(usize::try_from(index).ok()?));
        known.copied().unwrap_or(self.greatest)
    }

    fn make(&mut self, more: u64) {
        if let Some(level) = self.open.last_mut() {
            level.makes = level.makes.saturating_add(more);
        }
    }

    fn name(&mut self, comes_to: u64) {
        if let Some(level) = self.open.last_mut() {
            level.components.push(comes_to);
        }
    }
}

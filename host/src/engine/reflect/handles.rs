//! The handles of one session: numbers that a caller may hold for a component's resources.
//!
//! *Never:* a number names a resource of another type, or one that was given away or dropped.

use std::collections::HashMap;

use wasmtime::component::ResourceAny;

use super::shape::Resource;

/// Open handles of one session. A person or a program works with a few; more is a leak, and each
/// keeps memory in the guest.
const HANDLES_MAX: usize = 1_000;

/// The open handles of one session.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    last: u32,
    open: HashMap<u32, Open>,
    /// Given away by the arguments read so far; gone for good once the call is made.
    lent: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    resource: u32,
    any: ResourceAny,
}

impl Handles {
    /// How many a session may hold.
    pub(crate) const LIMIT: usize = HANDLES_MAX;

    /// How many are open.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// Forgets what the arguments of an earlier, failed reading would have given away.
    pub(super) fn begin(&mut self) {
        self.lent.clear();
    }

    /// What this number stands for, checked for its type. `owned` gives it away.
    pub(super) fn look_up(
        &mut self,
        number: u32,
        wanted: &Resource,
        owned: bool,
    ) -> Result<ResourceAny, String> {
        let open = self.open.get(&number).ok_or_else(|| {
            format!("no handle {number} is open in this session; it was never given or is gone")
        })?;
        if open.resource != wanted.number {
            return Err(format!("handle {number} is not a `{}`", wanted.name));
        }
        if self.lent.contains(&number) {
            return Err(format!("handle {number} is given away earlier in this input"));
        }
        if owned {
            self.lent.push(number);
        }
        Ok(open.any)
    }

    /// The call with the arguments read is made: what they give away is gone.
    pub(crate) fn commit(&mut self) {
        for number in self.lent.drain(..) {
            self.open.remove(&number);
        }
    }

    /// A number for a resource that the guest gave; `None` where the session is full.
    pub(super) fn open(&mut self, resource: &Resource, any: ResourceAny) -> Option<u32> {
        if self.open.len() >= HANDLES_MAX {
            return None;
        }
        self.last = self.last.checked_add(1)?;
        self.open.insert(self.last, Open { resource: resource.number, any });
        Some(self.last)
    }
}

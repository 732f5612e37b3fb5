//! Memory, tables and instances: asked by wasmtime whenever one is made or grows.
//!
//! *Never:* a growth over the budget is answered with a number that the guest can overlook; it ends
//! the call, so that the outcome says which limit it was.

use wasmtime::ResourceLimiter;

use super::flavour::TABLE_ELEMENTS_POOLED;
use super::stop::Stop;
use crate::model::{Budget, Limit};

/// Counts what the instances of one store hold together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limiter {
    memory_bytes: u64,
    memory_bytes_peak: u64,
    memory_bytes_max: u64,
    table_elements: u64,
    table_elements_max: u64,
    instances_max: u32,
}

impl Limiter {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self {
            memory_bytes: 0,
            memory_bytes_peak: 0,
            memory_bytes_max: budget.memory_bytes,
            table_elements: 0,
            table_elements_max: budget.table_elements,
            instances_max: budget.instances,
        }
    }

    /// Begins the next call on the same instance. What the instance holds stays counted, for it still
    /// holds it.
    #[inline]
    pub(crate) const fn renew(&mut self) {
        self.memory_bytes_peak = self.memory_bytes;
    }

    pub(crate) const fn memory_bytes_peak(&self) -> u64 {
        self.memory_bytes_peak
    }
}

// === impl ResourceLimiter ===

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Over the memory's own maximum the growth fails by itself, as the guest's author knew.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let wanted = self.memory_bytes.saturating_add((desired - current.min(desired)) as u64);
        if wanted > self.memory_bytes_max {
            return Err(Stop::Memory { allowed: self.memory_bytes_max, wanted }.into());
        }
        self.memory_bytes = wanted;
        self.memory_bytes_peak = self.memory_bytes_peak.max(wanted);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum && maximum < TABLE_ELEMENTS_POOLED) {
            return Ok(false);
        }
        let wanted = self.table_elements.saturating_add((desired - current.min(desired)) as u64);
        // A maximum this large is the pool's, of which the guest's author cannot know.
        let pooled = maximum.map_or(u64::MAX, |maximum| maximum as u64);
        if wanted > self.table_elements_max || desired as u64 > pooled {
            let allowed = self.table_elements_max.min(pooled);
            return Err(Stop::Limit { limit: Limit::TableElements, allowed, wanted }.into());
        }
        self.table_elements = wanted;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.instances_max as usize
    }

    fn tables(&self) -> usize {
        self.instances_max as usize
    }

    fn memories(&self) -> usize {
        self.instances_max as usize
    }
}

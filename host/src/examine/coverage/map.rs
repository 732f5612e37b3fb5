//! Which probes were reached so far, and what that says of functions and modules.
//!
//! *Never:* a trace that is longer or shorter than its module has probes counts beyond them.

use super::figures::{FunctionCoverage, ModuleCoverage, Share};
use super::probed::{ProbedModule, Reader};
use crate::engine::Trace;
use crate::examine::facts::Facts;
use crate::examine::finding::clean;

/// Functions of a module that are told of by name: those that hide most.
const LEAST_MAX: usize = 24;

/// The probes of all modules.
pub(super) struct Map {
    modules: Vec<ProbedModule>,
    readers: Vec<Reader>,
    reached: Vec<Vec<bool>>,
}

impl Map {
    pub(super) fn new(modules: Vec<ProbedModule>, readers: Vec<Reader>) -> Self {
        let none = |module: &ProbedModule| vec![false; module.probes as usize];
        let reached = modules.iter().map(none).collect();
        Self { modules, readers, reached }
    }

    pub(super) fn exports(&self) -> Vec<String> {
        self.readers.iter().map(|reader| reader.export.clone()).collect()
    }

    /// Takes over what one call reached, and tells how many blocks of that are new.
    pub(super) fn add(&mut self, traces: &[Trace]) -> u64 {
        let mut new = 0;
        for (reader, trace) in self.readers.iter().zip(traces) {
            let Some(reached) = self.reached.get_mut(reader.module) else { continue };
            for (known, probe) in reached.iter_mut().zip(trace) {
                new += u64::from(*probe != 0 && !*known);
                *known |= *probe != 0;
            }
        }
        new
    }

    pub(super) fn blocks(&self) -> Share {
        let mut share = Share::default();
        self.reached.iter().flatten().for_each(|is_reached| share.add(*is_reached));
        share
    }

    /// Whether the block of the first module that holds this place was entered.
    pub(super) fn is_reached(&self, function: u32, offset: u32) -> bool {
        let (Some(module), Some(reached)) = (self.modules.first(), self.reached.first()) else {
            return false;
        };
        let at = module.bodies.partition_point(|body| body.function < function);
        let Some(body) = module.bodies.get(at).filter(|body| body.function == function) else {
            return false;
        };
        let block = body.offsets.partition_point(|begin| *begin <= offset).max(1) - 1;
        reached.get(body.first as usize + block).copied().unwrap_or_default()
    }

    /// Each module, with the functions of it that hide most.
    pub(super) fn told(&self, facts: &Facts<'_>) -> Vec<ModuleCoverage> {
        let modules = self.modules.iter().zip(&self.reached);
        modules.map(|(module, reached)| told(module, reached, facts)).collect()
    }
}

fn told(module: &ProbedModule, reached: &[bool], facts: &Facts<'_>) -> ModuleCoverage {
    let (mut functions, mut blocks) = (Share::default(), Share::default());
    let mut all = Vec::new();
    for body in &module.bodies {
        let first = body.first as usize;
        let own = reached.get(first..first + body.offsets.len()).unwrap_or_default();
        functions.add(own.first().copied().unwrap_or_default());
        let mut share = Share::default();
        for is_reached in own {
            share.add(*is_reached);
            blocks.add(*is_reached);
        }
        all.push((body.function, share));
    }
    all.retain(|(_, share)| share.reached < share.total);
    all.sort_by_key(|(index, share)| (std::cmp::Reverse(share.total - share.reached), *index));
    let of = facts.modules.iter().find(|it| it.number == module.number);
    let function = |(index, blocks): (u32, Share)| {
        let name = of.and_then(|module| module.name_of(index)).unwrap_or_default();
        let line = of.and_then(|module| module.line_of(index)).unwrap_or_default();
        FunctionCoverage { index, name: clean(&name), line: clean(&line), blocks }
    };
    let least = all.into_iter().take(LEAST_MAX).map(function).collect();
    ModuleCoverage { number: module.number, functions, blocks, least }
}

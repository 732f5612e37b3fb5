//! From bytes to code that runs: trusted native code, the cache, or the compiler, in this order.
//!
//! *Never:* code is loaded that neither this process compiled, nor our own key authenticated, nor
//! the caller named as trusted.

use wasmtime::component::Component;

use super::cache::{Cache, Kept};
use super::config::{EngineConfig, Metering};
use super::error::EngineError;
use super::flavour::{Allocation, Concurrency, Flavour, FlavourKey, Flavours};
use super::inspect::Needs;
use super::lean::lean;
use super::native::{NativeCode, compatibility};
use crate::model::Content;

/// Where code comes from and goes to.
pub(crate) struct Compiler<'a> {
    pub(crate) config: &'a EngineConfig,
    pub(crate) flavours: &'a Flavours,
    pub(crate) cache: Option<&'a Cache>,
}

/// What is to be compiled.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// For messages.
    pub(crate) capability: &'a str,
    pub(crate) content: &'a Content,
    pub(crate) needs: &'a Needs,
    pub(crate) metering: Metering,
}

impl<'a> Compiler<'a> {
    /// Code for a component and the flavour that it runs on: the pool's where it fits.
    pub(crate) fn component(
        &self,
        source: Source<'_>,
        native: &[NativeCode],
    ) -> Result<(Component, &'a Flavour), EngineError> {
        let pooled = self.flavour(source, Allocation::Pooled)?;
        let refusal = match self.component_on(pooled, source, native)? {
            Ok(component) => return Ok((component, pooled)),
            Err(refusal) => refusal,
        };
        // The code is fine and the pool does not take it: too many memories, too large a table.
        tracing::info!(capability = source.capability, %refusal, "does not fit into the pool");
        let on_demand = self.flavour(source, Allocation::OnDemand)?;
        match self.component_on(on_demand, source, native)? {
            Ok(component) => Ok((component, on_demand)),
            Err(error) => Err(invalid(source, &error)),
        }
    }

    /// Compiles for shipping.
    pub(crate) fn precompile(&self, source: Source<'_>) -> Result<NativeCode, EngineError> {
        let flavour = self.flavour(source, Allocation::Pooled)?;
        let bytes = self.compile(flavour, source)?.into();
        Ok(NativeCode { compatibility: compatibility(&flavour.engine), bytes })
    }

    fn flavour(
        &self,
        source: Source<'_>,
        allocation: Allocation,
    ) -> Result<&'a Flavour, EngineError> {
        let (concurrency, metering) = (Concurrency::of(source.needs), source.metering);
        self.flavours.flavour(FlavourKey { concurrency, metering, allocation }, self.config)
    }

    /// The inner error is the allocator's: the code does not fit its bounds.
    fn component_on(
        &self,
        flavour: &Flavour,
        source: Source<'_>,
        native: &[NativeCode],
    ) -> Result<wasmtime::Result<Component>, EngineError> {
        let compatibility = compatibility(&flavour.engine);
        if let Some(native) = native.iter().find(|native| native.compatibility == compatibility) {
            match load(flavour, &native.bytes) {
                Ok(component) => return Ok(Ok(component)),
                Err(error) => tracing::debug!(%error, "the native code shipped along is not used"),
            }
        }
        let now = self.config.clock.wall();
        let kept =
            self.cache.and_then(|cache| cache.read(&source.content.digest(), &compatibility, now));
        if let Some(loaded) = kept.and_then(|kept| load_kept(flavour, kept)) {
            return Ok(loaded);
        }
        let code = self.compile(flavour, source)?;
        if let Some(cache) = self.cache {
            cache.write(&source.content.digest(), &compatibility, &code, now);
        }
        Ok(load(flavour, &code))
    }

    fn compile(&self, flavour: &Flavour, source: Source<'_>) -> Result<Vec<u8>, EngineError> {
        let bytes = source.content.bytes();
        let bytes = bytes.map_err(|why| EngineError::altered(source.capability, why))?;
        let lean = lean(bytes);
        let compiler = self.flavours.compiler(flavour, lean.len(), self.config);
        let code = compiler.and_then(|compiler| compiler.precompile_component(&lean));
        code.map_err(|error| invalid(source, &error))
    }
}

#[expect(unsafe_code, reason = "the one place where compiled code becomes executable")]
fn load(flavour: &Flavour, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the bytes came out of wasmtime's compiler and have not changed since: they were made
    // by this process, or carry a code made with this host's private key over exactly these bytes,
    // or were signed by someone whom the host's own policy trusts for native code. wasmtime itself
    // checks that they are of its version, settings and machine.
    unsafe { Component::deserialize(&flavour.engine, code) }
}

/// Code out of the cache, mapped where the system can: only the pages that run are read. None where
/// the file cannot be read any more; then the component is compiled.
#[expect(unsafe_code, reason = "the other way by which compiled code becomes executable")]
fn load_kept(flavour: &Flavour, kept: Kept) -> Option<wasmtime::Result<Component>> {
    if let Some(path) = kept.path() {
        // SAFETY: as in `load`, of code that our own key authenticated. The file is not written to
        // while it is mapped: entries are moved into a directory of this user's, and only ever
        // removed.
        return Some(unsafe { Component::deserialize_file(&flavour.engine, path) });
    }
    kept.bytes().ok().map(|code| load(flavour, &code))
}

fn invalid(source: Source<'_>, error: &wasmtime::Error) -> EngineError {
    EngineError::Invalid {
        capability: source.capability.to_owned(),
        message: super::outcome::clean(&format!("{error:#}")),
    }
}

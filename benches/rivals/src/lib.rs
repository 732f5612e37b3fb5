//! Extism as a contender: the kernels as a plug-in made with its own development kit.
//!
//! *Never:* Extism is held back: no timeout, no fuel and no memory limit are asked of it, which all
//! other sandboxes here have, and what it can prepare is prepared.

use std::path::PathBuf;

use engraft_benches::raw::Life;
use engraft_benches::{Contender, Error, guests};
use extism::{CompiledPlugin, Plugin, PluginBuilder};

/// What it is called in tables.
pub const EXTISM: &str = "Extism";

/// A plug-in, compiled once.
pub struct Extism {
    module: Vec<u8>,
    compiled: CompiledPlugin,
    cache: PathBuf,
}

impl Extism {
    /// Builds and compiles the plug-in.
    ///
    /// # Errors
    /// Where it does not build or compile.
    pub fn new() -> Result<Self, Error> {
        let module = guests::extism()?;
        let compiled = PluginBuilder::new(module.as_slice()).with_cache_disabled().compile()?;
        let folder = engraft_benches::book::folder()?.join("extism");
        std::fs::create_dir_all(&folder)?;
        let cache = folder.join("cache.toml");
        let directory = folder.join("compiled");
        std::fs::create_dir_all(&directory)?;
        std::fs::write(&cache, format!("[cache]\ndirectory = {directory:?}\n"))?;
        Ok(Self { module, compiled, cache })
    }

    /// A contender; fresh means a new plug-in of the compiled code for each call.
    ///
    /// # Errors
    /// Where no plug-in can be made.
    pub fn contender<'a>(
        &'a self,
        life: Life,
        operation: &'a str,
        input: &'a str,
    ) -> Result<Contender<'a>, Error> {
        Ok(match life {
            Life::Fresh => Contender::sync(EXTISM, move || {
                let mut plugin = Plugin::new_from_compiled(&self.compiled)?;
                Ok(plugin.call::<&str, String>(operation, input)?)
            }),
            Life::Warm => {
                let mut plugin = Plugin::new_from_compiled(&self.compiled)?;
                Contender::sync(EXTISM, move || Ok(plugin.call::<&str, String>(operation, input)?))
            }
        })
    }

    /// A contender that begins with the module's bytes, compiled anew for each call.
    pub fn cold<'a>(&'a self, operation: &'a str, input: &'a str) -> Contender<'a> {
        Contender::sync(EXTISM, move || {
            let mut plugin =
                PluginBuilder::new(self.module.as_slice()).with_cache_disabled().build()?;
            Ok(plugin.call::<&str, String>(operation, input)?)
        })
    }

    /// A contender that begins with the module's bytes and finds its compiled code in a cache.
    pub fn cold_cached<'a>(&'a self, operation: &'a str, input: &'a str) -> Contender<'a> {
        Contender::sync(EXTISM, move || {
            let mut plugin = PluginBuilder::new(self.module.as_slice())
                .with_cache_config(&self.cache)
                .build()?;
            Ok(plugin.call::<&str, String>(operation, input)?)
        })
    }
}

//! `config`: settings, key by key.
//!
//! *Never:* a guest learns which other keys there are.

use engraft_wit::host::imports::config::Host;
use engraft_wit::host::imports::types::HostError;

use super::{CallState, denied};

impl Host for CallState {
    fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<String>, HostError>> {
        self.charge_host_call()?;
        let identity = &self.identity;
        Ok(identity
            .authority
            .config(&key)
            .map_err(denied)
            .map(|()| identity.services.config.value(&identity.name, &key)))
    }
}

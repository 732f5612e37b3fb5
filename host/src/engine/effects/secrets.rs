//! `secrets`: which there are.
//!
//! *Never:* a value, a length or a part of one crosses this border.

use engraft_wit::host::imports::secrets::Host;
use engraft_wit::host::imports::types::HostError;

use super::{CallState, denied};

impl Host for CallState {
    fn exists(&mut self, name: String) -> wasmtime::Result<Result<bool, HostError>> {
        self.charge_host_call()?;
        let identity = &self.identity;
        Ok(identity
            .authority
            .secret(&name)
            .map_err(denied)
            .map(|()| identity.services.secrets.secret(&identity.name, &name).is_some()))
    }
}

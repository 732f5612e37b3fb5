//! `clock`: the time, as the grant tells it.
//!
//! *Never:* a frozen clock lets real time through, by any of its hands.

use std::time::Duration;

use engraft_wit::host::imports::clock::{Datetime, Host};
use engraft_wit::host::imports::types::HostError;

use super::{CallState, denied};
use crate::engine::wasi::told_time;

impl Host for CallState {
    fn now(&mut self) -> wasmtime::Result<Result<Datetime, HostError>> {
        self.charge_host_call()?;
        Ok(self.identity.authority.clock().map_err(denied).map(|mode| {
            let wall = told_time(mode, &self.identity).0;
            Datetime {
                seconds: i64::try_from(wall.as_secs()).unwrap_or(i64::MAX),
                nanoseconds: wall.subsec_nanos(),
            }
        }))
    }

    fn monotonic(&mut self) -> wasmtime::Result<Result<u64, HostError>> {
        self.charge_host_call()?;
        let mode = self.identity.authority.clock().map_err(denied);
        Ok(mode.map(|mode| nanoseconds(told_time(mode, &self.identity).1)))
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

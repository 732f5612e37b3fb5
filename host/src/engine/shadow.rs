//! Engines beside another: one for releases in shadow, whose guests have no effect, and one for drafts
//! that are tried.
//!
//! Both keys are asked as ever, so that a guest is denied what it would be denied when it serves. What
//! is allowed ends here; what a guest sees instead is told at `StageMode::Shadow`.
//!
//! It has pools, permits and counters of its own, and no observer. Of the engine beside it takes
//! nothing but the cache of compiled code.
//!
//! *Never:* a guest of a shadow changes anything that another could see.

use std::sync::Arc;

use super::http::{HttpScript, ScriptedFault, ScriptedRequest, ScriptedResponse};
use super::raw::Interface;
use super::{
    Engine, EngineConfig, EngineError, Invocation, LogRecord, LogSink, PeerAnswer, PeerCall, Peers,
    ProgressReport, ProgressSink, Services,
};
use crate::model::{Access, CapabilityName, Failure, FailureFacts, Grant};

/// Calls of shadows under way at once in a whole host: enough to keep up with most programs, and few
/// enough that what serves does not notice them.
pub const SHADOW_CALLS_MAX: u32 = 4;

/// Instances of shadows, a fresh one for each call; some components are made of several.
const INSTANCES_MAX: u32 = 4 * SHADOW_CALLS_MAX;

impl Engine {
    /// An engine for releases in shadow, on the terms of this one.
    pub(crate) fn shadow(&self) -> Result<Self, EngineError> {
        let config = &self.shared.config;
        let settings = &config.services.http;
        let mut http = settings.settings().clone();
        http.script = Some(Arc::new(Nothing));
        let services = Services::clone(&config.services);
        let services = services.http(http).log(Nothing).progress(Nothing).peers(Arc::new(Nothing));
        Self::new(EngineConfig {
            concurrent_calls_max: SHADOW_CALLS_MAX,
            instances_max: INSTANCES_MAX.min(config.instances_max),
            services: Arc::new(services),
            observer: None,
            interfaces: config.interfaces.iter().filter_map(Interface::shadow).collect(),
            ..config.clone()
        })
    }
}

#[cfg(feature = "grow")]
impl Engine {
    /// An engine for drafts that are tried: requests leave and other capabilities are asked where that
    /// is granted, values go into this store, and nobody sees logs or hears of calls.
    pub(crate) fn aside(
        &self,
        values: Arc<dyn crate::model::KeyValue>,
    ) -> Result<Self, EngineError> {
        let config = &self.shared.config;
        let services = Services::clone(&config.services);
        let services = services.values(values).log(Nothing).progress(Nothing);
        Self::new(EngineConfig {
            concurrent_calls_max: SHADOW_CALLS_MAX,
            instances_max: INSTANCES_MAX.min(config.instances_max),
            services: Arc::new(services),
            observer: None,
            interfaces: Vec::new(),
            ..config.clone()
        })
    }
}

/// What of a grant a shadow has: all of it that changes nothing.
pub(crate) fn shadow_grant(mut grant: Grant) -> Grant {
    grant.files.iter_mut().for_each(|files| files.access = Access::ReadOnly);
    grant
}

/// Where the effects of shadows end.
#[derive(Debug, Clone, Copy)]
struct Nothing;

// === impl Nothing ===

impl HttpScript for Nothing {
    fn answer(
        &self,
        _: &CapabilityName,
        _: &ScriptedRequest<'_>,
    ) -> Result<ScriptedResponse, ScriptedFault> {
        Err(ScriptedFault::Unreachable("this release is a shadow, which sends nothing".to_owned()))
    }
}

impl LogSink for Nothing {
    fn write(&self, _: &LogRecord<'_>) {}
}

impl ProgressSink for Nothing {
    fn report(&self, _: &ProgressReport<'_>) {}
}

impl Peers for Nothing {
    fn call<'a>(&'a self, _: &'a CapabilityName, _: Invocation<'a>) -> PeerCall<'a> {
        let why = "this release is a shadow, which calls no other capability";
        let facts = FailureFacts::final_without_effect(why);
        let answer = PeerAnswer { result: Err(Failure::Unavailable(facts)), fuel: 0 };
        Box::pin(std::future::ready(answer))
    }
}

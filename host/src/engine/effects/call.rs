//! `call`: other capabilities, within what is left of this call's fuel, time and depth.
//!
//! *Never:* a chain of calls has more fuel, time or depth than the call at its head.

use std::sync::Arc;

use engraft_wit::host::imports::call::Request;
use engraft_wit::host::imports::types::{Failure as WitFailure, FailureFacts as WitFacts};
use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use super::CallState;
use super::side_by_side::side_by_side;
use crate::engine::state::{Identity, charge_fuel, fuel_left};
use crate::engine::{Invocation, Lineage, PeerAnswer};
use crate::model::{CapabilityName, Failure, FailureFacts};

/// Calls side by side. Each may call as many again, so more would multiply fast.
const BATCH_MAX: usize = 16;

/// The interface, as components import it.
pub(crate) const INTERFACE: &str = "engraft:capability/call@1.0.0";

/// Puts `call` into a linker.
pub(super) fn add_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    let mut interface = linker.instance(INTERFACE)?;
    interface.func_wrap_async(
        "invoke",
        |mut store: StoreContextMut<'_, CallState>, (request,): (Request,)| {
            Box::new(async move {
                let mut answers = invoke_all(&mut store, vec![request]).await?;
                Ok((answers.pop().unwrap_or_else(|| Err(nothing_said())),))
            })
        },
    )?;
    interface.func_wrap_async(
        "invoke-all",
        |mut store: StoreContextMut<'_, CallState>, (requests,): (Vec<Request>,)| {
            Box::new(async move { Ok((invoke_all(&mut store, requests).await?,)) })
        },
    )
}

/// Each call counts as if it had been made alone. The fuel is shared out evenly, so that together
/// they cannot burn more than there is.
async fn invoke_all(
    store: &mut StoreContextMut<'_, CallState>,
    requests: Vec<Request>,
) -> wasmtime::Result<Vec<Result<String, WitFailure>>> {
    for _ in 0..requests.len().max(1) {
        store.data_mut().charge_host_call()?;
    }
    let calls = prepare_calls(store.data(), requests, fuel_left(store));
    let identity = Arc::clone(&store.data().identity);
    let (answers, burnt) = make_calls(&identity, calls).await;
    charge_fuel(store, burnt)?;
    Ok(answers)
}

/// Calls that are checked, and not made yet.
pub(crate) struct Calls(Vec<Result<Prepared, Failure>>);

/// Checks all calls before the first is made.
pub(crate) fn prepare_calls(state: &CallState, requests: Vec<Request>, fuel: Option<u64>) -> Calls {
    let count = requests.len();
    if count > BATCH_MAX {
        let why = format!("{count} calls side by side; at most {BATCH_MAX}");
        let refused = |_| Err(Failure::InvalidInput(facts(why.clone())));
        return Calls(requests.into_iter().map(refused).collect());
    }
    let share = fuel.map(|fuel| fuel / count.max(1) as u64);
    Calls(requests.into_iter().map(|request| state.prepare(request, share)).collect())
}

/// Makes the calls, and tells what they have burnt together.
pub(crate) async fn make_calls(
    identity: &Identity,
    Calls(calls): Calls,
) -> (Vec<Result<String, WitFailure>>, u64) {
    let answers = side_by_side(calls.into_iter().map(|call| make(identity, call))).await;
    let burnt = answers.iter().map(|answer| answer.fuel).fold(0, u64::saturating_add);
    (answers.into_iter().map(|answer| answer.result.map_err(wit)).collect(), burnt)
}

async fn make(identity: &Identity, call: Result<Prepared, Failure>) -> PeerAnswer {
    let Prepared { capability, invocation } = match call {
        Ok(prepared) => prepared,
        Err(failure) => return PeerAnswer { result: Err(failure), fuel: 0 },
    };
    let Some(peers) = &identity.services.peers else {
        let why = "this host knows no other capabilities; give its services peers";
        return PeerAnswer { result: Err(Failure::Unavailable(facts(why))), fuel: 0 };
    };
    peers.call(&capability, invocation).await
}

/// A call that may be made.
struct Prepared {
    capability: CapabilityName,
    invocation: Invocation<'static>,
}

impl CallState {
    fn prepare(&self, request: Request, fuel: Option<u64>) -> Result<Prepared, Failure> {
        let (capability, lineage) = self.may_call(&request.capability, fuel)?;
        let invocation = Invocation::new(request.operation, request.input).lineage(lineage);
        Ok(Prepared { capability, invocation })
    }

    fn may_call(
        &self,
        capability: &str,
        fuel: Option<u64>,
    ) -> Result<(CapabilityName, Lineage), Failure> {
        let name = capability
            .parse::<CapabilityName>()
            .map_err(|error| Failure::InvalidInput(facts(error.to_string())))?;
        let allowed = self.identity.authority.call(name.as_str());
        allowed.map_err(|denial| Failure::Denied(facts(denial.to_string())))?;
        let (own, depth) = (&self.identity.name, self.budget.call_depth);
        let deadline_at = self.term.deadline_at(&*self.identity.clock);
        let lineage = self.lineage.below(own, deadline_at, fuel, depth);
        if let Some(way) = lineage.cycle(&name) {
            let why = format!("capabilities may not call in a circle: {way}");
            return Err(Failure::Failed(facts(why)));
        }
        // What is left for this call, as its admission has worked out.
        if depth == 0 {
            let why = format!(
                "capabilities may call no deeper here ({} above this one); raise `call_depth` in \
                 the budget at the head if it needs more",
                self.lineage.depth()
            );
            return Err(Failure::Failed(facts(why)));
        }
        Ok((name, lineage))
    }
}

fn facts(message: impl Into<String>) -> FailureFacts {
    FailureFacts::final_without_effect(message)
}

fn nothing_said() -> WitFailure {
    wit(Failure::Unavailable(facts("the call gave no answer")))
}

fn wit(failure: Failure) -> WitFailure {
    let facts = |facts: FailureFacts| WitFacts {
        message: facts.message,
        retryable: facts.retryable,
        effect_happened: facts.effect_happened,
    };
    match failure {
        Failure::InvalidInput(of) => WitFailure::InvalidInput(facts(of)),
        Failure::Denied(of) => WitFailure::Denied(facts(of)),
        Failure::Unavailable(of) => WitFailure::Unavailable(facts(of)),
        Failure::Failed(of) => WitFailure::Failed(facts(of)),
    }
}

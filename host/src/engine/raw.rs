//! For embedding programs with WIT worlds of their own: the one place where wasmtime shows.
//!
//! Such a program adds its host interfaces to the engine, each behind a named permission, and calls
//! typed exports through bindings made with [`wasmtime::component::bindgen!`]. Meter, deadline,
//! limits and outcome are those of every other call.
//!
//! *Never:* a host interface is linked into a component whose manifest does not ask for it, or that
//! is not granted it.

use std::any::{Any, TypeId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use wasmtime;
use wasmtime::Store;
use wasmtime::component::{Instance, Linker};

use super::invocation::Invocation;
use super::load::Loaded;
use super::report::Report;
pub use super::state::CallState;
use super::warm::{Fault, Warm, Work};
use crate::model::CapabilityName;

/// A host interface of the embedding program.
///
/// ```no_run
/// # mod acme { pub mod shop { pub mod orders {
/// #     use engraft::engine::raw::wasmtime;
/// #     pub fn add_to_linker<T: 'static>(
/// #         _: &mut wasmtime::component::Linker<T>,
/// #         _: fn(&mut T) -> &mut crate::Orders,
/// #     ) -> wasmtime::Result<()> { Ok(()) }
/// # } } }
/// use engraft::engine::{EngineConfig, raw};
///
/// #[derive(Default)]
/// struct Orders {
///     placed: u32,
/// }
///
/// # fn main() {
/// // `acme::shop::orders` comes from `raw::wasmtime::component::bindgen!`.
/// let orders = raw::Interface::new("acme:shop/orders@1.0.0", "shop.orders", |linker| {
///     acme::shop::orders::add_to_linker(linker, |call| call.data::<Orders>())
/// });
/// let mut config = EngineConfig::default();
/// config.interfaces.push(orders);
/// # }
/// ```
#[derive(Clone)]
pub struct Interface {
    import: String,
    permission: String,
    add: Arc<Add>,
    data: Option<Data>,
    in_shadow: Option<Arc<Interface>>,
    is_on_tape: bool,
}

type Add = dyn Fn(&mut Linker<CallState>) -> wasmtime::Result<()> + Send + Sync;

/// Makes the data of one type for one call.
#[derive(Clone)]
pub(crate) struct Data {
    ty: TypeId,
    make: Arc<Make>,
}

type Make = dyn Fn(&CapabilityName) -> Box<dyn Any + Send> + Send + Sync;

/// What came of a typed call.
#[derive(Debug)]
#[non_exhaustive]
pub struct Typed<R> {
    /// What the work gave; none where the guest was stopped or broke.
    pub value: Option<R>,
    /// How it ended; `null` stands for the output.
    pub report: Report,
}

/// A typed call under way.
pub type TypedCall<'a, R> = Pin<Box<dyn Future<Output = wasmtime::Result<R>> + Send + 'a>>;

/// Calls typed exports of a capability within its budget. `work` gets the store and the instance,
/// makes its bindings over them and calls what it likes; whatever it calls counts as one call.
///
/// Input and output are typed values here, so their bytes are bounded by what the host copies in
/// one go, not by the budget's `input_bytes` and `output_bytes`.
///
/// ```no_run
/// # use engraft::engine::{Invocation, Loaded, raw};
/// # async fn example(loaded: &Loaded) {
/// let typed = raw::call(loaded, Invocation::new("total", ""), |store, instance| {
///     Box::pin(async move {
///         let total = instance.get_typed_func::<(u32,), (u32,)>(&mut *store, "total")?;
///         Ok(total.call_async(store, (3,)).await?.0)
///     })
/// })
/// .await;
/// println!("{:?}: {}", typed.value, typed.report.outcome);
/// # }
/// ```
pub async fn call<R, W>(loaded: &Loaded, invocation: Invocation<'_>, work: W) -> Typed<R>
where
    R: Send + 'static,
    W: for<'a> FnOnce(&'a mut Store<CallState>, Instance) -> TypedCall<'a, R> + Send,
{
    let (value, report) = loaded.perform(&invocation, Typing(work)).await;
    Typed { value, report }
}

struct Typing<W>(W);

/// Puts one interface into a linker.
pub(crate) fn add_to_linker(
    interface: &Interface,
    linker: &mut Linker<CallState>,
) -> wasmtime::Result<()> {
    (interface.add)(linker)
}

impl Interface {
    /// The interface `import`, as components name it (`namespace:package/interface@1.0.0`), guarded
    /// by `permission`, and the function that adds it to a linker. That function runs once for each
    /// kind of engine in use.
    #[must_use]
    pub fn new(
        import: impl Into<String>,
        permission: impl Into<String>,
        add: impl Fn(&mut Linker<CallState>) -> wasmtime::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            import: import.into(),
            permission: permission.into(),
            add: Arc::new(add),
            data: None,
            in_shadow: None,
            is_on_tape: false,
        }
    }

    /// Says what a release in shadow finds in its place: the same functions, without effects. Only the
    /// program knows what those are; a release that imports an interface without this cannot be a
    /// shadow.
    ///
    /// ```
    /// use engraft::engine::raw::Interface;
    ///
    /// // Whatever is ordered in shadow is taken for ordered, and nobody orders it.
    /// let nothing = Interface::new("acme:shop/orders@1.0.0", "shop.orders", |linker| {
    ///     let mut orders = linker.instance("acme:shop/orders@1.0.0")?;
    ///     orders.func_wrap("place", |_, (_count,): (u32,)| Ok((0_u32,)))
    /// });
    /// # let add = |_: &mut engraft::engine::raw::wasmtime::component::Linker<_>| Ok(());
    /// let orders = Interface::new("acme:shop/orders@1.0.0", "shop.orders", add).in_shadow(nothing);
    /// ```
    #[must_use]
    pub fn in_shadow(mut self, stub: Self) -> Self {
        self.in_shadow = Some(Arc::new(stub));
        self
    }

    /// Says that each of its functions is an [`exchange`](CallState::exchange), so that what it answers
    /// can be recorded, and played where nothing may have an effect: in an examination. A candidate that
    /// imports an interface without this is not run there.
    #[must_use]
    pub const fn on_tape(mut self) -> Self {
        self.is_on_tape = true;
        self
    }

    /// Whether a tape can stand for it.
    pub(crate) const fn is_on_tape(&self) -> bool {
        self.is_on_tape
    }

    /// What stands for it where nothing has an effect: under its own name and permission, since a
    /// release is denied there what it would be denied elsewhere.
    pub(super) fn shadow(&self) -> Option<Self> {
        let stub = self.in_shadow.as_deref()?.clone();
        let (import, permission) = (self.import.clone(), self.permission.clone());
        Some(Self { import, permission, ..stub })
    }

    /// Says how the data behind [`CallState::data`] begins for one call of a capability. Without it
    /// the data begins as its type's default.
    #[must_use]
    pub fn data<D: Send + 'static>(
        mut self,
        make: impl Fn(&CapabilityName) -> D + Send + Sync + 'static,
    ) -> Self {
        let make = Arc::new(move |name: &CapabilityName| Box::new(make(name)) as Box<_>);
        self.data = Some(Data { ty: TypeId::of::<D>(), make });
        self
    }

    /// Whether this is what a component imports under that name.
    pub(crate) fn offers(&self, import: &str) -> bool {
        self.import == import
    }

    pub(crate) fn permission(&self) -> &str {
        &self.permission
    }

    pub(crate) const fn maker(&self) -> Option<&Data> {
        self.data.as_ref()
    }
}

// === impl CallState ===

impl CallState {
    /// The embedding program's own data of this call, made when it is first asked for. Host
    /// functions get at it through this, so each use counts as one call of a host function.
    pub fn data<D: Default + Send + 'static>(&mut self) -> &mut D {
        self.count_host_call();
        let index = self.extensions.iter().position(|data| data.is::<D>()).unwrap_or_else(|| {
            let made = self.identity.data.iter().find(|maker| maker.ty == TypeId::of::<D>());
            let data = made.map(|maker| (maker.make)(&self.identity.name));
            self.extensions.push(data.unwrap_or_else(|| Box::new(D::default())));
            self.extensions.len() - 1
        });
        #[expect(clippy::expect_used, clippy::indexing_slicing, reason = "found or pushed above")]
        self.extensions[index].downcast_mut().expect("the position was found by this type")
    }

    /// The capability whose call this is.
    #[must_use]
    pub fn capability(&self) -> &CapabilityName {
        &self.identity.name
    }
}

// === impl Typing ===

impl<R, W> Work for Typing<W>
where
    R: Send + 'static,
    W: for<'a> FnOnce(&'a mut Store<CallState>, Instance) -> TypedCall<'a, R> + Send,
{
    type Output = R;

    async fn run(self, warm: &mut Warm) -> Result<R, Fault> {
        let instance = warm.instance()?;
        Ok((self.0)(&mut warm.store, instance).await?)
    }
}

// === impl Interface ===

impl std::fmt::Debug for Interface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interface")
            .field("import", &self.import)
            .field("permission", &self.permission)
            .finish_non_exhaustive()
    }
}

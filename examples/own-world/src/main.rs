//! A shop with a WIT world of its own. Its plugin knows nothing of Engraft; the shop offers it an
//! interface behind a permission, and calls it with typed values instead of JSON.
//!
//! *Never:* the plugin places an order without both keys: its manifest asks, the shop grants.

use std::error::Error;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use engraft::artifact::{Ceiling, KeyCard, Keyring, Risk, Scope, TrustedKey};
use engraft::engine::raw::{self, CallState, Interface};
use engraft::model::{Grant, Permissions};
use engraft::{Host, Invocation};

mod world {
    engraft::engine::raw::wasmtime::component::bindgen!({
        path: "wit",
        world: "restocker",
        exports: { default: async },
        wasmtime_crate: engraft::engine::raw::wasmtime,
    });
}

use world::Restocker;
use world::acme::shop::orders;

const KEY: &str = include_str!("../../bundles/examples.key");
const BUNDLE: &[u8] = include_bytes!("../../bundles/restock.engraft");

/// The shop's order book, as one call of a plugin sees it.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<(String, u32)>>>);

struct HasBook;

impl raw::wasmtime::component::HasData for HasBook {
    type Data<'a> = &'a mut Book;
}

impl orders::Host for Book {
    fn place(&mut self, article: String, count: u32) -> u32 {
        let mut placed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        placed.push((article, count));
        u32::try_from(placed.len()).unwrap_or(u32::MAX)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let book = Book::default();
    let offered = book.clone();
    let interface = Interface::new("acme:shop/orders@1.0.0", "shop.orders", |linker| {
        orders::add_to_linker::<_, HasBook>(linker, CallState::data::<Book>)
    })
    .data(move |_| offered.clone());

    let key: KeyCard = KEY.trim().parse()?;
    let orders = vec!["shop.orders".parse()?];
    // What the key may sign, and what a capability of this name is granted: two decisions.
    let may_ask = Permissions { custom: orders.clone(), ..Permissions::default() };
    let mut scope = Scope::of_names(["shop.*".parse()?]);
    scope.permissions = Ceiling::Within(may_ask);
    scope.risk = Risk::High;
    let mut keyring = Keyring::new();
    keyring.trust(TrustedKey::from_card(&key, scope))?;
    let mut grant = Grant::default();
    grant.custom = orders;
    let host = Host::builder()
        .trust(keyring)
        .grant("shop.*".parse()?, grant)
        .interface(interface)
        .build()?;
    let plugin = host.install(BUNDLE).await?;

    let stock = [("tea".to_owned(), 2), ("rice".to_owned(), 40), ("salt".to_owned(), 4)];
    let typed = raw::call(plugin.loaded(), Invocation::new("restock", ""), |store, instance| {
        Box::pin(async move {
            let restocker = Restocker::new(&mut *store, &instance)?;
            restocker.call_restock(store, &stock).await
        })
    })
    .await;

    let mut out = std::io::stdout().lock();
    let ordered = typed.value.ok_or_else(|| typed.report.outcome.to_string())?;
    writeln!(out, "{} placed {ordered} orders:", plugin.name())?;
    for (article, count) in book.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        writeln!(out, "  {count} of {article}")?;
    }
    writeln!(out, "and burnt {} units of fuel", typed.report.usage.fuel)?;
    Ok(())
}

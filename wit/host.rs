//! Bindings for a host, made from the contract when this crate is compiled.
//!
//! *Never:* anything is decided here; the engine implements these traits.

#[expect(missing_docs, reason = "generated; the WIT files hold the documentation of every item")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "v1",
        world: "engraft:capability/full-capability",
        imports: {
            "engraft:capability/kv.get": async | trappable,
            "engraft:capability/kv.set": async | trappable,
            "engraft:capability/kv.delete": async | trappable,
            "engraft:capability/kv.keys": async | trappable,
            "engraft:capability/kv.increment": async | trappable,
            "engraft:capability/kv.transact": async | trappable,
            "engraft:capability/http.send": async | trappable,
            "engraft:capability/http.send-all": async | trappable,
            "engraft:capability/call.invoke": async | trappable,
            "engraft:capability/call.invoke-all": async | trappable,
            default: trappable,
        },
        exports: { default: async },
        // What a guest in a worker process asks of its host goes over a pipe.
        additional_derives: [serde::Serialize, serde::Deserialize],
    });
}

pub use bindings::engraft::capability as imports;
pub use bindings::exports::engraft::capability as exports;

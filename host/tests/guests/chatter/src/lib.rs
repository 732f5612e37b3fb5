//! A library with WASI that knows nothing of Engraft and prints while it works.

use std::sync::atomic::{AtomicU32, Ordering};

wit_bindgen::generate!({ path: "wit", world: "chatter" });

struct Chatter;

export!(Chatter);

static CALLS: AtomicU32 = AtomicU32::new(0);

impl Guest for Chatter {
    fn say(text: String) -> u32 {
        println!("out {text}");
        eprintln!("err {text}");
        CALLS.fetch_add(1, Ordering::Relaxed) + 1
    }
}

//! The guest of the matrix in Rust.

use engraft_guest::capability;

/// Does what is asked of it, well or badly.
#[capability(
    name = "matrix.rust",
    permissions(
        log,
        clock,
        random,
        progress,
        kv(bytes = 10_000, keys = 10),
        http(host = "127.0.0.1:PORT", methods("GET", "POST")),
        call("matrix.*"),
    )
)]
pub mod matrix {
    use std::cell::RefCell;

    use engraft_guest::http::Request;
    use engraft_guest::log::{Level, line};
    use engraft_guest::{Failure, Schema, call, clock, http, kv, progress, random};
    use serde::{Deserialize, Serialize};
    use serde_json::Value;

    /// Any JSON.
    #[derive(Serialize, Deserialize, Schema)]
    #[schema(json = "{}")]
    #[serde(transparent)]
    pub struct Anything(Value);

    #[derive(Serialize, Deserialize, Schema)]
    pub struct Numbers {
        integer: i64,
        number: f64,
    }

    #[derive(Deserialize, Schema)]
    pub struct Fetch {
        url: String,
    }

    #[derive(Deserialize, Schema)]
    pub struct Ask {
        capability: String,
    }

    /// Gives back what it is given.
    #[operation]
    pub fn mirror(input: Anything) -> Anything {
        input
    }

    /// Numbers at their edges.
    #[operation]
    pub fn numbers(input: Numbers) -> Numbers {
        input
    }

    /// Fails with types.
    #[operation]
    pub fn refuse() -> Result<Anything, Failure> {
        Err(Failure::unavailable("try again later"))
    }

    /// Does not catch an error.
    #[operation]
    pub fn throw() -> Anything {
        panic!("something went wrong")
    }

    /// Breaks.
    #[operation]
    pub fn trap() -> Anything {
        core::arch::wasm32::unreachable()
    }

    #[inline(never)]
    fn deeper(n: u64) -> u64 {
        let room = core::hint::black_box([n; 32]);
        deeper(n + 1) + room[(n % 32) as usize]
    }

    /// Never comes back up.
    #[operation]
    #[allow(unconditional_recursion)]
    pub fn recurse() -> u64 {
        deeper(0)
    }

    /// Counts its calls.
    #[operation]
    pub fn count() -> Result<i64, Failure> {
        Ok(kv::increment("calls", 1)?)
    }

    /// Two requests side by side.
    #[operation]
    pub fn fetch(input: Fetch) -> Result<Vec<String>, Failure> {
        let requests = [Request::get(&input.url), Request::post(&input.url).body("body")];
        let mut bodies = Vec::new();
        for response in http::send_all(requests)? {
            bodies.push(String::from_utf8_lossy(response?.body()).into_owned());
        }
        Ok(bodies)
    }

    /// Asks another.
    #[operation]
    pub fn ask(input: Ask) -> Result<Anything, Failure> {
        call::invoke(&input.capability, "mirror", &"hello")
    }

    /// Tells how far it is.
    #[operation]
    pub fn report() {
        progress::report(0.5, "half");
    }

    /// Never ends.
    #[operation]
    pub fn spin() -> u64 {
        let mut n = 0_u64;
        loop {
            n = core::hint::black_box(n.wrapping_add(1));
        }
    }

    /// Takes all memory.
    #[operation]
    pub fn hoard() -> u64 {
        let mut all = Vec::new();
        loop {
            all.push(core::hint::black_box(vec![1_u8; 1 << 20]));
        }
    }

    /// Prints, looks at the clock and draws a number.
    #[operation]
    pub fn look() -> Result<(String, u64), Failure> {
        line(Level::Info, "a printed line").write()?;
        Ok((clock::now()?.to_string(), random::number()?))
    }

    thread_local! {
        static HELD: RefCell<(String, String)> = RefCell::default();
    }

    #[derive(Deserialize, Schema)]
    pub struct Keep {
        text: String,
    }

    /// Keeps a text.
    #[operation]
    pub fn keep(input: Keep) {
        HELD.with_borrow_mut(|held| held.0 = input.text);
    }

    /// Gives what is kept, and from which version that came.
    #[operation]
    pub fn kept() -> (String, String) {
        HELD.with_borrow(Clone::clone)
    }

    #[save_state]
    fn save() -> Result<Vec<u8>, Failure> {
        Ok(serde_json::to_vec(&kept().0).unwrap_or_default())
    }

    #[restore_state]
    fn restore(version: &str, saved: Vec<u8>) -> Result<(), Failure> {
        let text = serde_json::from_slice(&saved)
            .map_err(|_| Failure::invalid_input("that was not saved by me"))?;
        HELD.set((text, version.to_owned()));
        Ok(())
    }
}

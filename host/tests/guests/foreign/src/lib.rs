//! A component that knows nothing of Engraft, with values of every kind.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

wit_bindgen::generate!({ path: "wit", world: "foreign" });

use exports::local::foreign::counters::{self, Counter as OwnCounter, CounterBorrow, GuestCounter};
use exports::local::foreign::shapes::{self, Everything, Point, Shape};

// What WIT tools write into a package; compilers drop it when they make a component, so it is put
// here by hand, where tools look for it.
#[used]
#[unsafe(link_section = "package-docs")]
static DOCS: [u8; 580] = *b"\x01{\"worlds\":{\"foreign\":{\"docs\":\"Values of every kind. Made to be called from outside.\",\"func_exports\":{\"slugify\":{\"docs\":\"Makes a text fit for the address of a page. Accents stay.\"}}}},\"interfaces\":{\"shapes\":{\"docs\":\"Values of every kind.\",\"funcs\":{\"echo\":{\"docs\":\"Gives back what it got. Nothing is lost on the way.\"},\"distance\":{\"docs\":\"How far it is from one point to another.\"}},\"types\":{\"point\":{\"docs\":\"A place on a map.\",\"items\":{\"x\":\"East is positive.\",\"y\":\"North is positive.\"}}}},\"counters\":{\"funcs\":{\"finish\":{\"docs\":\"Takes a counter away and tells its last value.\"}}}}}";

static ALIVE: AtomicU32 = AtomicU32::new(0);

struct Foreign;

impl shapes::Guest for Foreign {
    fn echo(value: Everything) -> Everything {
        value
    }

    fn distance(a: Point, b: Point) -> f64 {
        (a.x - b.x).hypot(a.y - b.y)
    }

    fn move_by(point: Point, east: f64, north: Option<f64>) -> Point {
        Point { x: point.x + east, y: point.y + north.unwrap_or(0.0), label: point.label }
    }

    fn divide(dividend: i64, divisor: i64) -> Result<i64, String> {
        dividend
            .checked_div(divisor)
            .ok_or_else(|| format!("{dividend} cannot be divided by {divisor}"))
    }

    fn fail(shape: Shape) -> Result<(), Shape> {
        Err(shape)
    }

    fn flood(bytes: u32) -> Vec<u8> {
        vec![b'x'; bytes as usize]
    }

    fn words(count: u32) -> Vec<String> {
        (0..count).map(|index| format!("word-{index}")).collect()
    }

    fn count_bytes(bytes: Vec<u8>) -> u64 {
        bytes.len() as u64
    }
}

struct Counter(Cell<u32>);

impl Counter {
    fn make(start: u32) -> Self {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        Self(Cell::new(start))
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

impl GuestCounter for Counter {
    fn new(start: u32) -> Self {
        Self::make(start)
    }

    fn increment(&self, by: u32) -> u32 {
        self.0.set(self.0.get() + by);
        self.0.get()
    }

    fn add(left: CounterBorrow<'_>, right: CounterBorrow<'_>) -> OwnCounter {
        let (left, right) = (left.get::<Counter>(), right.get::<Counter>());
        OwnCounter::new(Counter::make(left.0.get() + right.0.get()))
    }
}

impl counters::Guest for Foreign {
    type Counter = Counter;

    fn finish(counter: OwnCounter) -> u32 {
        counter.get::<Counter>().0.get()
    }

    fn alive() -> u32 {
        ALIVE.load(Ordering::Relaxed)
    }

    fn many(count: u32) -> Vec<OwnCounter> {
        (0..count).map(|start| OwnCounter::new(Counter::make(start))).collect()
    }
}

impl Guest for Foreign {
    fn slugify(text: String) -> String {
        let words =
            text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
    }

    fn spin() {
        loop {
            std::hint::spin_loop();
        }
    }

    fn shatter() {
        core::arch::wasm32::unreachable()
    }
}

export!(Foreign);

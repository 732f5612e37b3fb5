//! A component that knows nothing of Engraft: one function over a small record.
//!
//! *Never:* it does more than move its argument through, so that the way in and out is what is seen.

#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

wit_bindgen::generate!({ path: "wit", world: "shapes" });

struct Kernel;

impl Guest for Kernel {
    fn move_point(point: Point, dx: i32, dy: i32) -> Point {
        Point { x: point.x + dx, y: point.y + dy, label: point.label }
    }
}

export!(Kernel);

//! Values: handles to cells of sixteen bytes on the heap.
//!
//! *Never:* a cell changes once it has been handed out, except a list or map while it is being built.

use crate::heap;
use crate::row::Row;

/// What a cell holds.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Kind {
    Null = 1,
    Bool = 2,
    Int = 3,
    Uint = 4,
    Double = 5,
    Text = 6,
    Bytes = 7,
    List = 8,
    Map = 9,
    Time = 10,
    Duration = 11,
    Type = 12,
    Optional = 13,
    Ip = 14,
    Cidr = 15,
    Fault = 16,
}

/// A handle. Zero is no value: the function that gave it has raised a fault.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Value(pub(crate) u32);

/// The layout that generated code knows too: kind at 0, `a` at 4, `b` at 8.
#[repr(C, align(8))]
pub(crate) struct Cell {
    kind: Kind,
    a: u32,
    b: u64,
}

static NULL: Cell = Cell { kind: Kind::Null, a: 0, b: 0 };
static FALSE: Cell = Cell { kind: Kind::Bool, a: 0, b: 0 };
static TRUE: Cell = Cell { kind: Kind::Bool, a: 1, b: 1 };

/// What a function gives that could not do its work.
pub(crate) const NONE: Value = Value(0);

impl Value {
    pub(crate) fn new(kind: Kind, a: u32, b: u64) -> Self {
        let place = heap::take(16).cast::<Cell>();
        // SAFETY: the heap gave sixteen bytes, aligned to eight.
        unsafe { place.write(Cell { kind, a, b }) };
        Self(place as u32)
    }

    fn cell(self) -> &'static Cell {
        // SAFETY: a handle other than zero points to a cell; memory lives as long as the call.
        unsafe { &*(self.0 as *const Cell) }
    }

    fn cell_mut(self) -> &'static mut Cell {
        // SAFETY: as above; only builders call this, each on the cell that it alone holds.
        unsafe { &mut *(self.0 as *mut Cell) }
    }

    pub(crate) fn is_none(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn kind(self) -> Kind {
        self.cell().kind
    }

    pub(crate) fn is(self, kind: Kind) -> bool {
        self.cell().kind == kind
    }

    pub(crate) fn a(self) -> u32 {
        self.cell().a
    }

    pub(crate) fn b(self) -> u64 {
        self.cell().b
    }

    pub(crate) fn null() -> Self {
        Self(&raw const NULL as u32)
    }

    pub(crate) fn bool(value: bool) -> Self {
        Self(if value { &raw const TRUE as u32 } else { &raw const FALSE as u32 })
    }

    pub(crate) fn int(value: i64) -> Self {
        Self::new(Kind::Int, 0, value as u64)
    }

    pub(crate) fn uint(value: u64) -> Self {
        Self::new(Kind::Uint, 0, value)
    }

    pub(crate) fn double(value: f64) -> Self {
        Self::new(Kind::Double, 0, value.to_bits())
    }

    /// Text over bytes that live as long as the call.
    pub(crate) fn text(text: &str) -> Self {
        Self::new(Kind::Text, text.len() as u32, text.as_ptr() as u64)
    }

    /// The same, over bytes that are known to be UTF-8.
    pub(crate) fn text_over(bytes: &'static [u8]) -> Self {
        Self::new(Kind::Text, bytes.len() as u32, bytes.as_ptr() as u64)
    }

    /// Text of bytes that are known to be UTF-8.
    pub(crate) fn text_of(bytes: Row<u8>) -> Self {
        let bytes = bytes.leak();
        Self::new(Kind::Text, bytes.len() as u32, bytes.as_ptr() as u64)
    }

    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self::new(Kind::Bytes, bytes.len() as u32, bytes.as_ptr() as u64)
    }

    pub(crate) fn duration(nanos: i64) -> Self {
        Self::new(Kind::Duration, 0, nanos as u64)
    }

    pub(crate) fn time(seconds: i64, nanos: u32) -> Self {
        Self::new(Kind::Time, nanos, seconds as u64)
    }

    pub(crate) fn type_named(name: &'static str) -> Self {
        Self::new(Kind::Type, name.len() as u32, name.as_ptr() as u64)
    }

    pub(crate) fn as_bool(self) -> bool {
        self.a() != 0
    }

    pub(crate) fn as_int(self) -> i64 {
        self.b() as i64
    }

    pub(crate) fn as_double(self) -> f64 {
        f64::from_bits(self.b())
    }

    /// The bytes of text, bytes or a type's name.
    pub(crate) fn raw(self) -> &'static [u8] {
        // SAFETY: such a cell has its length in `a` and the place of its bytes in `b`.
        unsafe { core::slice::from_raw_parts(self.b() as usize as *const u8, self.a() as usize) }
    }

    pub(crate) fn str(self) -> &'static str {
        // SAFETY: text is made only from UTF-8.
        unsafe { core::str::from_utf8_unchecked(self.raw()) }
    }

    /// The number of elements or entries.
    pub(crate) fn len(self) -> usize {
        self.a() as usize
    }

    pub(crate) fn items(self) -> &'static [Value] {
        // SAFETY: a list has its length in `a` and the place of its handles in `b`.
        unsafe { core::slice::from_raw_parts(self.b() as u32 as *const Value, self.len()) }
    }

    pub(crate) fn entries(self) -> &'static [(Value, Value)] {
        // SAFETY: a map has its length in `a` and the place of its pairs in `b`'s lower half.
        unsafe { core::slice::from_raw_parts(self.b() as u32 as *const (Value, Value), self.len()) }
    }

    pub(crate) fn list(items: Row<Value>) -> Self {
        let items = items.leak();
        Self::new(Kind::List, items.len() as u32, items.as_ptr() as u64)
    }

    /// A piece of a list's items, without copying them.
    pub(crate) fn list_over(items: &'static [Value]) -> Self {
        Self::new(Kind::List, items.len() as u32, items.as_ptr() as u64)
    }

    pub(crate) fn map(entries: Row<(Value, Value)>) -> Self {
        let entries = entries.leak();
        Self::new(Kind::Map, entries.len() as u32, entries.as_ptr() as u64)
    }

    /// The sorted index of a map, made on the first look-up that wants one; zero before.
    pub(crate) fn index(self) -> u32 {
        (self.b() >> 32) as u32
    }

    pub(crate) fn set_index(self, index: u32) {
        let cell = self.cell_mut();
        cell.b = (cell.b & 0xffff_ffff) | (u64::from(index) << 32);
    }

    /// Takes all items from this one on out of a list that is being built.
    pub(crate) fn cut(self, first: usize) -> &'static [Self] {
        let cell = self.cell_mut();
        let count = cell.a as usize - first;
        cell.a = first as u32;
        let place = heap::take(count * 4);
        // SAFETY: the new place has room for so many, and is apart from where they stood.
        unsafe {
            let from = (cell.b as u32 as *const Self).add(first);
            core::ptr::copy_nonoverlapping(from, place.cast::<Self>(), count);
            core::slice::from_raw_parts(place.cast::<Self>(), count)
        }
    }

    /// Adds to a list that is being built; its room is the upper half of `b`.
    #[inline(always)]
    pub(crate) fn push(self, item: Self) {
        let cell = self.cell_mut();
        if cell.a == (cell.b >> 32) as u32 {
            self.widen();
        }
        // SAFETY: there is room for one more.
        unsafe { (cell.b as u32 as *mut Self).add(cell.a as usize).write(item) };
        cell.a += 1;
    }

    /// Doubles the room of a list that is being built.
    #[cold]
    #[inline(never)]
    fn widen(self) {
        let cell = self.cell_mut();
        let wider = (cell.a * 2).max(4);
        let place = heap::wider(cell.b as usize, cell.a as usize * 4, wider as usize * 4);
        cell.b = (u64::from(wider) << 32) | place as u64;
    }
}

// What generated code makes and reads itself.

#[unsafe(no_mangle)]
extern "C" fn rt_int(value: i64) -> Value {
    Value::int(value)
}

#[unsafe(no_mangle)]
extern "C" fn rt_uint(value: u64) -> Value {
    Value::uint(value)
}

#[unsafe(no_mangle)]
extern "C" fn rt_double(value: f64) -> Value {
    Value::double(value)
}

#[unsafe(no_mangle)]
extern "C" fn rt_bool(value: u32) -> Value {
    Value::bool(value != 0)
}

#[unsafe(no_mangle)]
extern "C" fn rt_null() -> Value {
    Value::null()
}

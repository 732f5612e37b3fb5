//! How large a value can be, as far as what is done with it depends on that.
//!
//! The weight of a value is what its shortest JSON text would have at least: one for a scalar; two more
//! than its bytes for text; one, and one more than each item's, for a list; one, and two more than each
//! entry's key and value, for a map. So no input weighs more than it has bytes, and the items of a list
//! weigh less together than the list.
//!
//! *Never:* a value weighs more than its size says.

use super::costs::Work;
use super::poly::Poly;
use crate::cel::Type;

/// What is known of a value's size.
#[derive(Debug, Clone, Default)]
pub(crate) struct Size {
    /// Its weight.
    pub(crate) weight: Poly,
    /// Items or entries of a list or map; bytes of text.
    pub(crate) len: Poly,
    /// What a whole number is at most, where that is known.
    pub(crate) value: Option<Poly>,
    /// What writing it takes.
    pub(crate) ink: Ink,
}

impl Size {
    /// A number, a truth value, null, or anything else of a fixed size.
    pub(crate) fn scalar() -> Self {
        Self { weight: Poly::constant(1.0), ..Self::default() }
    }

    /// Of what nothing is known.
    pub(crate) fn unknown() -> Self {
        let endless = Poly::constant(f64::INFINITY);
        Self { weight: endless.clone(), len: endless, ..Self::default() }
    }

    /// A whole number that is at most so large.
    pub(crate) fn number(value: Poly) -> Self {
        Self { value: Some(value), ..Self::scalar() }
    }

    /// Text of at most so many bytes.
    pub(crate) fn text(bytes: &Poly) -> Self {
        let weight = bytes.plus_fixed(2.0);
        Self { weight, len: bytes.clone(), value: None, ink: Ink::text() }
    }

    /// A constant text.
    pub(crate) fn of_bytes(bytes: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "constants are far below 2^52 bytes")]
        let bytes = bytes as f64;
        Self::text(&Poly::constant(bytes))
    }

    /// A list or map without anything in it.
    pub(crate) fn empty() -> Self {
        Self::scalar()
    }

    /// Adds an item.
    pub(crate) fn put(&mut self, item: &Self) {
        self.weight = self.weight.plus(&item.weight).plus_fixed(1.0);
        self.len = self.len.plus_fixed(1.0);
    }

    /// Adds an entry.
    pub(crate) fn put_entry(&mut self, key: &Self, value: &Self) {
        self.weight = self.weight.plus(&key.weight).plus(&value.weight).plus_fixed(2.0);
        self.len = self.len.plus_fixed(1.0);
    }

    /// Anything of this weight and type.
    pub(crate) fn of(weight: Poly, ty: &Type) -> Self {
        let len = match ty {
            _ if is_scalar(ty) => return Self { ink: Ink::of(ty), ..Self::scalar() },
            Type::Text | Type::Bytes => weight.minus_fixed(2.0),
            Type::List(_) | Type::Map(..) | Type::Record(_) => weight.scaled(1.0 / least_part(ty)),
            Type::Optional(held) => {
                return Self { weight: weight.clone(), ..Self::of(weight, held) };
            }
            _ => weight.clone(),
        };
        Self { weight, len, value: None, ink: Ink::of(ty) }
    }

    /// The same, if it is of this type.
    pub(crate) fn typed(mut self, ty: &Type) -> Self {
        if *ty != Type::Dyn {
            self.ink = Ink::of(ty);
        }
        if is_scalar(ty) {
            return Self { value: self.value, ink: self.ink, ..Self::scalar() };
        }
        if matches!(ty, Type::List(_) | Type::Map(..) | Type::Record(_)) {
            let by_type = self.weight.scaled(1.0 / least_part(ty));
            // Of two bounds of which neither is known to be smaller, the flatter one is taken.
            if by_type.magnitude() < self.len.magnitude() {
                self.len = by_type;
            }
        }
        self
    }

    /// At least as large as either.
    pub(crate) fn max(&self, other: &Self) -> Self {
        Self {
            weight: self.weight.max(&other.weight),
            len: self.len.max(&other.len),
            value: self.value.as_ref().zip(other.value.as_ref()).map(|(a, b)| a.max(b)),
            ink: self.ink.max(other.ink),
        }
    }
}

/// What writing a value as JSON takes: so much in any case, and so much for each unit of its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ink {
    pub(crate) fuel: (f64, f64),
    pub(crate) bytes: (f64, f64),
}

/// What begins and ends any value, and what stands between two.
const FRAME_FUEL: f64 = 400.0;
/// A double's shortest digits, of up to seventeen, are found by long multiplication.
const DOUBLE_FUEL: f64 = 6_400.0;
/// Up to 24 letters, and what its digits were found in.
const DOUBLE_BYTES: f64 = 30.0;
/// A letter that is escaped becomes up to six.
const LETTER_FUEL: f64 = 210.0;
const LETTER_BYTES: f64 = 6.0;

impl Ink {
    pub(crate) fn text() -> Self {
        Self { fuel: (FRAME_FUEL, LETTER_FUEL), bytes: (2.0, LETTER_BYTES) }
    }

    fn scalar(fuel: f64, bytes: f64) -> Self {
        Self { fuel: (FRAME_FUEL + fuel, 0.0), bytes: (bytes, 0.0) }
    }

    pub(crate) fn max(self, other: Self) -> Self {
        let larger = |a: (f64, f64), b: (f64, f64)| (a.0.max(b.0), a.1.max(b.1));
        Self { fuel: larger(self.fuel, other.fuel), bytes: larger(self.bytes, other.bytes) }
    }

    /// Of many values, each of which adds so much to the weight at least.
    fn many(self, part: f64) -> Self {
        let spread = |ink: (f64, f64), frame: f64| (frame, (ink.0 + frame) / part + ink.1);
        Self { fuel: spread(self.fuel, FRAME_FUEL), bytes: spread(self.bytes, 2.0) }
    }

    /// What values of this type take.
    pub(crate) fn of(ty: &Type) -> Self {
        match ty {
            Type::Bool | Type::Null => Self::scalar(50.0, 5.0),
            Type::Int | Type::Uint => Self::scalar(1_500.0, 20.0),
            Type::Time | Type::Duration | Type::Type | Type::Ip | Type::Cidr => {
                Self::scalar(5_000.0, 50.0)
            }
            Type::Double => Self::scalar(DOUBLE_FUEL, DOUBLE_BYTES),
            Type::Text => Self::text(),
            // In Base64, put together in a buffer first.
            Type::Bytes => Self { fuel: (FRAME_FUEL * 2.0, 240.0), ..Self::text() },
            Type::List(item) => Self::of(item).many(least_part(ty)),
            Type::Map(key, value) => Self::of(key).max(Self::of(value)).many(least_part(ty) / 2.0),
            Type::Optional(held) => Self::of(held),
            // A record may have fields that its schema does not name.
            _ => Self::default(),
        }
    }
}

impl Default for Ink {
    /// The most that anything takes.
    fn default() -> Self {
        let scalar = Self::scalar(DOUBLE_FUEL, 50.0);
        let single = scalar.max(Self::text()).max(Self::of(&Type::Bytes));
        single.max(single.many(2.0))
    }
}

fn is_scalar(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Null
            | Type::Bool
            | Type::Int
            | Type::Uint
            | Type::Double
            | Type::Time
            | Type::Duration
            | Type::Type
            | Type::Ip
            | Type::Cidr
    )
}

/// What a value of this type weighs at least.
pub(crate) fn least(ty: &Type) -> f64 {
    match ty {
        Type::Text | Type::Bytes => 2.0,
        Type::Record(fields) => {
            let required = fields.iter().filter(|field| field.required);
            let entry = |field: &crate::cel::Field| {
                #[expect(clippy::cast_precision_loss, reason = "names are short")]
                let name = field.name.len() as f64;
                name + 4.0 + least(&field.ty)
            };
            1.0 + required.map(entry).sum::<f64>()
        }
        _ => 1.0,
    }
}

/// What each item or entry of a value of this type adds to its weight at least.
fn least_part(ty: &Type) -> f64 {
    match ty {
        Type::List(item) => 1.0 + least(item),
        Type::Map(key, value) => 2.0 + least(key) + least(value),
        // Names are text, and stand before a value.
        Type::Record(_) => 5.0,
        _ => 1.0,
    }
}

/// What writing a value as JSON takes, and the text that comes of it.
pub(crate) fn written(size: &Size) -> (Work, Size) {
    let of = |ink: (f64, f64)| size.weight.scaled(ink.1).plus_fixed(ink.0);
    let bytes = of(size.ink.bytes);
    // A buffer that grows is at most twice as long as what is in it, and so were those before it.
    let work = Work { fuel: of(size.ink.fuel), bytes: bytes.scaled(4.0).plus_fixed(128.0) };
    (work, Size::text(&bytes))
}

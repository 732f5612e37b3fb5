//! Units: an amount in one unit as an amount in another. Which units is decided when the recipe is
//! written, so that it is one product.
//!
//! *Never:* an amount is converted into what it is no measure of.

use std::collections::BTreeMap;

use serde_json::json;

use super::entry::{Entry, EntryError};
use super::fill::{Parameter, Said};
use crate::model::{Example, SlotKind};

/// Words for a unit, and how much of the first unit of its table it is.
type Unit = (&'static [&'static str], &'static str);

const LENGTH: &[Unit] = &[
    (&["metres", "meters", "metre", "meter", "m"], "1.0"),
    (&["kilometres", "kilometers", "kilometre", "kilometer", "km"], "1000.0"),
    (&["centimetres", "centimeters", "centimetre", "centimeter", "cm"], "0.01"),
    (&["millimetres", "millimeters", "millimetre", "millimeter", "mm"], "0.001"),
    (&["miles", "mile", "mi"], "1609.344"),
    (&["yards", "yard", "yd"], "0.9144"),
    (&["feet", "foot", "ft"], "0.3048"),
    (&["inches", "inch", "in"], "0.0254"),
    (&["nautical miles", "nautical mile", "nmi"], "1852.0"),
];
const WEIGHT: &[Unit] = &[
    (&["kilograms", "kilogram", "kilos", "kilo", "kg"], "1.0"),
    (&["grams", "gram", "g"], "0.001"),
    (&["milligrams", "milligram", "mg"], "0.000001"),
    (&["tonnes", "tonne", "t"], "1000.0"),
    (&["pounds", "pound", "lbs", "lb"], "0.45359237"),
    (&["ounces", "ounce", "oz"], "0.028349523125"),
    (&["stone", "stones", "st"], "6.35029318"),
];
const VOLUME: &[Unit] = &[
    (&["litres", "liters", "litre", "liter", "l"], "1.0"),
    (&["millilitres", "milliliters", "millilitre", "milliliter", "ml"], "0.001"),
    (&["gallons", "gallon", "gal"], "3.785411784"),
    (&["quarts", "quart", "qt"], "0.946352946"),
    (&["pints", "pint", "pt"], "0.473176473"),
    (&["cups", "cup"], "0.2365882365"),
    (&["fluid ounces", "fluid ounce", "fl oz"], "0.0295735295625"),
    (&["tablespoons", "tablespoon", "tbsp"], "0.01478676478125"),
    (&["teaspoons", "teaspoon", "tsp"], "0.00492892159375"),
];
const TIME: &[Unit] = &[
    (&["seconds", "second", "sec", "s"], "1.0"),
    (&["milliseconds", "millisecond", "ms"], "0.001"),
    (&["minutes", "minute", "min"], "60.0"),
    (&["hours", "hour", "h"], "3600.0"),
    (&["days", "day"], "86400.0"),
    (&["weeks", "week"], "604800.0"),
];
const SPEED: &[Unit] = &[
    (&["m/s", "metres per second", "meters per second"], "1.0"),
    (&["km/h", "kph", "kilometres per hour", "kilometers per hour"], "0.2777777777777778"),
    (&["mph", "miles per hour"], "0.44704"),
    (&["knots", "knot", "kn"], "0.5144444444444445"),
];
const AREA: &[Unit] = &[
    (&["square metres", "square meters", "m2", "m²"], "1.0"),
    (&["square kilometres", "square kilometers", "km2", "km²"], "1000000.0"),
    (&["hectares", "hectare", "ha"], "10000.0"),
    (&["acres", "acre"], "4046.8564224"),
    (&["square feet", "square foot", "sq ft", "ft2"], "0.09290304"),
    (&["square miles", "square mile"], "2589988.110336"),
];
const DATA: &[Unit] = &[
    (&["bytes", "byte", "B"], "1.0"),
    (&["bits", "bit"], "0.125"),
    (&["kilobytes", "kilobyte", "kB", "KB"], "1000.0"),
    (&["megabytes", "megabyte", "MB"], "1000000.0"),
    (&["gigabytes", "gigabyte", "GB"], "1000000000.0"),
    (&["terabytes", "terabyte", "TB"], "1000000000000.0"),
    (&["kibibytes", "kibibyte", "KiB"], "1024.0"),
    (&["mebibytes", "mebibyte", "MiB"], "1048576.0"),
    (&["gibibytes", "gibibyte", "GiB"], "1073741824.0"),
];
/// What each makes of a degree of the first, and how far its zero lies below that of the first.
const HEAT: &[(&[&str], (&str, &str))] = &[
    (&["kelvin", "kelvins", "K"], ("1.0", "0.0")),
    (&["celsius", "degrees celsius", "°C", "C"], ("1.0", "273.15")),
    (&["fahrenheit", "degrees fahrenheit", "°F", "F"], ("0.5555555555555556", "459.67")),
];

const ASKS: [&str; 5] = [
    "convert {amount:number} {from} to {to}",
    "convert {amount:number} {from} into {to}",
    "how many {to} are {amount:number} {from}",
    "what is {amount:number} {from} in {to}",
    "{amount:number} {from} in {to}",
];

pub(super) fn entries() -> impl Iterator<Item = Result<Entry, EntryError>> {
    let measures = [
        ("unit.length", LENGTH),
        ("unit.weight", WEIGHT),
        ("unit.volume", VOLUME),
        ("unit.time", TIME),
        ("unit.speed", SPEED),
        ("unit.area", AREA),
        ("unit.data", DATA),
    ];
    let products = measures.into_iter().map(|(name, units)| {
        let units = Parameter::among(units);
        entry(name, "@{amount} * @{from} / @{to}", units.clone(), units)
    });
    let products = products.map(|entry| entry.map(|entry| entry.checked(product)));
    products.chain([heat().map(|entry| entry.checked(degrees))])
}

/// An amount that no factor of a table leaves as it is.
const AMOUNT: f64 = 2.5;

fn product(values: &BTreeMap<String, Said>) -> Option<Example> {
    let factor = |name: &str| values.get(name)?.expression.parse::<f64>().ok();
    converted(AMOUNT * factor("from")? / factor("to")?)
}

fn degrees(values: &BTreeMap<String, Said>) -> Option<Example> {
    let degrees = |name: &str| {
        let word = &values.get(name)?.word;
        let (_, (size, zero)) = HEAT.iter().find(|(words, _)| words.contains(&word.as_str()))?;
        Some((size.parse::<f64>().ok()?, zero.parse::<f64>().ok()?))
    };
    let ((size, zero), (other_size, other_zero)) = (degrees("from")?, degrees("to")?);
    converted((AMOUNT + zero) * size / other_size - other_zero)
}

fn converted(amount: f64) -> Option<Example> {
    let amount: f64 = format!("{amount:.12}").parse().ok()?;
    Some(Example { input: json!({"amount": AMOUNT}), output: Some(json!(amount)) })
}

fn heat() -> Result<Entry, EntryError> {
    let of = |shape: fn(&str, &str) -> String| {
        let choices = HEAT.iter().map(|(words, (size, zero))| {
            (words.iter().map(|word| (*word).to_owned()).collect(), shape(size, zero))
        });
        Parameter::Among(choices.collect())
    };
    // Degrees above the lowest heat are a product again.
    let from = of(|size, zero| format!("{zero}) * {size}"));
    let to = of(|size, zero| format!("{size} - {zero}"));
    entry("unit.heat", "(@{amount} + @{from} / @{to}", from, to)
}

fn entry(name: &str, value: &str, from: Parameter, to: Parameter) -> Result<Entry, EntryError> {
    let mut entry = Entry::new(name, "Converts @{from} to @{to}.")?;
    for intent in ASKS {
        entry = entry.asks(intent)?;
    }
    // Twelve digits are more than any measure has, and hide the last bits of the product.
    let rounded = format!("double('%.12f'.format([{value}]))");
    Ok(entry
        .input("amount", SlotKind::Number)
        .parameter("from", from)
        .parameter("to", to)
        .gives(json!({"type": "number"}))
        .value(&rounded))
}

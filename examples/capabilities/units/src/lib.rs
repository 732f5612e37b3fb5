//! Converts between units.

use engraft_guest::capability;

/// Converts lengths, masses and temperatures.
#[capability(name = "unit.convert")]
pub mod convert {
    use engraft_guest::{Failure, Schema};
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, Schema)]
    #[serde(deny_unknown_fields)]
    pub struct Amount {
        amount: f64,
        /// The unit it is in: mm, cm, m, km, inch, foot, mile; g, kg, pound; c, f, k.
        from: String,
        /// The unit wanted.
        to: String,
    }

    #[derive(Serialize, Schema)]
    pub struct Converted {
        amount: f64,
        unit: String,
    }

    #[derive(PartialEq)]
    enum Kind {
        Length,
        Mass,
        Temperature,
    }

    /// A unit as `base = value * factor + offset`, in metres, kilograms or kelvins.
    struct Unit {
        kind: Kind,
        factor: f64,
        offset: f64,
    }

    /// Converts an amount from one unit to another.
    #[operation(
        intents("convert {amount} {from} to {to}", "{amount} {from} in {to}"),
        example(
            r#"{"amount": 1.0, "from": "km", "to": "m"}"#,
            r#"{"amount": 1000.0, "unit": "m"}"#
        )
    )]
    pub fn convert(input: Amount) -> Result<Converted, Failure> {
        let (from, to) = (unit(&input.from)?, unit(&input.to)?);
        if from.kind != to.kind {
            return Err(Failure::invalid_input(format!(
                "`{}` and `{}` measure different things",
                input.from, input.to
            )));
        }
        let base = input.amount * from.factor + from.offset;
        Ok(Converted { amount: (base - to.offset) / to.factor, unit: input.to })
    }

    fn unit(name: &str) -> Result<Unit, Failure> {
        let plain = |kind, factor| Unit { kind, factor, offset: 0.0 };
        let singular = name.to_lowercase();
        let singular = match singular.strip_suffix('s') {
            Some(stem) if stem.len() > 2 => stem,
            _ => singular.as_str(),
        };
        Ok(match singular {
            "mm" | "millimetre" | "millimeter" => plain(Kind::Length, 0.001),
            "cm" | "centimetre" | "centimeter" => plain(Kind::Length, 0.01),
            "m" | "metre" | "meter" => plain(Kind::Length, 1.0),
            "km" | "kilometre" | "kilometer" => plain(Kind::Length, 1000.0),
            "in" | "inch" | "inche" => plain(Kind::Length, 0.0254),
            "ft" | "foot" | "feet" => plain(Kind::Length, 0.3048),
            "mi" | "mile" => plain(Kind::Length, 1609.344),
            "g" | "gram" => plain(Kind::Mass, 0.001),
            "kg" | "kilogram" => plain(Kind::Mass, 1.0),
            "lb" | "pound" => plain(Kind::Mass, 0.453_592_37),
            "k" | "kelvin" => plain(Kind::Temperature, 1.0),
            "c" | "celsiu" | "celsius" => {
                Unit { kind: Kind::Temperature, factor: 1.0, offset: 273.15 }
            }
            "f" | "fahrenheit" => Unit {
                kind: Kind::Temperature,
                factor: 5.0 / 9.0,
                offset: 273.15 - 32.0 * 5.0 / 9.0,
            },
            _ => return Err(Failure::invalid_input(format!("`{name}` is no unit known here"))),
        })
    }
}

#[cfg(test)]
mod tests {
    use engraft_guest::FailureKind;
    use engraft_guest::mock::Host;

    use super::convert::Capability;

    #[test]
    fn the_examples_hold() {
        Host::granting::<Capability>().check_examples::<Capability>();
    }

    #[test]
    fn temperatures_have_an_offset() {
        let host = Host::granting::<Capability>();
        let input = r#"{"amount": 212.0, "from": "Fahrenheit", "to": "Celsius"}"#;
        let output = host.invoke::<Capability>("convert", input).unwrap();
        assert!((output["amount"].as_f64().unwrap() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_mass_is_no_length() {
        let host = Host::granting::<Capability>();
        let input = r#"{"amount": 1.0, "from": "kg", "to": "m"}"#;
        let failure = host.invoke::<Capability>("convert", input).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::InvalidInput);
    }
}

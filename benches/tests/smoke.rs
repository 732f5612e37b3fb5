//! One call of each contender, with its answer checked: a benchmark that measures nothing is caught.

use engraft_benches::field::{Code, Field};
use engraft_benches::raw::{Life, Metering, Raw, tuned_engine};
use engraft_benches::{Comparison, Contender, guests};

#[test]
fn every_contender_gives_the_right_answer() {
    let field = Field::new().unwrap();
    for task in field.tasks() {
        for life in [Life::Fresh, Life::Warm] {
            let comparison = field.calls(life, task).unwrap();
            assert!(comparison.names().len() >= 7, "{:?}", comparison.names());
            comparison.check().unwrap();
        }
    }
    for code in [Code::CompiledAnew, Code::Kept] {
        field.cold(code, &field.tasks()[0]).unwrap().check().unwrap();
    }
}

#[test]
fn kernels_give_what_mathematics_says_under_every_metering() {
    let component = guests::capability().unwrap();
    for metering in Metering::ALL {
        let raw = Raw::compile(&tuned_engine(metering).unwrap(), metering, &component).unwrap();
        assert_eq!(raw.call_fresh("fib", "20").unwrap(), "6765");
        assert_eq!(raw.call_fresh("sieve", "1000").unwrap(), "168");
        // FNV-1a of nothing is its offset basis.
        assert_eq!(raw.call_fresh("hash", "0").unwrap(), "14695981039346656037");
        assert!(raw.call_fresh("no-such-kernel", "0").is_err());
    }
}

#[test]
fn fuel_alone_stops_what_never_ends() {
    let component = guests::capability().unwrap();
    for metering in [Metering::Fuel, Metering::BranchFuel] {
        let raw = Raw::compile(&tuned_engine(metering).unwrap(), metering, &component).unwrap();
        assert!(raw.call_fresh("spin", "4294967295").is_err(), "{metering:?}");
    }
}

#[test]
fn a_comparison_fails_where_one_contender_is_wrong() {
    let comparison = Comparison::new("lies", "true")
        .contender(Contender::sync("honest", || Ok("true".to_owned())), &[])
        .contender(Contender::sync("liar", || Ok("false".to_owned())), &["honest"]);
    let error = comparison.check().unwrap_err().to_string();
    assert!(error.contains("liar"), "{error}");
    let mut book = engraft_benches::Book::new("smoke");
    assert!(comparison.measure(&mut criterion::Criterion::default(), &mut book).is_err());
    assert!(book.rows.is_empty());
}

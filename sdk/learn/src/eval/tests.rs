use super::*;
use crate::op::{Class, Part};

fn text(text: &str) -> Value {
    Value::text(text)
}

fn texts(all: &[&str]) -> Value {
    Value::list(all.iter().map(Value::text))
}

#[test]
fn positions_count_characters() {
    let word = text("héllo");
    assert_eq!(apply(&Op::IndexOf, &[word.clone(), text("l")]), Some(Value::Int(2)));
    let part = [word.clone(), Value::Int(1), Value::Int(3)];
    assert_eq!(apply(&Op::Substring, &part), Some(text("él")));
    assert_eq!(apply(&Op::Substring, &[word.clone(), Value::Int(3), Value::Int(1)]), None);
    assert_eq!(apply(&Op::From, &[word.clone(), Value::Int(5)]), Some(text("")));
    assert_eq!(apply(&Op::From, &[word, Value::Int(6)]), None);
}

#[test]
fn what_is_not_there_is_a_failure() {
    let parts = apply(&Op::Split, &[text("a-b"), text("-")]).unwrap();
    assert_eq!(apply(&Op::Item(-1), std::slice::from_ref(&parts)), Some(text("b")));
    assert_eq!(apply(&Op::Item(2), std::slice::from_ref(&parts)), None);
    assert_eq!(apply(&Op::Item(-3), &[parts]), None);
    assert_eq!(apply(&Op::IndexOf, &[text("a"), text("b")]), Some(Value::Int(-1)));
}

#[test]
fn numbers_in_text_are_found_from_the_left() {
    let found = apply(&Op::Decimals, &[text("v3.5.0 of 12, 7.25.")]);
    assert_eq!(found, Some(texts(&["3.5", "7.25"])));
    let found = apply(&Op::Tokens(Class::Digit), &[text("a12b3")]);
    assert_eq!(found, Some(texts(&["12", "3"])));
}

#[test]
fn whole_numbers_never_wrap() {
    assert_eq!(apply(&Op::Add, &[Value::Int(i64::MAX), Value::Int(1)]), None);
    assert_eq!(apply(&Op::Div, &[Value::Int(1), Value::Int(0)]), None);
    assert_eq!(apply(&Op::Add, &[Value::Int(1), Value::Float(1.0)]), None);
}

#[test]
fn numbers_are_written_as_recipes_write_them() {
    assert_eq!(apply(&Op::Thousands, &[Value::Int(-1_234_567)]), Some(text("-1,234,567")));
    assert_eq!(apply(&Op::Pad(5), &[Value::Int(42)]), Some(text("00042")));
    assert_eq!(apply(&Op::Fixed(2), &[Value::Float(2.675)]), Some(text("2.67")));
    assert_eq!(apply(&Op::Plain, &[Value::Float(3.0)]), Some(text("3")));
}

#[test]
fn dates_are_read_and_counted() {
    let date = |day: &str| apply(&Op::ToDate, &[text(day)]).unwrap();
    let leap = date("2024-02-29");
    assert_eq!(apply(&Op::Part(Part::Weekday), std::slice::from_ref(&leap)), Some(Value::Int(4)));
    assert_eq!(
        apply(&Op::Part(Part::DayOfYear), std::slice::from_ref(&leap)),
        Some(Value::Int(60))
    );
    let between = apply(&Op::DaysBetween, &[leap.clone(), date("2024-03-01")]);
    assert_eq!(between, Some(Value::Int(1)));
    let later = apply(&Op::AddDays, &[leap, Value::Int(366)]).unwrap();
    assert_eq!(apply(&Op::DateText, &[later]), Some(text("2025-03-01")));
    assert_eq!(apply(&Op::ToDate, &[text("2023-02-29")]), None);
    assert_eq!(apply(&Op::MonthNumber, &[text("Sept")]), Some(Value::Int(9)));
}

#[test]
fn sums_go_from_the_left_and_never_wrap() {
    let sum = |items: &[Value]| apply(&Op::Sum, &[Value::list(items.iter().cloned())]);
    assert_eq!(sum(&[Value::Int(1), Value::Int(2)]), Some(Value::Int(3)));
    assert_eq!(sum(&[]), Some(Value::Int(0)));
    assert_eq!(sum(&[Value::Int(i64::MAX), Value::Int(1)]), None);
    let thirds = [0.1, 0.2, 0.3].map(Value::Float);
    assert_eq!(sum(&thirds), Some(Value::Float(0.1 + 0.2 + 0.3)));
    assert_eq!(sum(&[Value::Int(1), Value::Float(2.0)]), None);
}

#[test]
fn one_side_can_decide_whatever_becomes_of_the_other() {
    let fails = Term::new(Op::Less, [Term::arg(0), Term::text("a")]);
    let yes = Term::constant(Value::Bool(true));
    let either = Term::new(Op::Or, [fails.clone(), yes.clone()]);
    assert_eq!(eval(&either, &[Value::Int(1)]), Some(Value::Bool(true)));
    let both = Term::new(Op::And, [fails, yes]);
    assert_eq!(eval(&both, &[Value::Int(1)]), None);
}

#[test]
fn loops_see_the_arguments_around() {
    let body = Term::new(Op::Concat, [Term::arg(0), Term::arg(2)]);
    let map = Term::new(Op::Map, [Term::arg(1), body]);
    let env = [text("x"), texts(&["a", "b"])];
    assert_eq!(eval(&map, &env), Some(texts(&["xa", "xb"])));
}

#[test]
fn a_key_that_comes_twice_is_a_failure() {
    let entries = Term::new(Op::Entries, [Term::arg(0), Term::arg(1), Term::arg(1)]);
    assert!(eval(&entries, &[texts(&["a", "b"])]).is_some());
    assert_eq!(eval(&entries, &[texts(&["a", "a"])]), None);
}

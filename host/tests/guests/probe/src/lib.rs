//! A capability that does what a bad one would, on request.

wit_bindgen::generate!({
    path: "../../../../wit/v1",
    world: "full-capability",
    generate_all,
});

use std::cell::Cell;
use std::hint::black_box;

use engraft::capability::log;
use engraft::capability::types::{FailureFacts, Operation, Permission};
use exports::engraft::capability::self_test::Check;
use exports::engraft::capability::{self_test, state};

struct Probe;

export!(Probe);

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

const OPERATIONS: [&str; 13] = [
    "echo",
    "count",
    "spin",
    "recurse",
    "grow",
    "flood",
    "panic",
    "refuse",
    "log-storm",
    "fill",
    "divide",
    "work",
    "log",
];

impl Guest for Probe {
    fn describe() -> Description {
        let operation = |name: &&str| Operation {
            name: (*name).to_owned(),
            summary: format!("Does {name}."),
            input_schema: "{}".to_owned(),
            output_schema: "{}".to_owned(),
            intents: Vec::new(),
            examples: Vec::new(),
        };
        Description {
            name: "test.probe".to_owned(),
            summary: "Tries the bounds.".to_owned(),
            operations: OPERATIONS.iter().map(operation).collect(),
            permissions: vec![Permission::Log],
        }
    }

    fn invoke(operation: String, input: String) -> Result<String, Failure> {
        match operation.as_str() {
            "echo" => Ok(input),
            "count" => Ok(COUNT.with(|count| {
                count.set(count.get() + 1);
                count.get().to_string()
            })),
            "spin" => loop {
                black_box(());
            },
            "work" => Ok(work(number(&input)).to_string()),
            "recurse" => Ok(recurse(black_box(1)).to_string()),
            "grow" => grow(),
            "fill" => loop {
                black_box(&mut vec![1_u8; 16 << 20]);
            },
            "flood" => Ok("x".repeat(number(&input) as usize)),
            "panic" => {
                write(log::Level::Error, &format!("panicked: {input}"));
                panic!("{input}");
            }
            "refuse" => Err(Failure::Unavailable(FailureFacts {
                message: format!("not now\u{1b}[31m {input}"),
                retryable: true,
                effect_happened: false,
            })),
            "log-storm" => loop {
                write(log::Level::Trace, "x");
            },
            "log" => {
                write(log::Level::Info, &input);
                Ok("null".to_owned())
            }
            "divide" => Ok((black_box(1_u64) / black_box(number(&input))).to_string()),
            _ => Err(Failure::InvalidInput(FailureFacts {
                message: format!("no operation {operation}"),
                retryable: false,
                effect_happened: false,
            })),
        }
    }
}

impl state::Guest for Probe {
    fn save() -> Result<Vec<u8>, Failure> {
        Ok(COUNT.with(Cell::get).to_le_bytes().to_vec())
    }

    fn restore(_version: String, saved: Vec<u8>) -> Result<(), Failure> {
        match saved.try_into() {
            Ok(bytes) => {
                COUNT.with(|count| count.set(u64::from_le_bytes(bytes)));
                Ok(())
            }
            Err(saved) => Err(Failure::InvalidInput(FailureFacts {
                message: format!("{} bytes are no count", saved.len()),
                retryable: false,
                effect_happened: false,
            })),
        }
    }
}

impl self_test::Guest for Probe {
    fn run() -> Vec<Check> {
        vec![
            Check { name: "holds".to_owned(), problem: None },
            Check { name: "fails".to_owned(), problem: Some("on purpose".to_owned()) },
        ]
    }
}

fn write(level: log::Level, message: &str) {
    // What the host says to it does not matter here.
    let _ = log::write(level, message, &[]);
}

fn number(input: &str) -> u64 {
    input.trim().parse().unwrap_or(0)
}

/// Some steps that the compiler cannot shorten.
fn work(steps: u64) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for step in 0..steps {
        state = black_box(state.rotate_left(5) ^ step).wrapping_mul(0x2545_f491_4f6c_dd1d);
    }
    state
}

#[expect(unconditional_recursion, reason = "it is what is asked for")]
fn recurse(depth: u64) -> u64 {
    black_box(depth) + recurse(black_box(depth + 1))
}

/// Takes memory until there is none.
fn grow() -> Result<String, Failure> {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(black_box(vec![1; 1 << 20]));
    }
}

//! The kernels as a capability of the contract.
//!
//! *Never:* it does anything but hand over to the kernels.

#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

wit_bindgen::generate!({ path: "../../../wit/v1", world: "engraft:capability/capability" });

use engraft::capability::log;
use engraft::capability::types::{Example, FailureFacts, Operation, Permission};

struct Kernel;

impl Guest for Kernel {
    fn describe() -> Description {
        let operation = |name: &str, input: &str, output: Option<&str>| Operation {
            name: name.to_owned(),
            summary: format!("The kernel `{name}`."),
            input_schema: "{}".to_owned(),
            output_schema: "{}".to_owned(),
            intents: Vec::new(),
            examples: vec![Example { input: input.to_owned(), output: output.map(str::to_owned) }],
        };
        Description {
            name: "bench.kernels".to_owned(),
            summary: "The kernels of the benchmarks.".to_owned(),
            operations: vec![
                operation("echo", r#""hello, world!!""#, Some(r#""hello, world!!""#)),
                operation("compute", "1000", None),
                operation("fib", "20", Some("6765")),
                operation("sieve", "1000", Some("168")),
                operation("hash", "1", None),
                operation("sort", "100", None),
                operation("json", "1", None),
                operation("spin", "1", None),
            ],
            permissions: vec![Permission::Log],
        }
    }

    fn invoke(operation: String, input: String) -> Result<String, Failure> {
        kernels::run(&operation, &input).map_err(|message| {
            // One import in use, as nearly every capability has.
            let _ = log::write(log::Level::Warn, &message, &[]);
            Failure::InvalidInput(FailureFacts {
                message,
                retryable: false,
                effect_happened: false,
            })
        })
    }
}

export!(Kernel);

//! The smallest capability of the contract: what goes in comes out.
//!
//! *Never:* it holds more than the contract asks for; a thousand of these are loaded at once.

#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

wit_bindgen::generate!({ path: "../../../wit/v1", world: "engraft:capability/capability" });

use engraft::capability::log;
use engraft::capability::types::{FailureFacts, Operation, Permission};

struct Small;

impl Guest for Small {
    fn describe() -> Description {
        Description {
            name: "bench.small".to_owned(),
            summary: "Gives back what it gets.".to_owned(),
            operations: vec![Operation {
                name: "echo".to_owned(),
                summary: "Gives back what it gets.".to_owned(),
                input_schema: "{}".to_owned(),
                output_schema: "{}".to_owned(),
                intents: Vec::new(),
                examples: Vec::new(),
            }],
            permissions: vec![Permission::Log],
        }
    }

    fn invoke(operation: String, input: String) -> Result<String, Failure> {
        if operation == "echo" {
            return Ok(input);
        }
        // One import in use, as nearly every capability has.
        let _ = log::write(log::Level::Warn, "there is only `echo`", &[]);
        Err(Failure::InvalidInput(FailureFacts {
            message: "there is only `echo`".to_owned(),
            retryable: false,
            effect_happened: false,
        }))
    }
}

export!(Small);

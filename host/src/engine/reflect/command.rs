//! Components that are programs: `wasi:cli/run` as one operation.
//!
//! The environment is no part of the input: what a guest sees of it is granted, not passed.
//!
//! *Never:* an exit code that says failure is an error here; it is data beside the output.

use std::sync::Arc;

use serde_json::{Value, json};
use wasmtime::component::Val;

use super::error::{InputError, OutputError};
use super::schema::{self, Side};
use super::shape::{Names, Record, Shape, Title};
use super::{read, write};

/// What a program is started with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CommandInput {
    /// Its arguments, without the program's own name before them.
    pub(crate) args: Vec<String>,
    /// All of its standard input.
    pub(crate) stdin: Vec<u8>,
}

/// What a program leaves behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandOutput<'a> {
    /// All that it wrote.
    pub(crate) stdout: &'a [u8],
    /// All that it wrote there.
    pub(crate) stderr: &'a [u8],
    /// 0 where it ended well.
    pub(crate) exit_code: i32,
}

/// `args` and `stdin`, both optional.
pub(super) fn arguments() -> Record {
    let args = Arc::new(Shape::Option(Arc::new(Shape::List(Arc::new(Shape::Text)))));
    let stdin = Arc::new(Shape::Option(Arc::new(Shape::Data)));
    let docs = ["The program's arguments.", "Standard input: text, or bytes."];
    Record {
        title: Title::default(),
        names: Names::new(
            Box::new(["args".into(), "stdin".into()]),
            docs.into_iter().map(str::to_owned).collect(),
        ),
        fields: Box::new([args, stdin]),
    }
}

pub(super) fn output_schema() -> Value {
    let stream = || schema::of_value(Some(&Shape::Data), Side::Output).unwrap_or_default();
    json!({
        "type": "object",
        "properties": {
            "stdout": stream(),
            "stderr": stream(),
            "exit_code": { "type": "integer", "description": "0 where the program ended well." },
        },
        "required": ["stdout", "stderr", "exit_code"],
        "additionalProperties": false,
    })
}

impl CommandInput {
    /// Out of the input of the operation.
    pub(super) fn read(text: &str, arguments: &Record) -> Result<Self, InputError> {
        let mut values = read::read_arguments(text, arguments, None)?.into_iter();
        let args = match values.next() {
            Some(Val::Option(Some(list))) => texts(*list),
            _ => Vec::new(),
        };
        let stdin = match values.next() {
            Some(Val::Option(Some(data))) => bytes(*data),
            _ => Vec::new(),
        };
        Ok(Self { args, stdin })
    }
}

impl CommandOutput<'_> {
    /// The output of the operation.
    pub(crate) fn write(self, limit: usize) -> Result<String, OutputError> {
        let mut text = r#"{"stdout":"#.to_owned();
        write::write_data(&mut text, self.stdout, limit)?;
        text.push_str(r#","stderr":"#);
        write::write_data(&mut text, self.stderr, limit)?;
        text.push_str(&format!(r#","exit_code":{}}}"#, self.exit_code));
        if text.len() > limit { Err(OutputError::TooLong { limit }) } else { Ok(text) }
    }
}

/// How a program ended: with an exit code, by returning, or in a trap.
pub(crate) fn exit_code(ended: wasmtime::Result<Result<(), ()>>) -> Result<i32, wasmtime::Error> {
    match ended {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => match error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            Some(exit) => Ok(exit.0),
            None => Err(error),
        },
    }
}

fn texts(list: Val) -> Vec<String> {
    let Val::List(items) = list else { return Vec::new() };
    let text = |item| if let Val::String(text) = item { Some(text) } else { None };
    items.into_iter().filter_map(text).collect()
}

fn bytes(data: Val) -> Vec<u8> {
    if let Val::String(text) = data {
        return text.into_bytes();
    }
    let Val::List(items) = data else { return Vec::new() };
    let byte = |item| if let Val::U8(byte) = item { Some(byte) } else { None };
    items.into_iter().filter_map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_that_are_no_text_come_and_go_as_base64() {
        let input =
            CommandInput::read(r#"{"args":["-x","é"],"stdin":{"base64":"/wA="}}"#, &arguments());
        let input = input.unwrap();
        assert_eq!(
            input,
            CommandInput { args: vec!["-x".into(), "é".into()], stdin: vec![255, 0] }
        );
        assert_eq!(CommandInput::read("{}", &arguments()).unwrap(), CommandInput::default());
        let output = CommandOutput { stdout: b"a\n", stderr: &[255, 0], exit_code: 3 };
        let text = r#"{"stdout":"a\n","stderr":{"base64":"/wA="},"exit_code":3}"#;
        assert_eq!(output.write(text.len()).unwrap(), text);
        assert_eq!(
            output.write(text.len() - 1),
            Err(OutputError::TooLong { limit: text.len() - 1 })
        );
    }

    #[test]
    fn wrong_inputs_are_refused_with_their_place() {
        let refuse = |text| CommandInput::read(text, &arguments()).unwrap_err().to_string();
        assert!(refuse(r#"{"args":["a",1]}"#).contains("`/args/1`"));
        assert!(refuse(r#"{"env":{}}"#).contains("no property is called `env`"));
    }
}

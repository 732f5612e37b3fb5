//! The kernels behind pipes: one JSON object a line in, one a line out, until the input ends.
//!
//! *Never:* it looks into the input; JSON frames it, and that is parsed.

use std::io::{self, BufRead, BufReader, BufWriter, Write};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Request<'a> {
    operation: &'a str,
    #[serde(borrow)]
    input: &'a RawValue,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Ok(Box<RawValue>),
    Failed(String),
}

fn main() -> io::Result<()> {
    let mut input = BufReader::with_capacity(64 << 10, io::stdin().lock());
    let mut output = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        let answer = match answer(&line) {
            Ok(text) => Answer::Ok(text),
            Err(message) => Answer::Failed(message),
        };
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}

fn answer(line: &str) -> Result<Box<RawValue>, String> {
    let request: Request = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let text = kernels::run(request.operation, request.input.get())?;
    RawValue::from_string(text).map_err(|error| error.to_string())
}

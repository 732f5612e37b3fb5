//! The kernels in a process of their own, with JSON on pipes.
//!
//! *Never:* a process outlives its contender.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::raw::Life;
use crate::{Contender, Error, guests};

/// Where the built program is.
#[derive(Debug, Clone)]
pub struct Process(PathBuf);

/// The program, started.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    line: String,
}

impl Process {
    /// Builds the program.
    ///
    /// # Errors
    /// Where it does not build.
    pub fn build() -> Result<Self, Error> {
        guests::process().map(Self)
    }

    /// One call in a process started for it.
    ///
    /// # Errors
    /// Where it does not start or the call fails.
    pub fn call_fresh(&self, operation: &str, input: &str) -> Result<String, Error> {
        self.start()?.call(operation, input)
    }

    /// A contender; fresh means that a process is started and ended for each call.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn contender<'a>(
        &'a self,
        name: &str,
        life: Life,
        operation: &'a str,
        input: &'a str,
    ) -> Result<Contender<'a>, Error> {
        Ok(match life {
            Life::Fresh => Contender::sync(name, move || self.call_fresh(operation, input)),
            Life::Warm => {
                let mut running = self.start()?;
                Contender::sync(name, move || running.call(operation, input))
            }
        })
    }

    fn start(&self) -> Result<Running, Error> {
        let mut child =
            Command::new(&self.0).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or("the process has no output")?;
        let output = BufReader::with_capacity(64 << 10, output);
        Ok(Running { child, input, output, line: String::new() })
    }
}

// === impl Running ===

impl Running {
    fn call(&mut self, operation: &str, input: &str) -> Result<String, Error> {
        // Framed and unframed by hand, the cheapest that a host can do: the rival is not made slow.
        let line = format!("{{\"operation\":\"{operation}\",\"input\":{input}}}\n");
        self.input.as_mut().ok_or("the process has no input")?.write_all(line.as_bytes())?;
        self.line.clear();
        if self.output.read_line(&mut self.line)? == 0 {
            return Err("the process ended without an answer".into());
        }
        match self.line.strip_prefix("{\"ok\":").and_then(|rest| rest.strip_suffix("}\n")) {
            Some(answer) => Ok(answer.to_owned()),
            None => Err(self.line.clone().into()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The end of its input ends the process; both steps are a part of what a process costs.
        drop(self.input.take());
        let _ended = self.child.wait();
    }
}

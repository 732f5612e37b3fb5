//! One way to call the same work, in batches that are timed as one.
//!
//! *Never:* the set-up or the check of an answer is inside the timed part.

use std::future::Future;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::Error;

/// What a batch of calls took, and what its last call answered.
#[derive(Debug)]
pub struct Batch {
    /// The time of all its calls together.
    pub time: Duration,
    /// The answer of the last call, to be checked.
    pub answer: String,
}

/// One way to call the same work.
pub struct Contender<'a> {
    name: String,
    run: Box<dyn FnMut(u64) -> Result<Batch, Error> + 'a>,
}

impl<'a> Contender<'a> {
    /// A contender that times its own batches.
    pub fn new(name: impl Into<String>, run: impl FnMut(u64) -> Result<Batch, Error> + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }

    /// A contender that is called and returns.
    pub fn sync(
        name: impl Into<String>,
        mut call: impl FnMut() -> Result<String, Error> + 'a,
    ) -> Self {
        Self::new(name, move |calls| {
            let start = now();
            let mut answer = String::new();
            for _ in 0..calls {
                answer = black_box(call()?);
            }
            Ok(Batch { time: start.elapsed(), answer })
        })
    }

    /// A contender that is awaited; a whole batch is one task of the runtime, so that entering the
    /// runtime is not counted as a part of a call.
    pub fn awaited<F>(
        name: impl Into<String>,
        runtime: &'a tokio::runtime::Runtime,
        mut batch: impl FnMut(u64) -> F + 'a,
    ) -> Self
    where
        F: Future<Output = Result<Batch, Error>> + 'a,
    {
        Self::new(name, move |calls| runtime.block_on(batch(calls)))
    }

    /// What it is called in tables.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes a batch of calls.
    ///
    /// # Errors
    /// Where a call of the batch failed.
    pub fn run(&mut self, calls: u64) -> Result<Batch, Error> {
        (self.run)(calls)
    }

    /// Makes a batch of calls and checks the last answer.
    ///
    /// # Errors
    /// Where a call of the batch failed or gave another answer.
    pub fn run_checked(&mut self, calls: u64, expected: &str) -> Result<Duration, Error> {
        let batch = self.run(calls)?;
        if batch.answer == expected {
            Ok(batch.time)
        } else {
            Err(format!(
                "`{}` answered `{}` in place of `{}`",
                self.name,
                excerpt(&batch.answer),
                excerpt(expected)
            )
            .into())
        }
    }
}

/// The one clock of the benchmarks.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "measuring time is what this crate is for")]
pub fn now() -> Instant {
    Instant::now()
}

fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_answer_is_an_error_and_names_the_contender() {
        let mut contender = Contender::sync("liar", || Ok("2".to_owned()));
        assert!(contender.run_checked(3, "2").is_ok());
        let error = contender.run_checked(3, "3").unwrap_err().to_string();
        assert!(
            error.contains("liar") && error.contains("`2`") && error.contains("`3`"),
            "{error}"
        );
    }

    #[test]
    fn a_batch_makes_all_its_calls() {
        let mut calls = 0;
        let mut contender = Contender::sync("counter", || {
            calls += 1;
            Ok(calls.to_string())
        });
        assert_eq!(contender.run(7).unwrap().answer, "7");
    }
}

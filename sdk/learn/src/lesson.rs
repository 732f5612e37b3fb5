//! What comes of learning: a program, or why there is none.
//!
//! *Never:* a program is handed out that does not give every example's answer.

use crate::cel;
use crate::eval::eval;
use crate::kind::Kind;
use crate::recipe;
use crate::task::Example;
use crate::term::Term;
use crate::value::Value;
use std::fmt;
use std::sync::Arc;

/// A program that was learned.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) term: Term,
    pub(crate) arguments: Vec<Arc<str>>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) out: Kind,
}

impl Program {
    /// Runs the program; nothing where its recipe would fail.
    pub fn run(&self, input: &[Value]) -> Option<Value> {
        if input.len() != self.kinds.len() {
            return None;
        }
        let held: Vec<Value> =
            self.kinds.iter().zip(input).map(|(kind, value)| kind.hold(value)).collect();
        eval(&self.term, &held)
    }

    /// Whether the program gives an example's answer.
    pub fn answers(&self, example: &Example) -> bool {
        self.run(&example.input).is_some_and(|value| value.answers(&example.output))
    }

    /// The program as an expression of the recipe language.
    pub fn expression(&self) -> String {
        cel::expression(&self.term, &self.arguments, &self.out)
    }

    /// How often the program decides between two ways.
    pub fn branches(&self) -> usize {
        self.term.branches()
    }

    /// How unlikely it is that somebody wants this; the smaller, the simpler.
    pub fn cost(&self) -> u32 {
        self.term.cost()
    }

    /// The program as a recipe, with examples that are its tests.
    pub fn recipe(&self, title: &recipe::Title, examples: &[Example]) -> String {
        recipe::document(self, title, examples)
    }

    /// The input as a recipe takes it.
    pub fn input(&self, values: &[Value]) -> serde_json::Value {
        recipe::input(&self.arguments, values)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression())
    }
}

/// Two examples that cannot both be right.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// The input of both.
    pub input: Vec<Value>,
    /// What the examples want of it.
    pub outputs: Vec<Value>,
}

/// An input that would tell programs apart which agree on all examples.
#[derive(Debug, Clone)]
pub struct Question {
    /// The input to ask about.
    pub input: Vec<Value>,
    /// What the program gives there, and what others would give; nothing is a failure.
    pub answers: Vec<Answer>,
}

/// One possible answer to a question.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The output.
    pub output: Option<Value>,
    /// The simplest program that gives it.
    pub program: Program,
}

/// Why a program may not be what is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Doubt {
    /// One example fits nearly everything.
    #[error("there is only {0} distinct example; give at least three")]
    FewExamples(usize),
    /// Without one of the examples another program would have been learned.
    #[error("of {of} examples held back, {right} would have been foreseen")]
    Unstable {
        /// How many were foreseen.
        right: usize,
        /// How many were held back.
        of: usize,
    },
    /// The program says as much as the answers themselves.
    #[error("the program is as long as a list of its answers")]
    AsLongAsATable,
    /// The program is no function of what it was given for some of the inputs.
    #[error("the program fails for {0} of the inputs without an output")]
    Undefined(usize),
}

/// A program, and how sure it is.
#[derive(Debug, Clone)]
pub struct Learned {
    /// The simplest program that gives all the answers.
    pub program: Program,
    /// Others that do so too, and differ on likely inputs.
    pub alternatives: Vec<Program>,
    /// What to ask to tell them apart.
    pub questions: Vec<Question>,
    /// The part of the examples held back that were foreseen, from 0 to 1.
    pub confidence: f64,
}

/// What came of learning.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Lesson {
    /// A program.
    Learned(Learned),
    /// A program that gives all the answers, and reasons to doubt it.
    LowConfidence(Learned, Vec<Doubt>),
    /// Examples that exclude one another.
    Contradiction(Vec<Conflict>),
    /// No program is simpler than a list of the examples.
    Tabulation {
        /// How many distinct examples such a list has.
        examples: usize,
    },
    /// The steps ran out before a program was found.
    GaveUp {
        /// How many there were.
        steps: u64,
    },
}

impl Lesson {
    /// The program, sure or not.
    pub fn learned(&self) -> Option<&Learned> {
        match self {
            Self::Learned(learned) | Self::LowConfidence(learned, _) => Some(learned),
            Self::Contradiction(_) | Self::Tabulation { .. } | Self::GaveUp { .. } => None,
        }
    }

    /// The program, sure or not.
    pub fn program(&self) -> Option<&Program> {
        self.learned().map(|learned| &learned.program)
    }
}

//! Learning: a few examples to search with, all of them to judge by, and some held back to see whether
//! the program would have foreseen them.
//!
//! *Never:* a program is chosen by the order in which examples were given.

use crate::clue::Clues;
use crate::kind::Kind;
use crate::lesson::{Conflict, Doubt, Learned, Lesson, Program};
use crate::op::Op;
use crate::problem::{Problem, Steps};
use crate::question;
use crate::rank::{self, Candidate};
use crate::solve::{Effort, Rules, Workshop};
use crate::task::{Example, Task};
use crate::term::Term;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Distinct examples that a search begins with; what these do not show, its failures add.
const TRAINED_MAX: usize = 10;
/// How often failures are added.
const ROUNDS_MAX: usize = 6;
const FAILURES_PER_ROUND: usize = 3;
/// One branch for so many examples.
const EXAMPLES_PER_BRANCH: usize = 3;
const BRANCHES_MAX: usize = 4;
/// Examples that are held back one after the other.
const HELD_BACK_MAX: usize = 4;

/// Whether a constant taken from examples may be in a program.
type Allow = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Learns programs. The same examples, steps and seed give the same lesson.
///
/// ```
/// use engraft_learn::{Learner, Lesson, Task};
/// let task = Task::read(
///     r#"[{"input": {"name": "Ada Lovelace"}, "output": "Lovelace, A."},
///         {"input": {"name": "Alan Turing"}, "output": "Turing, A."},
///         {"input": {"name": "Grace Hopper"}, "output": "Hopper, G."}]"#,
/// )?;
/// let Lesson::Learned(learned) = Learner::default().learn(&task) else { panic!() };
/// let answer = learned.program.run(&["Barbara Liskov".into()]);
/// assert_eq!(answer, Some("Liskov, B.".into()));
/// # Ok::<(), engraft_learn::TaskError>(())
/// ```
#[derive(Clone)]
pub struct Learner {
    steps: u64,
    seed: u64,
    allow: Option<Allow>,
}

impl Default for Learner {
    fn default() -> Self {
        Self { steps: Self::STEPS, seed: 0, allow: None }
    }
}

impl std::fmt::Debug for Learner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Learner")
            .field("steps", &self.steps)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Learner {
    /// The steps of a search that nobody limited otherwise: about half a second of one core where
    /// nothing is found.
    pub const STEPS: u64 = 2_000_000;

    /// With so many steps to spend.
    #[must_use]
    pub fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// With this seed for the inputs that are made up to tell programs apart.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Keeps texts out of programs: `allow` is asked for every constant that examples suggest. That is
    /// how a secret in an example stays out of the recipe.
    ///
    /// ```
    /// use engraft_learn::{Learner, Task};
    /// let task = Task::read(
    ///     r#"[{"in": ["a"], "out": "hunter2 a"}, {"in": ["b"], "out": "hunter2 b"}]"#,
    /// )?;
    /// let lesson = Learner::default().allow(|text| !text.contains("hunter2")).learn(&task);
    /// let text = lesson.program().map(|program| program.expression()).unwrap_or_default();
    /// assert!(!text.contains("hunter2"));
    /// # Ok::<(), engraft_learn::TaskError>(())
    /// ```
    #[must_use]
    pub fn allow(mut self, allow: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.allow = Some(Arc::new(allow));
        self
    }

    /// Learns the simplest program that gives all the answers.
    pub fn learn(&self, task: &Task) -> Lesson {
        let examples = match distinct(task.examples()) {
            Ok(examples) => examples,
            Err(conflicts) => return Lesson::Contradiction(conflicts),
        };
        let lesson = Study::new(self, task, examples);
        lesson.conclude()
    }

    fn allows(&self, text: &str) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow(text))
    }
}

/// The distinct examples in an order of their own, or those that exclude one another.
fn distinct(examples: &[Example]) -> Result<Vec<Example>, Vec<Conflict>> {
    let mut by_input: BTreeMap<String, Vec<&Example>> = BTreeMap::new();
    for example in examples {
        let key: Vec<serde_json::Value> = example.input.iter().map(Value::to_json).collect();
        let same = by_input.entry(serde_json::Value::from(key).to_string()).or_default();
        if !same.iter().any(|other| other.output == example.output) {
            same.push(example);
        }
    }
    let conflicts: Vec<Conflict> = by_input
        .values()
        .filter(|same| same.len() > 1)
        .map(|same| Conflict {
            input: same.first().map(|example| example.input.clone()).unwrap_or_default(),
            outputs: same.iter().map(|example| example.output.clone()).collect(),
        })
        .collect();
    if conflicts.is_empty() {
        Ok(by_input.into_values().flatten().cloned().collect())
    } else {
        Err(conflicts)
    }
}

/// One task on its way to a lesson.
struct Study<'s> {
    learner: &'s Learner,
    arguments: Vec<Arc<str>>,
    examples: Vec<Example>,
    unlabelled: Vec<Vec<Value>>,
    kinds: Vec<Kind>,
    out: Kind,
    branches: usize,
}

impl<'s> Study<'s> {
    fn new(learner: &'s Learner, task: &Task, examples: Vec<Example>) -> Self {
        let kinds = task.kinds();
        let hold = |input: &[Value]| -> Vec<Value> {
            kinds.iter().zip(input).map(|(kind, value)| kind.hold(value)).collect()
        };
        let out = Kind::of(examples.iter().map(|example| &example.output)).loosened();
        let examples: Vec<Example> = examples
            .iter()
            .map(|example| Example {
                input: hold(&example.input),
                output: out.hold(&example.output),
            })
            .collect();
        let branches = (examples.len() / EXAMPLES_PER_BRANCH).min(BRANCHES_MAX);
        let unlabelled = task.unlabelled.iter().map(|input| hold(input)).collect();
        let arguments = task.arguments.clone();
        Self { learner, arguments, examples, unlabelled, kinds, out, branches }
    }

    fn conclude(self) -> Lesson {
        let mut steps = Steps::new(self.learner.steps);
        let (found, held) = self.search(&mut steps);
        if found.is_empty() {
            return if steps.is_spent() {
                Lesson::GaveUp { steps: self.learner.steps }
            } else {
                Lesson::Tabulation { examples: self.examples.len() }
            };
        }
        let inputs: Vec<&[Value]> = self.examples.iter().map(|it| it.input.as_slice()).collect();
        let ranked = rank::ranked(found, self.kinds.len(), &inputs, &self.unlabelled);
        let mut ranked = ranked.into_iter().map(|candidate| self.program(candidate.term));
        let Some(program) = ranked.next() else {
            return Lesson::GaveUp { steps: self.learner.steps };
        };
        let others: Vec<Program> = ranked.collect();
        let probes = question::probes(&self.examples, &self.unlabelled, self.learner.seed);
        let questions = question::questions(&program, &others, &probes);
        let differs = |other: &Program| {
            questions
                .iter()
                .any(|question| other.run(&question.input) != program.run(&question.input))
        };
        let alternatives = others.iter().filter(|other| differs(other)).cloned().collect();
        let (right, of) = held;
        let confidence = if of == 0 { 0.0 } else { right as f64 / of as f64 };
        let doubts = self.doubts(&program, right, of);
        let learned = Learned { program, alternatives, questions, confidence };
        if doubts.is_empty() {
            Lesson::Learned(learned)
        } else {
            Lesson::LowConfidence(learned, doubts)
        }
    }

    fn doubts(&self, program: &Program, right: usize, of: usize) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        if self.examples.len() < 2 {
            doubts.push(Doubt::FewExamples(self.examples.len()));
        }
        if of > 0 && right * 2 < of {
            doubts.push(Doubt::Unstable { right, of });
        }
        let table: u32 = self
            .examples
            .iter()
            .map(|example| Op::Const(example.output.clone()).cost())
            .fold(0, u32::saturating_add);
        if self.examples.len() > 1 && program.cost() > table.saturating_add(Op::If.cost()) {
            doubts.push(Doubt::AsLongAsATable);
        }
        let undefined = self.unlabelled.iter().filter(|input| program.run(input).is_none()).count();
        if undefined > 0 {
            doubts.push(Doubt::Undefined(undefined));
        }
        doubts
    }

    fn program(&self, term: Term) -> Program {
        Program {
            term,
            arguments: self.arguments.clone(),
            kinds: self.kinds.clone(),
            out: self.out.clone(),
        }
    }

    /// Programs for all the examples, found with some of them and checked with all; and how many of
    /// those would have been foreseen, of how many that were held back.
    fn search(&self, steps: &mut Steps) -> (Vec<Candidate>, (usize, usize)) {
        let every: Vec<usize> = (0..self.examples.len()).collect();
        let mut trained = spread(&every, TRAINED_MAX);
        for _ in 0..ROUNDS_MAX {
            let problem = self.problem(&trained);
            let allow = |text: &str| self.learner.allows(text);
            let branches = self.branches;
            let rules = Rules { allow: &allow, branches, depth: 2, effort: Effort::Much };
            let clues = Clues::of(&problem, &allow);
            let shop = Workshop::new(&problem, &clues, rules, Effort::Little, steps);
            let mut failures = Vec::new();
            let mut right = Vec::new();
            for term in shop.solve(steps) {
                let wrong = self.wrong(&term);
                if wrong.is_empty() {
                    right.push(Candidate::new(term));
                } else if failures.is_empty() {
                    failures = wrong;
                }
            }
            if !right.is_empty() {
                let held = self.hold_back(&shop, &mut right, &trained, steps);
                return (right, held);
            }
            if failures.is_empty() || steps.is_spent() {
                break;
            }
            trained.extend(spread(&failures, FAILURES_PER_ROUND));
        }
        (Vec::new(), (0, 0))
    }

    /// The examples that a program gives another answer for.
    fn wrong(&self, term: &Term) -> Vec<usize> {
        let program = self.program(term.clone());
        let examples = self.examples.iter().enumerate();
        examples.filter(|(_, example)| !program.answers(example)).map(|(at, _)| at).collect()
    }

    fn problem(&self, chosen: &[usize]) -> Problem {
        let examples = || chosen.iter().filter_map(|at| self.examples.get(*at));
        Problem {
            envs: examples().map(|example| example.input.clone()).collect(),
            kinds: self.kinds.clone(),
            outs: examples().map(|example| example.output.clone()).collect(),
            out: self.out.clone(),
        }
    }

    /// Learns again without one example after the other: how many would have been foreseen. A program
    /// that is found again, or found so, is the likelier for it.
    fn hold_back(
        &self,
        shop: &Workshop<'_>,
        found: &mut Vec<Candidate>,
        trained: &[usize],
        steps: &mut Steps,
    ) -> (usize, usize) {
        if trained.len() < 3 {
            return (0, 0);
        }
        let held: Vec<usize> = (0..trained.len()).collect();
        let branches = ((trained.len() - 1) / EXAMPLES_PER_BRANCH).min(self.branches);
        let budget = self.learner.steps / 5;
        let again = steps
            .within(budget, |steps| shop.without(&spread(&held, HELD_BACK_MAX), branches, steps));
        let mut right = 0;
        let of = again.len();
        for (at, term) in again {
            let example = trained.get(at).and_then(|at| self.examples.get(*at));
            let foreseen =
                example.is_some_and(|example| self.program(term.clone()).answers(example));
            right += usize::from(foreseen);
            if let Some(known) = found.iter_mut().find(|known| known.term == term) {
                known.votes += 1;
            } else if foreseen && self.wrong(&term).is_empty() {
                found.push(Candidate { votes: 1, term });
            }
        }
        (right, of)
    }
}

/// At most so many of a list, evenly from all of it.
fn spread(all: &[usize], most: usize) -> Vec<usize> {
    let count = all.len().min(most);
    (0..count).filter_map(|at| all.get(at * all.len() / count).copied()).collect()
}

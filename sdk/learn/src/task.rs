//! Tasks: examples as somebody gives them, checked and brought into one form.
//!
//! *Never:* examples of different shapes go on together.

use crate::kind::Kind;
use crate::value::Value;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// More examples than this say nothing new, and reading them would take the memory.
pub const EXAMPLES_MAX: usize = 10_000;
/// A task larger than this is data, not examples.
pub const TASK_BYTES_MAX: usize = 16 << 20;
/// Arguments of one program; a form with more fields is passed as one object.
pub const ARGUMENTS_MAX: usize = 32;

/// What is wrong with a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// There is nothing to learn from.
    #[error("there are no examples; give two or more, each with an input and an output")]
    NoExamples,
    /// The text is no JSON, and no YAML.
    #[error("the examples are neither JSON nor YAML: {0}")]
    Unreadable(String),
    /// A part of the task has another form than it should.
    #[error("{place}: {problem}")]
    Form {
        /// Which part.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Examples differ in how many arguments they have.
    #[error(
        "example {example} has {found} argument(s), and the first has {wanted}; give all the same"
    )]
    Arity {
        /// Which example, from 1.
        example: usize,
        /// How many it has.
        found: usize,
        /// How many the first has.
        wanted: usize,
    },
    /// Something is larger than is looked at.
    #[error("the task has {found} {what}, and {most} are the most; give fewer")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        found: usize,
        /// How much there may be.
        most: usize,
    },
}

/// One input and its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The arguments.
    pub input: Vec<Value>,
    /// What is wanted of them.
    pub output: Value,
}

/// Examples of one program.
#[derive(Debug, Clone)]
pub struct Task {
    pub(crate) name: String,
    pub(crate) arguments: Vec<Arc<str>>,
    /// Kinds that were stated rather than seen.
    stated: Vec<Option<Kind>>,
    pub(crate) examples: Vec<Example>,
    pub(crate) unlabelled: Vec<Vec<Value>>,
}

impl Task {
    /// A task of named arguments and examples.
    ///
    /// # Errors
    ///
    /// [`TaskError`] where there are none, or too many, or they differ in shape.
    pub fn new(
        arguments: impl IntoIterator<Item = impl Into<Arc<str>>>,
        examples: Vec<Example>,
    ) -> Result<Self, TaskError> {
        let arguments: Vec<Arc<str>> = arguments.into_iter().map(Into::into).collect();
        let stated = vec![None; arguments.len()];
        let task =
            Self { name: String::new(), arguments, stated, examples, unlabelled: Vec::new() };
        task.checked()
    }

    /// Reads a task in JSON or YAML: an object with `examples`, or a list of them. An example has `in` or `input`,
    /// and `out` or `output`; an input is a list of arguments, an object of named ones, or one value.
    /// `args` names and types the arguments of lists. An example without an output is an input that
    /// the program is to be defined on.
    ///
    /// # Errors
    ///
    /// [`TaskError`] tells what is wrong, and where.
    ///
    /// ```
    /// let task = engraft_learn::Task::read(
    ///     r#"[{"input": {"name": "Ada Lovelace"}, "output": "A.L."},
    ///         {"input": {"name": "Alan Turing"}, "output": "A.T."}]"#,
    /// )?;
    /// assert_eq!(task.examples().len(), 2);
    /// # Ok::<(), engraft_learn::TaskError>(())
    /// ```
    pub fn read(text: &str) -> Result<Self, TaskError> {
        too_large("bytes", text.len(), TASK_BYTES_MAX)?;
        // JSON is YAML, but a reader of its own tells better what is wrong with it, and is quicker.
        let json: Json = match serde_json::from_str(text) {
            Ok(json) => json,
            Err(error) if text.trim_start().starts_with(['{', '[']) => {
                return Err(TaskError::Unreadable(error.to_string()));
            }
            Err(_) => serde_saphyr::from_str(text)
                .map_err(|error| TaskError::Unreadable(error.to_string()))?,
        };
        Self::of_json(&json)
    }

    /// The task that a JSON value states; see [`Task::read`].
    ///
    /// # Errors
    ///
    /// [`TaskError`] tells what is wrong, and where.
    pub fn of_json(json: &Json) -> Result<Self, TaskError> {
        let listed = json.as_array().or_else(|| json.get("examples")?.as_array());
        let listed = listed.ok_or_else(|| {
            form("the task", "wants a list of examples, or an object with `examples`")
        })?;
        too_large("examples", listed.len(), EXAMPLES_MAX)?;
        let mut inputs = Vec::new();
        for (at, example) in listed.iter().enumerate() {
            let input = example.get("in").or_else(|| example.get("input"));
            let input = input.ok_or_else(|| form(&place(at), "has no `in` or `input`"))?;
            inputs.push((input, example.get("out").or_else(|| example.get("output"))));
        }
        let (mut arguments, mut stated) = stated_arguments(json)?;
        let shape = Shape::of(inputs.iter().map(|(input, _)| *input));
        if arguments.is_empty() {
            arguments = shape.names(inputs.first().map(|(input, _)| *input));
            stated = vec![None; arguments.len()];
        }
        let mut examples = Vec::new();
        let mut unlabelled = Vec::new();
        for (input, output) in inputs {
            let input = shape.arguments(input, &arguments);
            match output {
                Some(output) => examples.push(Example { input, output: Value::of_json(output) }),
                None => unlabelled.push(input),
            }
        }
        let name = json.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
        Self { name, arguments, stated, examples, unlabelled }.checked()
    }

    /// What the task is called; nothing where it has no name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The examples, in the order in which they were given.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The same task with other examples.
    ///
    /// # Errors
    ///
    /// [`TaskError`] where there are none, or they differ in shape.
    pub fn with_examples(&self, examples: Vec<Example>) -> Result<Self, TaskError> {
        Self { examples, ..self.clone() }.checked()
    }

    /// The same task, with inputs that the program is to be defined on.
    ///
    /// # Errors
    ///
    /// [`TaskError`] where they differ in shape from those of the examples.
    pub fn with_unlabelled(&self, unlabelled: Vec<Vec<Value>>) -> Result<Self, TaskError> {
        Self { unlabelled, ..self.clone() }.checked()
    }

    /// The kinds of the arguments: as they were stated, or as all inputs show them.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let inputs =
            || self.examples.iter().map(|example| &example.input).chain(self.unlabelled.iter());
        (0..self.arguments.len())
            .map(|at| {
                let seen = Kind::of(inputs().filter_map(|input| input.get(at))).loosened();
                match self.stated.get(at) {
                    Some(Some(Kind::Float)) if seen == Kind::Int => Kind::Float,
                    _ => seen,
                }
            })
            .collect()
    }

    fn checked(self) -> Result<Self, TaskError> {
        too_large("examples", self.examples.len() + self.unlabelled.len(), EXAMPLES_MAX)?;
        too_large("arguments", self.arguments.len(), ARGUMENTS_MAX)?;
        if self.examples.is_empty() {
            return Err(TaskError::NoExamples);
        }
        let wanted = self.arguments.len();
        let inputs = self.examples.iter().map(|example| &example.input).chain(&self.unlabelled);
        for (at, input) in inputs.enumerate() {
            if input.len() != wanted {
                return Err(TaskError::Arity { example: at + 1, found: input.len(), wanted });
            }
        }
        Ok(self)
    }
}

fn form(place: &str, problem: &str) -> TaskError {
    TaskError::Form { place: place.to_owned(), problem: problem.to_owned() }
}

fn place(at: usize) -> String {
    format!("example {}", at + 1)
}

fn too_large(what: &'static str, found: usize, most: usize) -> Result<(), TaskError> {
    if found > most { Err(TaskError::TooLarge { what, found, most }) } else { Ok(()) }
}

type Arguments = (Vec<Arc<str>>, Vec<Option<Kind>>);

/// `args`: names, or pairs of a name and a type.
fn stated_arguments(json: &Json) -> Result<Arguments, TaskError> {
    let (mut names, mut kinds) = (Vec::new(), Vec::new());
    let Some(stated) = json.get("args") else { return Ok((names, kinds)) };
    let wrong = || form("`args`", "wants a list of names, or of pairs of a name and a type");
    for argument in stated.as_array().ok_or_else(wrong)? {
        let (name, ty) = match argument {
            Json::String(name) => (Some(name.as_str()), None),
            pair => (pair.get(0).and_then(Json::as_str), pair.get(1).and_then(Json::as_str)),
        };
        names.push(name.ok_or_else(wrong)?.into());
        kinds.push(match ty {
            Some("number" | "float" | "double") => Some(Kind::Float),
            _ => None,
        });
    }
    let distinct: BTreeSet<&Arc<str>> = names.iter().collect();
    if distinct.len() != names.len() {
        return Err(form("`args`", "has one name twice"));
    }
    Ok((names, kinds))
}

/// How inputs are given.
enum Shape {
    /// Lists of arguments.
    Listed,
    /// Objects with the same fields, which are the arguments.
    Named,
    /// Each input is the one argument.
    Whole,
}

impl Shape {
    fn of<'j>(inputs: impl Iterator<Item = &'j Json> + Clone) -> Self {
        if inputs.clone().all(Json::is_array) {
            return Self::Listed;
        }
        let fields = |input: &Json| {
            input.as_object().map(|it| it.keys().cloned().collect::<BTreeSet<String>>())
        };
        let first = inputs.clone().next().and_then(fields);
        let same = first.is_some_and(|first| {
            (1..=ARGUMENTS_MAX).contains(&first.len())
                && inputs.clone().all(|input| fields(input).as_ref() == Some(&first))
        });
        if same { Self::Named } else { Self::Whole }
    }

    fn names(&self, first: Option<&Json>) -> Vec<Arc<str>> {
        match self {
            Self::Listed => {
                let count = first.and_then(Json::as_array).map_or(0, Vec::len);
                (0..count).map(|at| format!("arg{}", at + 1).into()).collect()
            }
            Self::Named => {
                let fields = first.and_then(Json::as_object);
                fields
                    .map(|it| it.keys().map(|key| key.as_str().into()).collect())
                    .unwrap_or_default()
            }
            // An object is the input itself; any other value is its only field.
            Self::Whole if first.is_some_and(Json::is_object) => vec!["".into()],
            Self::Whole => vec!["value".into()],
        }
    }

    fn arguments(&self, input: &Json, names: &[Arc<str>]) -> Vec<Value> {
        match (self, input) {
            (Self::Listed, Json::Array(values)) => values.iter().map(Value::of_json).collect(),
            (Self::Named, Json::Object(fields)) => {
                names.iter().filter_map(|name| fields.get(&**name)).map(Value::of_json).collect()
            }
            _ => vec![Value::of_json(input)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_learned_from_is_refused() {
        assert_eq!(Task::read("[]").unwrap_err(), TaskError::NoExamples);
        assert!(matches!(Task::read("{").unwrap_err(), TaskError::Unreadable(_)));
        assert!(matches!(Task::read("a: [").unwrap_err(), TaskError::Unreadable(_)));
        assert!(matches!(Task::read("{}").unwrap_err(), TaskError::Form { .. }));
        assert!(matches!(Task::read(r#"[{"out": 1}]"#).unwrap_err(), TaskError::Form { .. }));
        let arity = r#"[{"in": [1], "out": 1}, {"in": [1, 2], "out": 1}]"#;
        assert_eq!(
            Task::read(arity).unwrap_err(),
            TaskError::Arity { example: 2, found: 2, wanted: 1 }
        );
    }

    #[test]
    fn yaml_is_read_too() {
        let task =
            Task::read("- input: {n: 1}\n  output: 2\n- input: {n: 2}\n  output: 3\n").unwrap();
        assert_eq!((task.examples.len(), task.arguments.len()), (2, 1));
    }

    #[test]
    fn too_many_examples_are_refused() {
        let example = Example { input: vec![Value::Int(1)], output: Value::Int(1) };
        let error = Task::new(["n"], vec![example; EXAMPLES_MAX + 1]).unwrap_err();
        assert!(matches!(error, TaskError::TooLarge { what: "examples", .. }));
    }

    #[test]
    fn inputs_whose_fields_vary_are_one_argument() {
        let task =
            r#"[{"input": {"a": 1, "b": 2}, "output": 1}, {"input": {"a": 2}, "output": 2}]"#;
        assert_eq!(Task::read(task).unwrap().arguments, ["".into()]);
    }

    #[test]
    fn an_example_without_an_output_is_an_input_to_be_defined_on() {
        let task = Task::read(r#"[{"in": ["a"], "out": "b"}, {"in": ["c"]}]"#).unwrap();
        assert_eq!((task.examples.len(), task.unlabelled.len()), (1, 1));
    }
}

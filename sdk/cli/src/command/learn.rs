//! `engraft learn`: examples in, a recipe out, or why there is none.
//!
//! *Never:* a doubt about what was learned stays unsaid, or a secret of an example gets into a recipe.

use std::path::PathBuf;

use clap::Args;
use engraft::model::{CapabilityName, Example};
use engraft::registry::{Want, WantError, WantSource};
use engraft::synth::Wish;
use engraft_learn::{
    Conflict, Learned, Learner, Lesson, Program, Question, TASK_BYTES_MAX, Task, TaskError, Title,
    Value as Learnt,
};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::input;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Learns a recipe from examples
///
/// The file has a list of examples in JSON or YAML, each with an `input` and an `output`; one without
/// an output is an input that the recipe is to work for. The recipe goes to standard output; how sure
/// it is, and what to ask to be surer, beside it.
#[derive(Debug, Args)]
pub(crate) struct LearnArgs {
    /// Examples; `-` reads them from standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the recipe is called [default: after FILE]
    #[arg(long, value_name = "NAME")]
    name: Option<CapabilityName>,
    /// One sentence on what it does
    #[arg(long, value_name = "SENTENCE", default_value = "Learned from examples.")]
    summary: String,
    /// How long to look, in steps
    #[arg(long, value_name = "COUNT", default_value_t = Learner::STEPS)]
    steps: u64,
    /// Decides which inputs are made up to tell recipes apart
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
}

pub(super) fn run(args: &LearnArgs) -> Result<Reply> {
    let place = args.file.display().to_string();
    let is_stdin = args.file.as_os_str() == "-";
    let bytes = if is_stdin {
        input::standard(TASK_BYTES_MAX as u64)?
    } else {
        input::read(&args.file, TASK_BYTES_MAX as u64)?
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| Trouble::corrupt(format!("`{place}` is not UTF-8 text")))?;
    let task = Task::read(&text).map_err(|error| {
        let message = format!("`{place}`: {error}");
        let trouble = match matches!(error, TaskError::Unreadable(_)) {
            true => Trouble::corrupt(message),
            false => Trouble::usage(message),
        };
        trouble.hint("give a list of examples, such as `[{\"input\": {\"name\": \"Ada\"}, \"output\": \"A.\"}]`")
    })?;
    refuse_secrets(&task)?;
    let mut title = Title::new(name(args)?);
    title.summary.clone_from(&args.summary);
    let lesson = Learner::default().steps(args.steps).seed(args.seed).learn(&task);
    Ok(reply(&lesson, &task, &title))
}

/// A recipe is shown to others, its examples with it: what holds something that looks like a secret is
/// refused, as in a wish. What contradicts itself is told by the lesson.
fn refuse_secrets(task: &Task) -> Result<()> {
    let shown = task.examples().iter().map(|example| Example {
        input: example.input.iter().map(Learnt::to_json).collect(),
        output: Some(example.output.to_json()),
    });
    let want = Want::new(WantSource::Person, Wish::shown(shown));
    match want.clean() {
        Err(error @ WantError::Secret { .. }) => Err(Trouble::usage(error.to_string())),
        _ => Ok(()),
    }
}

/// The name that was given, or one made from what the file is called.
fn name(args: &LearnArgs) -> Result<String> {
    if let Some(name) = &args.name {
        return Ok(name.to_string());
    }
    let stem = args.file.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let plain = if stem == "-" { "learned".to_owned() } else { stem.replace(['_', ' '], "-") };
    plain.parse::<CapabilityName>().map(|name| name.to_string()).map_err(|_| {
        Trouble::usage(format!("no name can be made from the file name `{stem}`"))
            .hint("give `--name`, such as `--name text.slugify`")
    })
}

fn reply(lesson: &Lesson, task: &Task, title: &Title) -> Reply {
    match lesson {
        Lesson::Learned(learned) => program("learned", learned, &[], task, title),
        Lesson::LowConfidence(learned, doubts) => {
            let doubts: Vec<String> = doubts.iter().map(ToString::to_string).collect();
            program("low-confidence", learned, &doubts, task, title)
        }
        Lesson::Contradiction(conflicts) => contradiction(conflicts),
        Lesson::Tabulation { examples } => nothing(
            "tabulation",
            &format!("nothing simpler than a list of the {examples} examples gives their outputs"),
            "give examples of inputs that have more in common, or look the outputs up in a table",
        ),
        Lesson::GaveUp { steps } => nothing(
            "gave-up",
            &format!("no recipe was found in {steps} steps"),
            "give simpler examples, or more `--steps`",
        ),
        _ => nothing("unknown", "nothing was learned", "give other examples"),
    }
}

fn program(
    result: &str,
    learned: &Learned,
    doubts: &[String],
    task: &Task,
    title: &Title,
) -> Reply {
    let recipe = learned.program.recipe(title, task.examples());
    let expression = |program: &Program| program.expression();
    let json = json!({
        "result": result,
        "recipe": recipe,
        "expression": learned.program.expression(),
        "branches": learned.program.branches(),
        "confidence": learned.confidence,
        "doubts": doubts,
        "questions": learned.questions.iter().map(question).collect::<Vec<Value>>(),
        "alternatives": learned.alternatives.iter().map(expression).collect::<Vec<String>>(),
    });
    let mut page = Page::default();
    page.plain(text::scrub_lines(&recipe));
    let mut aside = Page::default();
    for doubt in doubts {
        aside.verdict(Style::Warn, "doubt", doubt);
    }
    for asked in &learned.questions {
        ask(&mut aside, asked);
    }
    if learned.confidence > 0.0 {
        let foreseen = format!("{:.0} % of the examples held back", learned.confidence * 100.0);
        aside.verdict(Style::Good, "foreseen", &foreseen);
    }
    Reply::fine(json, page).aside(aside)
}

/// A question for a person: the input, and what each way gives there.
fn ask(page: &mut Page, asked: &Question) {
    let Some(first) = asked.answers.first() else { return };
    let input = first.program.input(&asked.input).to_string();
    page.verdict(Style::Warn, "what is wanted of", &text::scrub(&input));
    for answer in &asked.answers {
        let output = match &answer.output {
            Some(output) => output.to_json().to_string(),
            None => "a failure".to_owned(),
        };
        page.line(text::scrub(&format!("  {output}, by {}", answer.program)));
    }
}

/// A question as data: the input, and every answer with the way to it.
fn question(question: &Question) -> Value {
    let answers = question.answers.iter().map(|answer| {
        json!({
            "output": answer.output.as_ref().map(engraft_learn::Value::to_json),
            "fails": answer.output.is_none(),
            "expression": answer.program.expression(),
        })
    });
    let input = question.answers.first().map(|answer| answer.program.input(&question.input));
    json!({"input": input, "answers": answers.collect::<Vec<Value>>()})
}

fn contradiction(conflicts: &[Conflict]) -> Reply {
    let values = |values: &[engraft_learn::Value]| -> Vec<Value> {
        values.iter().map(engraft_learn::Value::to_json).collect()
    };
    let mut page = Page::default();
    let mut all = Vec::new();
    for conflict in conflicts {
        let (input, outputs) = (values(&conflict.input), values(&conflict.outputs));
        let outputs_text: Vec<String> = outputs.iter().map(ToString::to_string).collect();
        let line =
            format!("{} is to give {}", Value::from(input.clone()), outputs_text.join(" and "));
        page.verdict(Style::Bad, "contradiction", &text::scrub(&line));
        all.push(json!({"input": input, "outputs": outputs}));
    }
    let json = json!({"result": "contradiction", "conflicts": all});
    Reply::fine(json, page).exit(Exit::Usage)
}

fn nothing(result: &str, message: &str, hint: &str) -> Reply {
    let mut page = Page::default();
    page.verdict(Style::Bad, result, message);
    page.line(format!("  {hint}"));
    let json = json!({"result": result, "message": message, "hint": hint});
    Reply::fine(json, page).exit(Exit::Failed)
}

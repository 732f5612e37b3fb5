//! What would be different: the text of the recipe, what is asked for, the limits, and what is answered
//! to requests that are known.
//!
//! *Never:* either release is called where it could do harm: both run as drafts do.

use serde::Serialize;
use serde_json::Value;

use super::Growth;
use crate::Error;
use crate::artifact::{Bundle, Manifest};
use crate::host::live::LiveHost;
use crate::host::making::{Bench, Built};
use crate::loops::grower::Trouble;
use crate::model::{Before, Outcome, Permissions};
use crate::registry::{JournalError, Proposal, Rule};

/// Requests that both are asked.
const REQUESTS_MAX: usize = 64;
/// Lines of a recipe that are compared one by one; a longer one is told as a whole.
const LINES_MAX: usize = 2_000;

/// What is different between a proposal and the release that it would follow.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The version before; none where it would be the first.
    pub before: Option<String>,
    /// The version that is proposed.
    pub after: String,
    /// The text that they are made from, line by line: a recipe, or the file that a template was filled
    /// with. Empty where nobody has the source of one of them.
    pub recipe: Vec<Edit>,
    /// What is asked for in addition, and no longer.
    pub permissions: Vec<Edit>,
    /// Limits that are others.
    pub limits: Vec<Edit>,
    /// Requests that are answered differently.
    pub behaviour: Vec<Behaved>,
    /// How many requests were compared.
    pub compared: usize,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    /// In both.
    Same(String),
    /// Not any more.
    Gone(String),
    /// New.
    New(String),
}

/// A request that is answered differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Behaved {
    /// The request.
    pub input: Value,
    /// What was answered.
    pub before: String,
    /// What would be.
    pub after: String,
}

impl Growth {
    /// What the draft of a piece of work would change.
    ///
    /// # Errors
    /// Where there is no such work, it has no draft, or what one of them was made from is lost.
    pub async fn difference(&self, work: u64) -> Result<Difference, Error> {
        let refused = |why: String| Error::from(JournalError::from(Rule::OutOfStep { work, why }));
        let found = self.work(work).ok_or(JournalError::from(Rule::NoWork { work }))?;
        let proposal = found.proposal.as_ref();
        let proposal = proposal.ok_or_else(|| refused("it has no draft yet".to_owned()))?;
        let lost = |trouble: Trouble| match trouble {
            Trouble::Final(why) | Trouble::Passing(why) => refused(why),
        };
        let kept = self.making().kept(proposal).await.map_err(lost)?;
        let after = self.making().built(proposal).await.map_err(lost)?;
        let mut difference =
            Difference { after: proposal.version.to_string(), ..Difference::default() };
        let Some(before) = found.want.wish.before.as_deref() else {
            difference.permissions = permissions(&Permissions::default(), &proposal.permissions);
            difference.recipe = lines("", kept.source_text().unwrap_or_default());
            return Ok(difference);
        };
        difference.before = Some(before.version.clone());
        if let Some((old, new)) = before.source_text().zip(kept.source_text()) {
            difference.recipe = lines(old, new);
        }
        if let Some(old) = self.inner.live.release_before(before).await? {
            difference.permissions =
                permissions(old.manifest.permissions(), after.manifest.permissions());
            difference.limits = limits(&old.manifest, &after.manifest);
            let inputs = self.inputs(proposal, before);
            difference.compared = inputs.len();
            difference.behaviour =
                behaviour(self.making().bench(), &old, &after, inputs).await.map_err(refused)?;
        }
        Ok(difference)
    }

    /// Requests that are known: examples of both, what failed, and what was asked lately.
    fn inputs(&self, proposal: &Proposal, before: &Before) -> Vec<Value> {
        let examples = before.examples.iter().map(|it| it.input.clone());
        let failed = before.failed.iter().map(|it| it.input.clone());
        let asked = self.making().failures().inputs(&proposal.name);
        let mut all: Vec<Value> = Vec::new();
        for input in failed.chain(examples).chain(asked) {
            if all.len() < REQUESTS_MAX && !all.contains(&input) {
                all.push(input);
            }
        }
        all
    }
}

impl LiveHost {
    /// A release that another is to follow; none where it is not kept any more.
    pub(in crate::host) async fn release_before(
        &self,
        before: &Before,
    ) -> Result<Option<Built>, Error> {
        let state = self.registry().journal().state();
        let line = state.lines.get(&before.name);
        let mut releases = line.into_iter().flat_map(|line| line.releases.values());
        let release = releases.find(|it| it.installed.version.to_string() == before.version);
        let Some(release) = release else { return Ok(None) };
        let bytes = self.registry().blob(release.installed.bundle).await?;
        let bundle = bytes.map(|bytes| Bundle::parse(&bytes)).transpose()?;
        Ok(bundle.map(|bundle| Built::of_bundle(&bundle)))
    }
}

async fn behaviour(
    bench: &Bench,
    old: &Built,
    new: &Built,
    inputs: Vec<Value>,
) -> Result<Vec<Behaved>, String> {
    let (before, after) = (bench.load(old).await?, bench.load(new).await?);
    let mut found = Vec::new();
    for input in inputs {
        let text = input.to_string();
        let one = Bench::ask(&before, old.operation(), &text).await;
        let other = Bench::ask(&after, new.operation(), &text).await;
        if !is_same(&one, &other) {
            found.push(Behaved { input, before: one.to_string(), after: other.to_string() });
        }
    }
    Ok(found)
}

fn is_same(one: &Outcome, other: &Outcome) -> bool {
    let value = |outcome: &Outcome| {
        let Outcome::Returned(output) = outcome else { return None };
        output.read::<Value>().ok()
    };
    match (value(one), value(other)) {
        (Some(one), Some(other)) => crate::examine::same(&one, &other),
        (None, None) => one.word() == other.word(),
        _ => false,
    }
}

fn permissions(old: &Permissions, new: &Permissions) -> Vec<Edit> {
    let told = |permissions: &Permissions| {
        fields(permissions).into_iter().flat_map(|(name, value)| {
            let items = if let Value::Array(items) = value { items } else { vec![value] };
            items.into_iter().map(move |item| format!("{name}: {item}")).collect::<Vec<_>>()
        })
    };
    changes(&told(old).collect::<Vec<_>>(), &told(new).collect::<Vec<_>>())
}

fn limits(old: &Manifest, new: &Manifest) -> Vec<Edit> {
    let told = |manifest: &Manifest| {
        let fields = fields(&manifest.budget).into_iter();
        fields.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
    };
    changes(&told(old), &told(new))
}

/// Plain data by its fields, as its JSON has them.
fn fields(data: &impl Serialize) -> serde_json::Map<String, Value> {
    let Ok(Value::Object(fields)) = serde_json::to_value(data) else {
        return serde_json::Map::new();
    };
    fields
}

/// What is in one list alone.
fn changes(old: &[String], new: &[String]) -> Vec<Edit> {
    let gone = old.iter().filter(|it| !new.contains(it)).cloned().map(Edit::Gone);
    gone.chain(new.iter().filter(|it| !old.contains(it)).cloned().map(Edit::New)).collect()
}

/// Two texts line by line, by the longest list of lines that is in both.
fn lines(old: &str, new: &str) -> Vec<Edit> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if old.len().max(new.len()) > LINES_MAX {
        let gone = old.iter().map(|line| Edit::Gone((*line).to_owned()));
        return gone.chain(new.iter().map(|line| Edit::New((*line).to_owned()))).collect();
    }
    let (mut i, mut j) = (0, 0);
    let both = in_both(&old, &new);
    let length = |i: usize, j: usize| both.get(i).and_then(|row| row.get(j)).copied();
    let mut edits = Vec::new();
    loop {
        match (old.get(i), new.get(j)) {
            (None, None) => return edits,
            (Some(one), Some(other)) if one == other => {
                edits.push(Edit::Same((*one).to_owned()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), other) if other.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                edits.push(Edit::Gone((*one).to_owned()));
                i += 1;
            }
            (_, Some(other)) => {
                edits.push(Edit::New((*other).to_owned()));
                j += 1;
            }
            (Some(_), None) => return edits,
        }
    }
}

/// How many lines two texts have in common from each place of both on.
fn in_both(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut rows = vec![vec![0; new.len() + 1]];
    for one in old.iter().rev() {
        let mut row = vec![0];
        if let Some(below) = rows.last() {
            for (at, other) in new.iter().enumerate().rev() {
                let beside = row.last().copied().unwrap_or_default();
                let value = |at: usize| below.get(at).copied().unwrap_or_default();
                row.push(if one == other { value(at + 1) + 1 } else { value(at).max(beside) });
            }
        }
        row.reverse();
        rows.push(row);
    }
    rows.reverse();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_both_stay_and_the_others_are_told() {
        let same = |text: &str| Edit::Same(text.to_owned());
        let edits = lines("a\nb\nc\nd", "a\nx\nc\nd\ne");
        let wanted = [
            same("a"),
            Edit::Gone("b".to_owned()),
            Edit::New("x".to_owned()),
            same("c"),
            same("d"),
            Edit::New("e".to_owned()),
        ];
        assert_eq!(edits, wanted);
        assert_eq!(lines("", "a"), [Edit::New("a".to_owned())]);
        assert_eq!(lines("a", ""), [Edit::Gone("a".to_owned())]);
    }
}

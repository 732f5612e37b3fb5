//! A language model as options, and the file in which everything stands that it was told.
//!
//! *Never:* a model is asked that nobody named on the command line, or without that file.

mod exchanges;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use engraft::synth::{AuthorError, LanguageModel};

use crate::desk::Desk;
use crate::input;
use crate::json_text;
use crate::trouble::{Result, Trouble};
use exchanges::Exchanges;

/// What help shows them under.
const HEADING: &str = "Language model";
/// A key is a word, not a document.
const KEY_BYTES_MAX: u64 = 4 << 10;

/// Which language model may be asked; none unless `--model` names one.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ModelArgs {
    /// Ask this language model where nothing cheaper helps. What it is told has no secrets in it, and is
    /// kept in `model.jsonl` in the home directory
    #[arg(long, help_heading = HEADING, value_name = "NAME")]
    model: Option<String>,
    /// Where it is, up to `/v1`: any endpoint that is compatible with OpenAI's [default: the variable
    /// `ENGRAFT_MODEL_URL`]
    #[arg(long, help_heading = HEADING, value_name = "URL", requires = "model")]
    model_url: Option<String>,
    /// A file with its key [default: the variable `ENGRAFT_MODEL_KEY`]
    #[arg(long, help_heading = HEADING, value_name = "FILE", requires = "model")]
    model_key: Option<PathBuf>,
    /// The most that one wish takes, in millionths of your money; held against the budget of the day in
    /// `grow.json` [default: 0 for a model on this machine]
    #[arg(long, help_heading = HEADING, value_name = "MICROS", requires = "model")]
    model_costs: Option<u64>,
    /// How often it may mend one answer
    #[arg(long, help_heading = HEADING, value_name = "COUNT", requires = "model",
        value_parser = clap::value_parser!(u32).range(1..=10))]
    model_tries: Option<u32>,
}

impl ModelArgs {
    /// Whether what is asked for can be held against a budget.
    pub(crate) fn check_costs(&self, desk: &Desk) -> Result<()> {
        let Some(name) = &self.model else { return Ok(()) };
        let url = self.model_url.as_ref().or(desk.model_place().url.as_ref());
        if self.model_costs.is_some() || url.is_none_or(|url| is_here(url)) {
            return Ok(());
        }
        Err(Trouble::usage(format!("nothing says what asking `{name}` costs")).hint(
            "give `--model-costs MICROS`, which is held against `day_micros_max` in `grow.json`",
        ))
    }

    /// The model that was named.
    pub(crate) fn open(&self, desk: &Desk) -> Result<Option<LanguageModel>> {
        let Some(name) = &self.model else { return Ok(None) };
        let place = desk.model_place();
        let Some(url) = self.model_url.as_ref().or(place.url.as_ref()) else {
            return Err(Trouble::usage(format!("nothing says where the model `{name}` is"))
                .hint("give `--model-url URL`, or set ENGRAFT_MODEL_URL"));
        };
        let mut model = LanguageModel::at(url, name).map_err(told)?;
        if let Some(key) = self.key(place.key.as_ref())? {
            model = model.key(key);
        }
        if let Some(tries) = self.model_tries {
            model = model.tries(tries);
        }
        // Where nobody says what it costs, no budget allows for it.
        let costs = self.model_costs.or_else(|| is_here(url).then_some(0));
        if let Some(costs) = costs {
            model = model.costs(costs);
        }
        let exchanges = Exchanges::open(&desk.home()?.exchanges_path()?)?;
        Ok(Some(model.watched_by(Arc::new(exchanges))))
    }

    fn key(&self, otherwise: Option<&String>) -> Result<Option<String>> {
        let Some(path) = &self.model_key else { return Ok(otherwise.cloned()) };
        let bytes = input::read(path, KEY_BYTES_MAX)?;
        let text = json_text::utf8(&path.display().to_string(), &bytes)?;
        Ok(Some(text.trim().to_owned()))
    }
}

/// Whether an address is on this machine, so that nobody sends a bill.
fn is_here(url: &str) -> bool {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|here| {
        authority.strip_prefix(here).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}

fn told(error: AuthorError) -> Trouble {
    Trouble::usage(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn a_model_of_ones_own_costs_nothing_and_another_does() {
        for here in ["http://localhost:11434/v1", "http://127.0.0.1/v1", "http://[::1]:80"] {
            assert!(is_here(here), "{here}");
        }
        for away in ["https://localhost.example.org/v1", "https://api.example.org", "localhos"] {
            assert!(!is_here(away), "{away}");
        }
    }
}

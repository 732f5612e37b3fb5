//! Who writes what is wanted, and the most that it may have, as options.
//!
//! *Never:* a model is asked that nobody named, or anything has what nobody allowed.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use engraft::model::{Access, HostPattern, Permissions};
use engraft::synth::{
    Authors, Catalogue, Compose, Execute, FillTemplate, FromExamples, OpenApi, Tools,
};
use engraft::{Growth, LiveHost};
use engraft_build::Language;

use crate::allow::{self, Allowed};
use crate::desk::Desk;
use crate::model::ModelArgs;
use crate::templates::InWorkshop;
use crate::trouble::{Result, Trouble};

/// What help shows them under.
const HEADING: &str = "Authors";
/// What the names of a manifest's tools from other formats begin with.
const PREFIX: &str = "tools";

/// Who writes what is wanted. The catalogue, compositions of what is installed and what is learned from
/// examples are there in any case.
#[derive(Debug, Clone, Default, Args)]
#[command(after_long_help = allow::help())]
pub(in crate::command) struct MakersArgs {
    /// Allow what is made this much, where it asks for it; may be given several times. What asks for more
    /// is not made; secrets and writing to files are for what a person signs. `--help` tells every rule
    #[arg(long, value_name = "RULE", help_heading = "Permissions")]
    allow: Vec<String>,
    /// An OpenAPI document, a file or a URL, whose operations may be what is wanted; may be given several
    /// times
    #[arg(long, value_name = "SOURCE", help_heading = HEADING)]
    openapi: Vec<String>,
    /// A manifest of tools, a file or a URL; may be given several times. A tool that says how it is
    /// reached may be what is wanted; one that does not is wanted itself
    #[arg(long, value_name = "SOURCE", help_heading = HEADING)]
    manifest: Vec<String>,
    /// A host in a private network that documents and manifests may mean, at any port unless one is
    /// named; may be given several times
    #[arg(long, value_name = "HOST", help_heading = HEADING)]
    allow_private: Vec<HostPattern>,
    /// Have the language model fill the template of this language where no recipe helps, and compile it
    /// behind walls; may be given several times
    #[arg(long, value_name = "LANGUAGE", help_heading = HEADING, requires = "model")]
    language: Vec<Language>,
    #[command(flatten)]
    model: ModelArgs,
}

/// What was said of them, read and checked.
pub(in crate::command) struct Makers {
    pub(in crate::command) allowed: Allowed,
    authors: Authors,
    /// Manifests, and where each is from.
    manifests: Vec<(String, Tools)>,
    model: Option<engraft::synth::LanguageModel>,
    templates: Vec<Arc<InWorkshop>>,
}

impl MakersArgs {
    /// Reads everything that was given, before anything is made.
    pub(in crate::command) fn read(&self, desk: &Desk) -> Result<Makers> {
        let allowed = Allowed::parse(&self.allow)?;
        let mut authors = Authors::default()
            .with(Arc::new(Catalogue::standard()))
            .with(Arc::new(FromExamples::new()));
        for source in &self.openapi {
            let text = crate::command::make::document(source, &self.allow_private, desk)?;
            let reader = self.allow_private.iter().cloned();
            let reader = reader.fold(OpenApi::default(), OpenApi::allow_private);
            let reader = match crate::fetch::is_url(source) {
                true => reader.from_place(source.parse().map_err(|_| unread(source, &"no URL"))?),
                false => reader,
            };
            let api = reader.read(&text).map_err(|error| unread(source, &error))?;
            authors = authors.with(Arc::new(api));
        }
        let mut manifests = Vec::new();
        for source in &self.manifest {
            let text = crate::command::make::document(source, &self.allow_private, desk)?;
            let tools = Tools::read(&text, PREFIX).map_err(|error| unread(source, &error))?;
            authors = authors.with(Arc::new(tools.offered(&self.allow_private)));
            manifests.push((source.clone(), tools));
        }
        self.model.check_costs(desk)?;
        let model = self.model.open(desk)?;
        let open = |language: &Language| InWorkshop::open(*language, desk).map(Arc::new);
        let templates = self.language.iter().map(open).collect::<Result<_>>()?;
        Ok(Makers { allowed, authors, manifests, model, templates })
    }
}

impl Makers {
    /// Has what manifests name become work; what is no work is given, each with its reason.
    pub(in crate::command) async fn discover(
        &self,
        growth: &Growth,
    ) -> Result<Vec<(String, String)>> {
        let mut left_out = Vec::new();
        for (source, tools) in &self.manifests {
            let found = growth.discover(source, tools).await?;
            let told = found.left_out.into_iter().map(|(name, why)| (name.to_string(), why));
            left_out.extend(tools.skipped.iter().cloned().chain(told));
        }
        Ok(left_out)
    }

    /// The authors, among them those that need what is installed.
    pub(in crate::command) fn authors(&self, live: &LiveHost) -> Authors {
        let parts: Arc<dyn Execute> = Arc::new(live.clone());
        let mut authors = self.authors.clone().with(Arc::new(Compose::new(Arc::clone(&parts))));
        let Some(model) = &self.model else { return authors };
        let model = model.clone().may(makeable(&self.allowed.asks)).functions(parts);
        authors = authors.with(Arc::new(model.clone()));
        for template in &self.templates {
            let template = Arc::<InWorkshop>::clone(template);
            authors = authors.with(Arc::new(FillTemplate::new(model.clone(), template)));
        }
        authors
    }
}

/// What of it a model may ask for: what the making key does not sign is not even tried.
fn makeable(asks: &Permissions) -> Permissions {
    let mut asks = asks.clone();
    asks.secrets.clear();
    asks.env.clear();
    asks.custom.clear();
    asks.files.retain(|rule| rule.access == Access::ReadOnly);
    asks
}

fn unread(source: &str, error: &dyn std::fmt::Display) -> Trouble {
    Trouble::corrupt(format!("`{}`: {error}", Path::new(source).display()))
}

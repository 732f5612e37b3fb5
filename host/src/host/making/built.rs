//! What a draft becomes: a component with a manifest.
//!
//! *Never:* a manifest says more than the component says of itself.

use std::sync::Arc;

use engraft_recipe::recipe::{self, BuildError};

use crate::artifact::{Bundle, Manifest};
use crate::model::{CapabilityName, Digest, Example};
use crate::synth::{Draft, Proved, Source};

/// The version of what has none yet; its release gets one of its own.
const UNRELEASED: semver::Version = semver::Version::new(0, 1, 0);
/// Problems of a recipe that are told; the first is what a person mends first.
const PROBLEMS_MAX: usize = 3;

/// A component with a manifest.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    pub(crate) component: Arc<[u8]>,
    pub(crate) manifest: Manifest,
    digest: Digest,
}

impl Built {
    /// The draft that a recipe is, with its own examples beside the given ones.
    pub(crate) fn draft(text: &str, mut examples: Vec<Example>) -> Result<Draft, String> {
        let recipe = recipe::check(text).map_err(|problems| wrong(&problems))?;
        let name: Result<CapabilityName, _> = recipe.name.parse();
        let name = name.map_err(|error| format!("its name: {error}"))?;
        let own = recipe.examples.iter();
        let own = own.map(|it| Example { input: it.input.clone(), output: it.output.clone() });
        let own: Vec<Example> =
            own.filter(|own| examples.iter().all(|it| it.input != own.input)).collect();
        examples.extend(own);
        Ok(Draft {
            author: "a person".to_owned(),
            name,
            source: Source::Recipe(text.to_owned()),
            examples,
            reasons: vec![recipe.summary.clone()],
            doubts: Vec::new(),
            confidence: 1.0,
        })
    }

    /// The component of a source, and what the compiler proved of it.
    pub(super) fn component(source: &Source) -> Result<(Arc<[u8]>, Option<Proved>), String> {
        match source {
            Source::Recipe(text) => {
                let built = recipe::build(text).map_err(|error| unbuilt(&error))?;
                let proved = Proved::of(&built);
                Ok((built.component.into(), Some(proved)))
            }
            Source::Component(bytes) | Source::Filled { component: bytes, .. } => {
                Ok((bytes.clone().into(), None))
            }
        }
    }

    pub(super) fn new(
        name: &CapabilityName,
        component: Arc<[u8]>,
        description: crate::model::Description,
        proved: Option<Proved>,
    ) -> Result<Self, String> {
        if description.name != *name {
            return Err(format!("it calls itself `{}`, not `{name}`", description.name));
        }
        let mut manifest = Manifest::new(description, UNRELEASED);
        if let Some(Proved { budget, bound }) = proved {
            manifest.budget = budget;
            manifest.bound = Some(bound);
        }
        manifest.check().map_err(|error| error.to_string())?;
        let digest = Digest::of(&component);
        Ok(Self { component, manifest, digest })
    }

    /// What a bundle holds, whoever signed it: to be run where drafts are.
    pub(crate) fn of_bundle(bundle: &Bundle) -> Self {
        let manifest = bundle.claimed_manifest().clone();
        Self { component: bundle.component_arc(), manifest, digest: bundle.digest() }
    }

    pub(crate) const fn digest(&self) -> Digest {
        self.digest
    }

    /// The operation that examples are of: recipes have one, and of others it is the first.
    pub(crate) fn operation(&self) -> &str {
        self.manifest.description.operations.first().map_or("run", |it| it.name.as_str())
    }
}

fn unbuilt(error: &BuildError) -> String {
    if let BuildError::Wrong(problems) = error {
        return wrong(problems);
    }
    error.to_string()
}

fn wrong(problems: &[engraft_recipe::diagnostic::Problem]) -> String {
    let told: Vec<String> = problems.iter().take(PROBLEMS_MAX).map(ToString::to_string).collect();
    format!("it is no recipe that can be built: {}", told.join("; "))
}

//! What the command takes from its environment: where its files are, whether colour is welcome, and where
//! a language model is that somebody may ask for.
//!
//! *Never:* another file of the command reads the environment.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// What the environment says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// Where keys, keyring and compiled code are kept; `None` where nothing says.
    pub(crate) home: Option<PathBuf>,
    /// Where toolchains are kept, if not in the home.
    pub(crate) toolchains: Option<PathBuf>,
    /// Whether output is to be without colour.
    pub(crate) plain: bool,
    /// Where language models are; none is asked for it alone.
    pub(crate) model: ModelPlace,
}

/// Where language models are.
#[derive(Clone, Default)]
pub(crate) struct ModelPlace {
    /// The address of the endpoint.
    pub(crate) url: Option<String>,
    /// What it wants to see of whoever asks; a secret.
    pub(crate) key: Option<String>,
}

impl Environment {
    /// Reads it.
    pub(crate) fn read() -> Self {
        Self::of(|key| env::var_os(key).filter(|value| !value.is_empty()))
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |key| variable(key).map(PathBuf::from);
        let text = |key| variable(key)?.into_string().ok();
        let data = if cfg!(windows) {
            path("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            path("HOME").map(|home| home.join("Library/Application Support"))
        } else {
            // A relative one is to be ignored, says the XDG specification.
            path("XDG_DATA_HOME")
                .filter(|path| path.is_absolute())
                .or_else(|| path("HOME").map(|home| home.join(".local/share")))
        };
        Self {
            home: path("ENGRAFT_HOME").or_else(|| data.map(|data| data.join("engraft"))),
            toolchains: path("ENGRAFT_TOOLCHAINS"),
            model: ModelPlace { url: text("ENGRAFT_MODEL_URL"), key: text("ENGRAFT_MODEL_KEY") },
            plain: variable("NO_COLOR").is_some()
                || variable("TERM").is_some_and(|term| term == "dumb"),
        }
    }
}

// === impl ModelPlace ===

impl std::fmt::Debug for ModelPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelPlace")
            .field("url", &self.url)
            .field("has_key", &self.key.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Environment {
        Environment::of(|key| {
            variables.iter().find(|(name, _)| *name == key).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn an_own_home_goes_before_that_of_the_platform() {
        let all = [("ENGRAFT_HOME", "/e"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(of(&all).home, Some("/e".into()));
        assert_eq!(of(&[]).home, None);
        if cfg!(target_os = "linux") {
            assert_eq!(of(&all[1..]).home, Some("/x/engraft".into()));
            assert_eq!(of(&all[2..]).home, Some("/h/.local/share/engraft".into()));
            let relative = [("XDG_DATA_HOME", "x"), ("HOME", "/h")];
            assert_eq!(of(&relative).home, Some("/h/.local/share/engraft".into()));
        }
    }

    #[test]
    fn colour_can_be_unwelcome() {
        assert!(!of(&[("TERM", "xterm")]).plain);
        assert!(of(&[("NO_COLOR", "1")]).plain);
        assert!(of(&[("TERM", "dumb")]).plain);
    }
}

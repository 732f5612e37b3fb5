//! What a component wants from its host, by name and kind.
//!
//! *Never:* a permission is decided here; loading does that, on this list.

use semver::Version;
use serde::Serialize;

/// One import of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// As the component spells it: `wasi:http/outgoing-handler@0.2.6`.
    pub name: String,
    /// The version at its end, where there is one.
    pub version: Option<Version>,
    /// Who provides it.
    pub kind: ImportKind,
    /// The functions that it takes from there; empty where only types are taken.
    pub functions: Vec<String>,
}

/// Who provides an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ImportKind {
    /// The contract: `engraft:capability/*`.
    Contract,
    /// WASI 0.2.
    WasiP2,
    /// WASI 0.3.
    WasiP3,
    /// WASI of a version that this host does not know.
    WasiOther,
    /// The embedding program, if anybody.
    Custom,
}

impl Import {
    pub(super) fn new(name: &str, functions: Vec<String>) -> Self {
        let version = name.split_once('@').and_then(|(_, text)| Version::parse(text).ok());
        let kind = classify(name, version.as_ref());
        Self { name: name.to_owned(), version, kind, functions }
    }

    /// The name without its version.
    #[must_use]
    pub fn unversioned(&self) -> &str {
        unversioned(&self.name)
    }

    /// `ns:package` of `ns:package/interface@1.0.0`.
    #[must_use]
    pub fn package(&self) -> &str {
        let name = self.unversioned();
        name.split_once('/').map_or(name, |(package, _)| package)
    }
}

/// A name without the version at its end.
pub(super) fn unversioned(name: &str) -> &str {
    name.split_once('@').map_or(name, |(plain, _)| plain)
}

fn classify(name: &str, version: Option<&Version>) -> ImportKind {
    if name.starts_with("engraft:capability/") {
        return ImportKind::Contract;
    }
    if !name.starts_with("wasi:") {
        return ImportKind::Custom;
    }
    match version.map(|version| (version.major, version.minor)) {
        Some((0, 2)) => ImportKind::WasiP2,
        Some((0, 3)) => ImportKind::WasiP3,
        _ => ImportKind::WasiOther,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_told_apart_by_name_and_version() {
        let kind = |name| Import::new(name, vec![]).kind;
        assert_eq!(kind("engraft:capability/kv@1.0.0"), ImportKind::Contract);
        assert_eq!(kind("wasi:cli/environment@0.2.6"), ImportKind::WasiP2);
        assert_eq!(kind("wasi:http/client@0.3.0-rc-2026-03-15"), ImportKind::WasiP3);
        assert_eq!(kind("wasi:nn/tensor@0.4.0"), ImportKind::WasiOther);
        assert_eq!(kind("wasi:nn/tensor"), ImportKind::WasiOther);
        assert_eq!(kind("acme:mail/send@1.2.3"), ImportKind::Custom);
        assert_eq!(kind("log"), ImportKind::Custom);
        assert_eq!(Import::new("acme:mail/send@1.2.3", vec![]).package(), "acme:mail");
    }
}

//! Which permission an import needs, and whether the manifest asks for it.
//!
//! *Never:* an import is linked that the manifest does not ask for.

use semver::Version;

use super::authority::Authority;
use super::error::EngineError;
use super::raw::Interface;
use super::stand_in::is_own;
use super::wasi::Family;
use crate::model::{Grant, Permissions};

/// The contract's package, and the version of it that this host speaks.
const CONTRACT: &str = "engraft:capability";

/// Looks at every import of a component.
pub(crate) fn check(
    capability: &str,
    imports: &[String],
    asked: &Permissions,
    authority: &Authority,
    offered: Offered<'_>,
) -> Result<(), EngineError> {
    let two_keys = Keys { asked, authority };
    imports.iter().try_for_each(|import| check_import(capability, import, two_keys, offered))
}

/// What there is beside the contract and WASI.
#[derive(Clone, Copy)]
pub(crate) struct Offered<'a> {
    /// Interfaces of the embedding program.
    pub(crate) interfaces: &'a [Interface],
    /// Whether the others are stood in for, where the manifest asks for any of a program's own.
    pub(crate) stands_in: bool,
}

/// Every import that would be refused for what the manifest asks for, and why. What is granted is
/// another question, and answered where a component is loaded.
pub(crate) fn refused_imports(
    capability: &str,
    imports: &[String],
    asked: &Permissions,
    interfaces: &[Interface],
) -> Vec<(String, EngineError)> {
    let mut grant = Grant::default();
    grant.custom.clone_from(&asked.custom);
    let authority = Authority::of(asked, &grant);
    let two_keys = Keys { asked, authority: &authority };
    let offered = Offered { interfaces, stands_in: false };
    let refused = |import: &String| {
        let checked = check_import(capability, import, two_keys, offered);
        checked.err().map(|error| (import.clone(), error))
    };
    imports.iter().filter_map(refused).collect()
}

/// What is asked for, and what of it is granted.
#[derive(Clone, Copy)]
struct Keys<'a> {
    asked: &'a Permissions,
    authority: &'a Authority,
}

fn check_import(
    capability: &str,
    import: &str,
    Keys { asked, authority }: Keys<'_>,
    Offered { interfaces, stands_in }: Offered<'_>,
) -> Result<(), EngineError> {
    let (package, interface, version) = parts(import);
    let custom = interfaces.iter().find(|custom| custom.offers(import));
    if let Some(custom) = custom {
        check_custom(capability, import, custom.permission(), asked, authority)
    } else if package == CONTRACT {
        check_version(capability, import, version)?;
        check_contract(capability, import, interface, asked)
    } else if package.starts_with("wasi:") {
        check_wasi(capability, import, package, interface, asked)?;
        match Family::of(import).and_then(Family::missing) {
            Some(why) => Err(unknown(capability, import, why.to_owned())),
            None => Ok(()),
        }
    } else if stands_in && !asked.custom.is_empty() && is_own(import) {
        Ok(())
    } else {
        let hint = "build the component without it, or add the interface to the engine with \
                    `EngineConfig::interfaces`"
            .to_owned();
        Err(unknown(capability, import, hint))
    }
}

/// Whether the component can be called without a fibre: none of its imports ever waits.
pub(crate) fn never_wait(imports: &[String]) -> bool {
    imports.iter().all(|import| {
        let (package, interface, _) = parts(import);
        package == CONTRACT && !matches!(interface, "kv" | "http" | "call")
    })
}

/// Whether any import is of WASI.
pub(crate) fn has_wasi(imports: &[String]) -> bool {
    imports.iter().any(|import| import.starts_with("wasi:"))
}

/// Splits `namespace:package/interface@version`.
fn parts(import: &str) -> (&str, &str, Option<&str>) {
    let (name, version) = match import.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (import, None),
    };
    let (package, interface) = name.split_once('/').unwrap_or((name, ""));
    (package, interface, version)
}

fn check_version(capability: &str, import: &str, version: Option<&str>) -> Result<(), EngineError> {
    let ours = Version::parse(engraft_wit::VERSION).ok();
    let theirs = version.and_then(|version| Version::parse(version).ok());
    let fits = ours.zip(theirs).is_some_and(|(ours, theirs)| {
        theirs.major == ours.major && (theirs.minor, theirs.patch) <= (ours.minor, ours.patch)
    });
    if fits {
        return Ok(());
    }
    let hint = format!("this host speaks version {} of the contract", engraft_wit::VERSION);
    Err(unknown(capability, import, hint))
}

fn check_contract(
    capability: &str,
    import: &str,
    interface: &str,
    asked: &Permissions,
) -> Result<(), EngineError> {
    let is_asked = match interface {
        // Types do nothing, and of a fault's text nothing comes but the message of a trap.
        "types" | "fault" => true,
        "log" => asked.log,
        "clock" => asked.clock,
        "random" => asked.random,
        "progress" => asked.progress,
        "kv" => asked.kv.is_some(),
        "http" => !asked.http.is_empty(),
        "secrets" => !asked.secrets.is_empty(),
        "call" => !asked.call.is_empty(),
        "config" => !asked.config.is_empty(),
        _ => {
            let hint = "the contract has no such interface".to_owned();
            return Err(unknown(capability, import, hint));
        }
    };
    if is_asked { Ok(()) } else { Err(not_asked(capability, import, interface)) }
}

/// Of WASI only requests reach outside by being linked. The rest gives nothing until it is granted:
/// no directory is open, the environment is empty, sockets refuse; and compilers link it unasked.
fn check_wasi(
    capability: &str,
    import: &str,
    package: &str,
    interface: &str,
    asked: &Permissions,
) -> Result<(), EngineError> {
    let sends = package == "wasi:http" && matches!(interface, "outgoing-handler" | "client");
    if sends && asked.http.is_empty() {
        return Err(not_asked(capability, import, "http"));
    }
    Ok(())
}

fn check_custom(
    capability: &str,
    import: &str,
    permission: &str,
    asked: &Permissions,
    authority: &Authority,
) -> Result<(), EngineError> {
    if !asked.custom.iter().any(|pattern| pattern.matches(permission)) {
        return Err(not_asked(capability, import, permission));
    }
    authority.custom(permission).map_err(|_| EngineError::NotGranted {
        capability: capability.to_owned(),
        import: import.to_owned(),
        permission: permission.to_owned(),
    })
}

fn not_asked(capability: &str, import: &str, permission: &str) -> EngineError {
    EngineError::NotAsked {
        capability: capability.to_owned(),
        import: import.to_owned(),
        permission: permission.to_owned(),
    }
}

fn unknown(capability: &str, import: &str, hint: String) -> EngineError {
    let (capability, import) = (capability.to_owned(), import.to_owned());
    EngineError::UnknownImport { capability, import, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(import: &str, asked: &Permissions) -> Result<(), EngineError> {
        let authority = Authority::of(asked, &crate::model::Grant::default());
        let offered = Offered { interfaces: &[], stands_in: false };
        check("text.test", &[import.to_owned()], asked, &authority, offered)
    }

    #[test]
    fn every_interface_of_the_contract_wants_its_permission() {
        let none = Permissions::default();
        for interface in
            ["log", "clock", "random", "progress", "kv", "http", "secrets", "call", "config"]
        {
            let import = format!("engraft:capability/{interface}@1.0.0");
            let error = check_one(&import, &none).unwrap_err();
            let text = error.to_string();
            assert!(matches!(error, EngineError::NotAsked { .. }), "{text}");
            assert!(text.contains(&import) && text.contains(&format!("`{interface}`")), "{text}");
        }
        assert!(check_one("engraft:capability/types@1.0.0", &none).is_ok());
        let log = Permissions { log: true, ..Permissions::default() };
        assert!(check_one("engraft:capability/log@1.0.0", &log).is_ok());
    }

    #[test]
    fn a_later_or_another_contract_is_refused_by_version() {
        let log = Permissions { log: true, ..Permissions::default() };
        for import in [
            "engraft:capability/log@1.1.0",
            "engraft:capability/log@1.0.1",
            "engraft:capability/log@2.0.0",
            "engraft:capability/log@0.9.0",
            "engraft:capability/log",
        ] {
            let error = check_one(import, &log).unwrap_err().to_string();
            assert!(error.contains("speaks version 1.0.0"), "{error}");
        }
        assert!(check_one("engraft:capability/shell@1.0.0", &log).is_err());
    }

    #[test]
    fn wasi_is_linked_unasked_except_for_requests() {
        let none = Permissions::default();
        assert!(check_one("wasi:filesystem/preopens@0.2.6", &none).is_ok());
        assert!(check_one("wasi:http/types@0.2.6", &none).is_ok());
        assert!(check_one("wasi:http/outgoing-handler@0.2.6", &none).is_err());
        assert!(check_one("acme:shop/orders@1.0.0", &none).is_err());
    }

    #[test]
    fn what_is_stood_in_for_has_to_be_asked_for() {
        let check = |asked: &Permissions, import: &str, stands_in| {
            let authority = Authority::of(asked, &crate::model::Grant::default());
            let offered = Offered { interfaces: &[], stands_in };
            check("text.test", &[import.to_owned()], asked, &authority, offered)
        };
        let none = Permissions::default();
        let own = Permissions { custom: vec!["shop.orders".parse().unwrap()], ..none.clone() };
        assert!(check(&own, "acme:shop/orders@1.0.0", true).is_ok());
        assert!(check(&own, "acme:shop/orders@1.0.0", false).is_err());
        assert!(check(&none, "acme:shop/orders@1.0.0", true).is_err());
        assert!(check(&own, "engraft:capability/log@1.0.0", true).is_err());
        assert!(check(&own, "engraft:other/thing@1.0.0", true).is_err());
    }

    #[test]
    fn only_imports_that_never_wait_may_be_called_without_a_fibre() {
        let yes = ["engraft:capability/types@1.0.0", "engraft:capability/log@1.0.0"];
        assert!(never_wait(&yes.map(str::to_owned)));
        for no in ["engraft:capability/http@1.0.0", "wasi:io/poll@0.2.0", "acme:shop/orders"] {
            assert!(!never_wait(&[no.to_owned()]), "{no}");
        }
    }
}

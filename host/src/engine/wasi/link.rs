//! Which of WASI's families a component needs, and how each comes into a linker.
//!
//! *Never:* a component gets a family that it does not import.

use wasmtime::component::Linker;

use crate::engine::state::CallState;

/// A part of WASI that is linked as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Family {
    /// WASI 0.2 without HTTP.
    P2,
    /// HTTP of WASI 0.2.
    P2Http,
    /// WASI 0.3 without HTTP.
    P3,
    /// HTTP of WASI 0.3.
    P3Http,
}

impl Family {
    /// The family of an import such as `wasi:io/streams@0.2.3`; none where it is not WASI's.
    pub(crate) fn of(import: &str) -> Option<Self> {
        let name = import.strip_prefix("wasi:")?;
        let (interface, version) = name.split_once('@')?;
        let is_http = interface.starts_with("http/");
        match (version.starts_with("0.3."), is_http) {
            (false, false) => Some(Self::P2),
            (false, true) => Some(Self::P2Http),
            (true, false) => Some(Self::P3),
            (true, true) => Some(Self::P3Http),
        }
    }

    /// Why this build cannot serve it, if so: the sentence that belongs into a load error.
    pub(crate) const fn missing(self) -> Option<&'static str> {
        match self {
            Self::P2 => None,
            Self::P2Http if cfg!(feature = "http") => None,
            Self::P2Http => Some("`wasi:http` needs this host to be built with its feature `http`"),
            Self::P3 if cfg!(feature = "wasi-p3") => None,
            Self::P3 => Some("WASI 0.3 needs this host to be built with its feature `wasi-p3`"),
            Self::P3Http if cfg!(all(feature = "wasi-p3", feature = "http")) => None,
            Self::P3Http => Some(
                "`wasi:http` of WASI 0.3 needs this host to be built with its features `wasi-p3` \
                 and `http`",
            ),
        }
    }
}

/// Puts WASI 0.2 into a linker, with its HTTP where that is built in.
pub(crate) fn add_p2_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    super::disk::p2::bound_writes(linker)?;
    #[cfg(feature = "http")]
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    Ok(())
}

/// Puts WASI 0.3 into a linker; its engine must have concurrency support.
#[cfg(feature = "wasi-p3")]
pub(crate) fn add_p3_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p3::add_to_linker(linker)?;
    super::disk::p3::bound_writes(linker)?;
    #[cfg(feature = "http")]
    wasmtime_wasi_http::p3::add_to_linker(linker)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_belong_to_families() {
        for (import, family) in [
            ("wasi:io/streams@0.2.3", Some(Family::P2)),
            ("wasi:http/outgoing-handler@0.2.0", Some(Family::P2Http)),
            ("wasi:clocks/system-clock@0.3.0", Some(Family::P3)),
            ("wasi:http/handler@0.3.0-rc-2026-01-06", Some(Family::P3Http)),
            ("engraft:capability/log@1.0.0", None),
            ("wasi:io/streams", None),
        ] {
            assert_eq!(Family::of(import), family, "{import}");
        }
    }
}

//! The outer form of a bundle: a header with a table of sections, then the sections.
//!
//! ```text
//! 8   89 65 6e 67 72 61 66 74     "\x89engraft"
//! 2   format                      1; all numbers are little-endian
//! 2   sections
//! 44  a section, each             4 kind, 8 length, 32 BLAKE3 of its bytes
//! 32  BLAKE3 of everything above
//!     the sections, one behind the other, in the order of the table
//! ```
//!
//! Kinds and their order: `dsse` (one or more), `wasm` (one), then pairs of `ndss` and `ncod`. The
//! digests tell damage from tampering at once; that nobody tampered is what the signatures show.
//!
//! *Never:* a byte of the file belongs to nothing, or two files hold the same parts.

use std::ops::Range;

use super::BundleError;
use crate::model::Digest;

const MAGIC: [u8; 8] = *b"\x89engraft";
const FORMAT: u16 = 1;
const PREFIX_BYTES: usize = 12;
const ENTRY_BYTES: usize = 44;
const DIGEST_BYTES: usize = 32;

/// Envelopes of a release: one, or one for each of a few parties that sign apart.
pub(crate) const ENVELOPES_MAX: usize = 8;
/// Native parts: the usual targets (Linux, macOS and Windows on two processors), and some spare.
pub(crate) const NATIVE_PARTS_MAX: usize = 8;
const SECTIONS_MAX: usize = ENVELOPES_MAX + 1 + 2 * NATIVE_PARTS_MAX;
/// Python components have 20 to 40 MiB; nothing useful comes near this.
pub const COMPONENT_BYTES_MAX: usize = 128 << 20;
/// Compiled code is three to four times as large as the component.
pub const NATIVE_BYTES_MAX: usize = 512 << 20;
/// The whole file. It is held in memory, and the largest component with its native parts fits.
pub const BUNDLE_BYTES_MAX: usize = 1 << 30;

/// What a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Envelope,
    Component,
    NativeEnvelope,
    NativeCode,
}

/// Where a section lies, and the digest that its bytes have.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
    pub(crate) digest: Digest,
}

/// Takes a file apart; every byte of it is accounted for.
pub(crate) fn decode(file: &[u8]) -> Result<Vec<Section>, BundleError> {
    let sections = decode_table(file)?;
    sections.iter().try_for_each(|section| section.check(file))?;
    Ok(sections)
}

/// The same without a look at the bytes of one kind.
pub(crate) fn decode_all_but(file: &[u8], kind: Kind) -> Result<Vec<Section>, BundleError> {
    let sections = decode_table(file)?;
    let mut looked_at = sections.iter().filter(|section| section.kind != kind);
    looked_at.try_for_each(|section| section.check(file))?;
    Ok(sections)
}

/// Where everything lies.
fn decode_table(file: &[u8]) -> Result<Vec<Section>, BundleError> {
    let (header_bytes, table) = decode_header(file)?;
    let mut at = header_bytes;
    let mut sections = Vec::with_capacity(table.len());
    for entry in &table {
        let end = at.saturating_add(entry.bytes);
        sections.push(Section { kind: entry.kind, range: at..end, digest: entry.digest });
        at = end;
    }
    check_order(&sections)?;
    check_total(at, file.len())?;
    let (header, digest) = split(file, header_bytes - DIGEST_BYTES);
    if digest.get(..DIGEST_BYTES) != Some(Digest::of(header).as_bytes()) {
        return Err(BundleError::Altered { part: "header" });
    }
    Ok(sections)
}

impl Section {
    /// Whether its bytes have the digest that the table lists.
    fn check(&self, file: &[u8]) -> Result<(), BundleError> {
        let bytes = file.get(self.range.clone()).unwrap_or_default();
        if Digest::of_many(bytes) == self.digest {
            Ok(())
        } else {
            Err(BundleError::Altered { part: self.kind.name() })
        }
    }
}

/// Puts sections together to a file. Their digests are known already; large parts hash slowly.
pub(crate) fn encode(sections: &[(Kind, Digest, &[u8])]) -> Vec<u8> {
    let header_bytes = PREFIX_BYTES + sections.len() * ENTRY_BYTES + DIGEST_BYTES;
    let body_bytes: usize = sections.iter().map(|(_, _, bytes)| bytes.len()).sum();
    let mut file = Vec::with_capacity(header_bytes + body_bytes);
    file.extend_from_slice(&MAGIC);
    file.extend_from_slice(&FORMAT.to_le_bytes());
    file.extend_from_slice(&u16::try_from(sections.len()).unwrap_or(u16::MAX).to_le_bytes());
    for (kind, digest, bytes) in sections {
        file.extend_from_slice(&kind.tag());
        file.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        file.extend_from_slice(digest.as_bytes());
    }
    let digest = Digest::of(&file);
    file.extend_from_slice(digest.as_bytes());
    sections.iter().for_each(|(_, _, bytes)| file.extend_from_slice(bytes));
    file
}

struct Entry {
    kind: Kind,
    bytes: usize,
    digest: Digest,
}

/// The length of the header, and its table.
fn decode_header(file: &[u8]) -> Result<(usize, Vec<Entry>), BundleError> {
    if file.len() > BUNDLE_BYTES_MAX {
        return Err(too_large("bundle", file.len() as u64, BUNDLE_BYTES_MAX));
    }
    let (magic, rest) = split(file, MAGIC.len());
    if magic != MAGIC {
        return Err(foreign(file));
    }
    let truncated = |needed| BundleError::Truncated { needed, present: file.len() };
    let (&format, rest) = rest.split_first_chunk().ok_or_else(|| truncated(PREFIX_BYTES))?;
    if u16::from_le_bytes(format) != FORMAT {
        return Err(BundleError::Format { found: u16::from_le_bytes(format), known: FORMAT });
    }
    let (&count, rest) = rest.split_first_chunk().ok_or_else(|| truncated(PREFIX_BYTES))?;
    let count = usize::from(u16::from_le_bytes(count));
    if count > SECTIONS_MAX {
        return Err(BundleError::TooMany { what: "sections", count, count_max: SECTIONS_MAX });
    }
    let header_bytes = PREFIX_BYTES + count * ENTRY_BYTES + DIGEST_BYTES;
    if file.len() < header_bytes {
        return Err(truncated(header_bytes));
    }
    let (entries, _) = rest.as_chunks::<ENTRY_BYTES>();
    let table = entries.iter().take(count).map(decode_entry).collect::<Result<_, _>>()?;
    Ok((header_bytes, table))
}

fn decode_entry(entry: &[u8; ENTRY_BYTES]) -> Result<Entry, BundleError> {
    let (tag, rest) = split(entry, 4);
    let (length, digest) = split(rest, 8);
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.tag() == tag)
        .ok_or_else(|| BundleError::Unknown { kind: tag.escape_ascii().to_string() })?;
    let bytes = length.try_into().map_or(u64::MAX, u64::from_le_bytes);
    if bytes == 0 {
        return Err(BundleError::Empty { section: kind.name() });
    }
    let digest = <[u8; DIGEST_BYTES]>::try_from(digest).unwrap_or_default().into();
    match usize::try_from(bytes) {
        Ok(bytes) if bytes <= kind.bytes_max() => Ok(Entry { kind, bytes, digest }),
        _ => Err(too_large(kind.name(), bytes, kind.bytes_max())),
    }
}

fn check_order(sections: &[Section]) -> Result<(), BundleError> {
    let count = |kind| sections.iter().filter(|section| section.kind == kind).count();
    for (kind, count_max) in [
        (Kind::Envelope, ENVELOPES_MAX),
        (Kind::NativeEnvelope, NATIVE_PARTS_MAX),
        (Kind::NativeCode, NATIVE_PARTS_MAX),
    ] {
        if count(kind) > count_max {
            let (what, count) = (kind.name(), count(kind));
            return Err(BundleError::TooMany { what, count, count_max });
        }
    }
    match count(Kind::Component) {
        1 => {}
        0 => return Err(BundleError::Missing { section: Kind::Component.name() }),
        _ => return Err(BundleError::Duplicate { section: Kind::Component.name() }),
    }
    if count(Kind::Envelope) == 0 {
        return Err(BundleError::Missing { section: Kind::Envelope.name() });
    }
    let mut before = Kind::Envelope;
    for section in sections {
        let fits = match section.kind {
            Kind::Envelope => before == Kind::Envelope,
            Kind::Component => before == Kind::Envelope,
            Kind::NativeEnvelope => matches!(before, Kind::Component | Kind::NativeCode),
            Kind::NativeCode => before == Kind::NativeEnvelope,
        };
        if !fits {
            return Err(BundleError::OutOfOrder { section: section.kind.name() });
        }
        before = section.kind;
    }
    if before == Kind::NativeEnvelope {
        return Err(BundleError::Missing { section: Kind::NativeCode.name() });
    }
    Ok(())
}

fn check_total(needed: usize, present: usize) -> Result<(), BundleError> {
    match present.checked_sub(needed) {
        None => Err(BundleError::Truncated { needed, present }),
        Some(0) => Ok(()),
        Some(extra) => Err(BundleError::Trailing { extra }),
    }
}

fn foreign(file: &[u8]) -> BundleError {
    if MAGIC.starts_with(file) {
        BundleError::Truncated { needed: PREFIX_BYTES, present: file.len() }
    } else if file.starts_with(b"\0asm") {
        BundleError::Unsigned
    } else {
        BundleError::Foreign
    }
}

pub(crate) fn too_large(part: &'static str, bytes: u64, bytes_max: usize) -> BundleError {
    BundleError::TooLarge { part, bytes, bytes_max }
}

fn split(bytes: &[u8], at: usize) -> (&[u8], &[u8]) {
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

// === impl Kind ===

impl Kind {
    const ALL: [Self; 4] =
        [Self::Envelope, Self::Component, Self::NativeEnvelope, Self::NativeCode];

    const fn tag(self) -> [u8; 4] {
        match self {
            Self::Envelope => *b"dsse",
            Self::Component => *b"wasm",
            Self::NativeEnvelope => *b"ndss",
            Self::NativeCode => *b"ncod",
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Component => "component",
            Self::NativeEnvelope => "envelope of native code",
            Self::NativeCode => "native code",
        }
    }

    const fn bytes_max(self) -> usize {
        match self {
            Self::Envelope | Self::NativeEnvelope => crate::artifact::envelope::ENVELOPE_BYTES_MAX,
            Self::Component => COMPONENT_BYTES_MAX,
            Self::NativeCode => NATIVE_BYTES_MAX,
        }
    }
}

//! Validity, nesting, features, memories, tables and data: the candidate as a thing made of parts.
//!
//! *Never:* a feature passes that is not known here.

use crate::examine::facts::{Extent, Module, Stopped};
use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::Subject;
use crate::model::Budget;

/// Proposals that the engine runs, and that change nothing of what a guest can do. Whatever is not
/// here, later proposals included, is refused by its name.
const TAKEN: [&str; 11] = [
    "sign_extension",
    "saturating_float_to_int",
    "bulk_memory",
    "reference_types",
    "simd",
    "relaxed_simd",
    "tail_call",
    "function_references",
    "multi-memory",
    "exceptions",
    "component-model-async",
];

/// Beginnings of files that are programs for other machines, or archives of anything.
const PROGRAMS: [(&[u8], &str); 12] = [
    (b"\x7fELF", "an ELF program"),
    (b"\xcf\xfa\xed\xfe", "a Mach-O program"),
    (b"\xfe\xed\xfa\xcf", "a Mach-O program"),
    (b"\xca\xfe\xba\xbe\x00\x00\x00", "a universal Mach-O program or a Java class"),
    (b"\xca\xfe\xd0\x0d", "a packed Java archive"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xfd7zXZ\x00", "an XZ archive"),
    (b"\x00asm\x01\x00\x00\x00", "another WebAssembly module"),
    (b"#!/bin/sh", "a shell script"),
    (b"#!/bin/bash", "a shell script"),
    (b"#!/usr/bin/env ", "a script"),
];

pub(super) fn malformed(subject: &Subject<'_>) -> Vec<Draft> {
    match &subject.facts.stopped {
        Some(Stopped::Malformed { offset, why }) => {
            let found = Draft::new("it holds what is not valid WebAssembly");
            vec![found.seen(format!("byte {offset}"), why)]
        }
        Some(Stopped::Depth | Stopped::Parts | Stopped::Functions) | None => Vec::new(),
    }
}

pub(super) fn nested(subject: &Subject<'_>) -> Vec<Draft> {
    let bounds = subject.bounds;
    let what = match &subject.facts.stopped {
        Some(Stopped::Depth) => {
            format!("components are nested more than {} deep", bounds.depth)
        }
        Some(Stopped::Parts) => {
            format!("it has more than {} components and modules in it", bounds.parts)
        }
        None if subject.facts.instances > u64::from(bounds.instances) => format!(
            "it makes {} instances of its components and modules, and {} are the most",
            subject.facts.instances, bounds.instances
        ),
        Some(Stopped::Malformed { .. } | Stopped::Functions) | None => return Vec::new(),
    };
    vec![Draft::new(what)]
}

pub(super) fn features(subject: &Subject<'_>) -> Vec<Draft> {
    let forbidden = &subject.forbidden.features;
    let used = subject.facts.features.iter();
    used.filter_map(|feature| {
        let spelled = feature.replace('_', "-");
        if forbidden.contains(&spelled) {
            return Some(Draft::new(format!("it uses `{spelled}`, which the policy forbids")));
        }
        let is_taken = TAKEN.contains(feature);
        (!is_taken).then(|| Draft::new(format!("it uses `{spelled}`, which is not run here")))
    })
    .collect()
}

pub(super) fn memories(subject: &Subject<'_>) -> Vec<Draft> {
    let budget = budget(subject);
    let count = subject.facts.modules.iter().map(|module| module.memories.len()).sum::<usize>();
    let mut found = too_many("memories", count, subject.bounds.memories);
    let needs = total(subject, |module| &module.memories);
    if needs > budget.memory_bytes {
        let allowed = budget.memory_bytes;
        found.push(Draft::new(format!(
            "its memories begin with {needs} bytes, and its budget allows {allowed}"
        )));
    }
    found
}

pub(super) fn tables(subject: &Subject<'_>) -> Vec<Draft> {
    let budget = budget(subject);
    let count = subject.facts.modules.iter().map(|module| module.tables.len()).sum::<usize>();
    let mut found = too_many("tables", count, subject.bounds.tables);
    let needs = total(subject, |module| &module.tables);
    if needs > budget.table_elements {
        let allowed = budget.table_elements;
        found.push(Draft::new(format!(
            "its tables begin with {needs} elements, and its budget allows {allowed}"
        )));
    }
    found
}

pub(super) fn data(subject: &Subject<'_>) -> Vec<Draft> {
    let pieces = || subject.facts.modules.iter().flat_map(|module| &module.data);
    let mut found = too_many("pieces of data", pieces().count(), subject.bounds.data_segments);
    let bytes: u64 = pieces().map(|piece| piece.bytes.len() as u64).sum();
    let most = subject.bounds.data_bytes;
    if bytes > most {
        found.push(Draft::new(format!("it has {bytes} bytes of data, and {most} are the most")));
    }
    found
}

/// A program for the machine itself has no business inside of a guest, unless something outside is
/// meant to run it.
pub(super) fn embedded(subject: &Subject<'_>) -> Vec<Draft> {
    let mut found = Vec::new();
    for module in &subject.facts.modules {
        for piece in &module.data {
            let place = || format!("module {}, data at byte {}", module.number, piece.range.start);
            let program = PROGRAMS.iter().find(|(begin, _)| piece.bytes.starts_with(begin));
            // A shell script in the middle of a text may be documentation; at its beginning it is
            // not. A program's head is told by more than its four letters.
            let elf = elf_inside(piece.bytes).then_some("an ELF program");
            let windows = windows_inside(piece.bytes).then_some("a Windows program");
            if let Some(what) = program.map(|(_, what)| *what).or(elf).or(windows) {
                found.push(Draft::new(format!("its data holds {what}")).seen(place(), what));
            }
        }
    }
    for custom in &subject.facts.customs {
        let program = PROGRAMS.iter().find(|(begin, _)| custom.bytes.starts_with(begin));
        if let Some((_, what)) = program {
            let draft = Draft::new(format!("a custom section holds {what}"));
            found.push(draft.seen(format!("section `{}`", custom.name), *what));
        }
    }
    found.truncate(super::super::examiner::DRAFTS_MAX);
    found
}

/// Class, byte order and version of an ELF head have two, two and one value.
fn elf_inside(bytes: &[u8]) -> bool {
    bytes.windows(7).any(|head| {
        head.starts_with(b"\x7fELF")
            && matches!(head, [_, _, _, _, class, order, version]
                if matches!(class, 1 | 2) && matches!(order, 1 | 2) && *version == 1)
    })
}

/// The head of a program for DOS tells where the one for Windows begins.
fn windows_inside(bytes: &[u8]) -> bool {
    const WHERE: usize = 0x3c;
    let begins = bytes.windows(2).enumerate().filter(|(_, two)| *two == b"MZ").map(|(at, _)| at);
    begins.into_iter().any(|at| {
        let place = bytes.get(at + WHERE..at + WHERE + 4).and_then(|four| four.try_into().ok());
        let offset = place.map(u32::from_le_bytes).and_then(|place| usize::try_from(place).ok());
        let head = offset.and_then(|offset| bytes.get(at.checked_add(offset)?..));
        head.is_some_and(|head| head.starts_with(b"PE\0\0"))
    })
}

fn budget(subject: &Subject<'_>) -> Budget {
    subject.manifest.map_or_else(Budget::default, |manifest| manifest.budget)
}

fn total<'a>(subject: &'a Subject<'_>, extents: fn(&'a Module<'a>) -> &'a [Extent]) -> u64 {
    let all = subject.facts.modules.iter().flat_map(extents);
    all.fold(0, |sum: u64, extent| sum.saturating_add(extent.initial))
}

fn too_many(what: &str, count: usize, most: u32) -> Vec<Draft> {
    if u64::try_from(count).unwrap_or(u64::MAX) <= u64::from(most) {
        return Vec::new();
    }
    let message = format!("it has {count} {what}, and {most} are the most");
    vec![Draft::new(message).severity(Severity::Critical)]
}

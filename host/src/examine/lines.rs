//! Where in its source a function of a module begins, as far as its DWARF tells: the tables of lines are
//! read, and nothing else of it.
//!
//! *Never:* a table that is broken is worse than one that is not there; what was read until then counts.

use std::collections::HashMap;
use std::ops::Range;

use gimli::{EndianSlice, LittleEndian, SectionId};

/// Bytes of one module's DWARF that are read; what has more is a whole runtime, whose lines nobody looks
/// up.
const BYTES_MAX: usize = 16 << 20;
/// Lines that are kept of one module. A row takes a byte of its table at least.
const ROWS_MAX: usize = 1 << 20;
/// One path, from its end.
const PATH_CHARS_MAX: usize = 80;

/// The lines of one module.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// By address, which counts from where the section with code begins.
    rows: Vec<Row>,
    files: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    address: u64,
    line: u64,
    file: usize,
}

type Bytes<'a> = EndianSlice<'a, LittleEndian>;

impl Lines {
    /// Reads the sections of a module whose names begin with `.debug_`.
    pub(crate) fn of(sections: &[(&str, &[u8])]) -> Self {
        let mut lines = Self::default();
        let bytes: usize = sections.iter().map(|(_, bytes)| bytes.len()).sum();
        if bytes > 0 && bytes <= BYTES_MAX {
            // As far as it goes.
            let _incomplete = lines.read(sections);
            lines.rows.sort_unstable();
        }
        lines
    }

    fn read(&mut self, sections: &[(&str, &[u8])]) -> Result<(), gimli::Error> {
        let section = |id: SectionId| {
            let found = sections.iter().find(|(name, _)| *name == id.name());
            let bytes = found.map(|(_, bytes)| *bytes).unwrap_or_default();
            Ok::<Bytes<'_>, gimli::Error>(EndianSlice::new(bytes, LittleEndian))
        };
        let dwarf = gimli::Dwarf::load(section)?;
        let mut units = dwarf.units();
        while let Some(header) = units.next()? {
            let unit = dwarf.unit(header)?;
            let Some(program) = unit.line_program.clone() else { continue };
            let mut known: HashMap<u64, usize> = HashMap::new();
            let mut rows = program.rows();
            while let Some((header, row)) = rows.next_row()? {
                let (Some(line), false) = (row.line(), row.end_sequence()) else { continue };
                if self.rows.len() >= ROWS_MAX {
                    return Ok(());
                }
                let file = *known.entry(row.file_index()).or_insert_with(|| {
                    let path = row.file(header).map(gimli::FileEntry::path_name);
                    let path = path.and_then(|path| dwarf.attr_string(&unit, path).ok());
                    self.files
                        .push(path.map(|path| short(&path.to_string_lossy())).unwrap_or_default());
                    self.files.len() - 1
                });
                self.rows.push(Row { address: row.address(), line: line.get(), file });
            }
        }
        Ok(())
    }

    /// The first line within these addresses, as `file:line`.
    pub(crate) fn first_in(&self, addresses: Range<u64>) -> Option<String> {
        let at = self.rows.partition_point(|row| row.address < addresses.start);
        let row = self.rows.get(at).filter(|row| row.address < addresses.end)?;
        let file = self.files.get(row.file).filter(|file| !file.is_empty())?;
        Some(format!("{file}:{}", row.line))
    }
}

/// The end of a path, which tells one file from another.
fn short(path: &str) -> String {
    let count = path.chars().count();
    path.chars().skip(count.saturating_sub(PATH_CHARS_MAX)).collect()
}

#[cfg(test)]
mod tests {
    use gimli::write::{Address, DwarfUnit, EndianVec, LineProgram, LineString, Sections};
    use gimli::{Encoding, Format, LineEncoding};

    use super::*;

    /// Two functions of `src/double.c`, at the addresses 3 and 40.
    fn sections() -> Vec<(String, Vec<u8>)> {
        let encoding = Encoding { format: Format::Dwarf32, version: 5, address_size: 4 };
        let mut dwarf = DwarfUnit::new(encoding);
        let text = |text: &str| LineString::String(text.as_bytes().to_vec());
        let mut program = LineProgram::new(
            encoding,
            LineEncoding::default(),
            text("/work"),
            None,
            text("src/double.c"),
            None,
        );
        let directory = program.default_directory();
        let file = program.add_file(text("src/double.c"), directory, None);
        for (address, line) in [(40, 21), (3, 7)] {
            program.begin_sequence(Some(Address::Constant(address)));
            for step in 0..3 {
                program.row().address_offset = step;
                program.row().file = file;
                program.row().line = line + step;
                program.generate_row();
            }
            program.end_sequence(10);
        }
        dwarf.unit.line_program = program;
        let mut sections = Sections::new(EndianVec::new(gimli::LittleEndian));
        dwarf.write(&mut sections).unwrap();
        let mut all = Vec::new();
        sections
            .for_each(|id, bytes| {
                all.push((id.name().to_owned(), bytes.slice().to_vec()));
                Ok::<_, gimli::Error>(())
            })
            .unwrap();
        all
    }

    fn lines(sections: &[(String, Vec<u8>)]) -> Lines {
        let borrowed = sections.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        Lines::of(&borrowed.collect::<Vec<_>>())
    }

    #[test]
    fn a_function_has_the_line_that_it_begins_with() {
        let lines = lines(&sections());
        assert_eq!(lines.first_in(1..20).as_deref(), Some("src/double.c:7"));
        assert_eq!(lines.first_in(38..60).as_deref(), Some("src/double.c:21"));
        assert_eq!(lines.first_in(20..38), None);
        assert_eq!(lines.first_in(100..200), None);
    }

    #[test]
    fn what_is_broken_tells_less_and_breaks_nothing() {
        let whole = sections();
        for (at, (_, bytes)) in whole.iter().enumerate() {
            for length in 0..bytes.len() {
                let mut cut = whole.clone();
                cut[at].1.truncate(length);
                let _ = lines(&cut).first_in(0..100);
                cut[at].1 = bytes.clone();
                cut[at].1[length] ^= 0xff;
                let _ = lines(&cut).first_in(0..100);
            }
        }
        assert_eq!(lines(&[]).first_in(0..100), None);
    }
}

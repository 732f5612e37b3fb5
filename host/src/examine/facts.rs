//! What the bytes of a candidate show: plain data, gathered in one walk, judged afterwards.
//!
//! *Never:* a fact is a judgement; the checks have the opinions.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use super::lines::Lines;
use super::moments::Moments;

/// Everything that one walk gathers.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    /// What the outermost component imports, by name.
    pub(crate) imports: Vec<String>,
    /// What the outermost component exports.
    pub(crate) exports: Vec<OuterExport>,
    /// Core modules, in the order in which they stand.
    pub(crate) modules: Vec<Module<'a>>,
    /// Custom sections, wherever they stand.
    pub(crate) customs: Vec<Custom<'a>>,
    /// Components and modules, the outermost included.
    pub(crate) parts: u32,
    /// The deepest nesting of these.
    pub(crate) depth: u32,
    /// Instances of modules and components, those that each instance of a component makes included.
    pub(crate) instances: u64,
    /// Microseconds that it takes to compile what stands between functions, about.
    pub(crate) joints: u64,
    /// Components with a start function of their own.
    pub(crate) component_starts: u32,
    /// Proposals beyond the first version of WebAssembly, by the name the specifications give them.
    pub(crate) features: BTreeSet<&'static str>,
    /// What its code puts into memory by itself, body by body, and what its globals begin with.
    pub(crate) stored: Vec<u8>,
    /// Numbers in its code that may be moments.
    pub(crate) moments: Moments,
    /// Why the walk ended before the bytes did.
    pub(crate) stopped: Option<Stopped>,
}

/// Why a walk ended early. Going on would cost what the bound is there to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The bytes are not valid.
    Malformed { offset: usize, why: String },
    /// Components inside components, without end.
    Depth,
    /// Too many components and modules.
    Parts,
    /// Too many functions.
    Functions,
}

/// An export of the outermost component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OuterExport {
    pub(crate) name: String,
    pub(crate) kind: OuterKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OuterKind {
    Function,
    Instance,
    /// Types, modules, components and values.
    Other,
}

/// A custom section.
#[derive(Debug)]
pub(crate) struct Custom<'a> {
    pub(crate) name: &'a str,
    pub(crate) bytes: &'a [u8],
}

/// One core module.
#[derive(Debug, Default)]
pub(crate) struct Module<'a> {
    /// Its place, for people: `module 2`.
    pub(crate) number: usize,
    pub(crate) imported_functions: u32,
    pub(crate) functions: Vec<Function>,
    pub(crate) exported: Vec<u32>,
    /// What it calls all that it imports and exports.
    pub(crate) called: Vec<&'a str>,
    /// Functions that stand in a table or are otherwise referred to.
    pub(crate) referred: BTreeSet<u32>,
    pub(crate) start: Option<u32>,
    /// First size and bound of each memory, in bytes.
    pub(crate) memories: Vec<Extent>,
    /// First size and bound of each table, in elements.
    pub(crate) tables: Vec<Extent>,
    pub(crate) data: Vec<Data<'a>>,
    /// The section with names of functions.
    pub(crate) names: Option<wasmparser::NameSectionReader<'a>>,
    /// Where the section with code begins in the file.
    pub(crate) code_begins: usize,
    /// Sections for debuggers.
    pub(crate) debug: Vec<(&'a str, &'a [u8])>,
    /// The lines that these tell of, read when somebody asks.
    pub(crate) lines: OnceLock<Lines>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) initial: u64,
    pub(crate) maximum: Option<u64>,
}

/// A piece of data, and where it comes to lie.
#[derive(Debug, Clone)]
pub(crate) struct Data<'a> {
    /// None where it depends on something, or is copied later.
    pub(crate) at: Option<u64>,
    pub(crate) memory: u32,
    pub(crate) bytes: &'a [u8],
    /// Where it stands in the file.
    pub(crate) range: Range<usize>,
}

/// One function, without its instructions.
#[derive(Debug, Default, Clone)]
pub(crate) struct Function {
    /// Where its body begins in the file.
    pub(crate) begins: usize,
    pub(crate) bytes: usize,
    /// Parameters included.
    pub(crate) locals: u32,
    pub(crate) blocks: u32,
    pub(crate) nesting: u32,
    /// Loops inside one another.
    pub(crate) loop_nesting: u32,
    /// Values that wait to be used, at most.
    pub(crate) waiting: u32,
    pub(crate) br_table: u32,
    /// Microseconds that it takes to compile, about.
    pub(crate) work: u64,
    pub(crate) loops: u32,
    /// Whether it calls what is only known when it runs.
    pub(crate) is_indirect: bool,
    /// What it calls, each once.
    pub(crate) calls: Vec<u32>,
    /// What it calls before anything could take it elsewhere.
    pub(crate) first_calls: Vec<u32>,
    /// Whether it runs, before anything could take it elsewhere, into a loop that has no way out.
    pub(crate) hangs: bool,
    /// Whether its body was too large to be looked into.
    pub(crate) is_unread: bool,
}

impl Module<'_> {
    /// A function of this module's own, by its index among all.
    pub(crate) fn function(&self, index: u32) -> Option<&Function> {
        let own = index.checked_sub(self.imported_functions)?;
        self.functions.get(usize::try_from(own).ok()?)
    }

    /// The index of a function of its own.
    pub(crate) fn index(&self, own: usize) -> u32 {
        u32::try_from(own).unwrap_or(u32::MAX).saturating_add(self.imported_functions)
    }

    /// What to call a function by in a report.
    pub(crate) fn place(&self, index: u32) -> String {
        let name = self.name_of(index).map(|name| format!(" `{name}`")).unwrap_or_default();
        let line = self.line_of(index).map(|line| format!(" at {line}")).unwrap_or_default();
        format!("module {}, function {index}{name}{line}", self.number)
    }

    /// The file and the line that a function begins at, where the component tells.
    pub(crate) fn line_of(&self, index: u32) -> Option<String> {
        let function = self.function(index)?;
        let begins = function.begins.checked_sub(self.code_begins)? as u64;
        let lines = self.lines.get_or_init(|| Lines::of(&self.debug));
        lines.first_in(begins..begins + function.bytes as u64)
    }

    pub(crate) fn name_of(&self, index: u32) -> Option<String> {
        for part in self.names.clone()? {
            if let wasmparser::Name::Function(names) = part.ok()? {
                let mut named = names.into_iter().filter_map(Result::ok);
                let name = named.find(|naming| naming.index == index)?.name;
                return Some(name.chars().take(80).collect());
            }
        }
        None
    }
}

impl Facts<'_> {
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&Module<'_>, u32, &Function)> {
        self.modules.iter().flat_map(|module| {
            let own = module.functions.iter().enumerate();
            own.map(move |(own, function)| (module, module.index(own), function))
        })
    }
}

//! Every function and operator: its overloads, and what of the runtime does it.
//!
//! *Never:* a function is callable that the runtime does not have.

use super::types::{Found, Type};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a runtime function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returns {
    /// A value, or zero for a fault.
    Value,
    /// A value in every case.
    Sure,
    /// 0, 1, or 2 for a fault.
    Truth,
    /// 0 or 1.
    SureTruth,
}

/// A function of the runtime, with a constant behind its arguments where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Runtime {
    pub(crate) symbol: &'static str,
    pub(crate) constant: Option<u32>,
    pub(crate) returns: Returns,
}

/// Types of the arguments, the target's first, and of the result.
#[derive(Debug, Clone)]
pub(super) struct Overload {
    pub(super) params: Vec<Type>,
    pub(super) result: Type,
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) runtime: Runtime,
    pub(super) overloads: Vec<Overload>,
}

/// Whether a function is called on a target, and how many arguments that makes with it.
type Form = (bool, usize);

/// Lines of: how it is called, its name, the runtime's name with what it gives, and the overloads.
/// `fn` is called by name, `on` on a target, `op` is an operator. Behind the runtime's name stands
/// what it gives: `:v` a value, `:s` a sure one, `:t` a truth value, `:u` a sure one; and a constant.
const TABLE: &str = "
op _+_ rt_add:v i,i>i u,u>u d,d>d s,s>s y,y>y D,D>D T,D>T D,T>T LA,LA>LA
op _-_ rt_subtract:v i,i>i u,u>u d,d>d D,D>D T,D>T T,T>D
op _*_ rt_multiply:v i,i>i u,u>u d,d>d
op _/_ rt_divide:v i,i>i u,u>u d,d>d
op _%_ rt_modulo:v i,i>i u,u>u
op -_ rt_negate:v i>i d>d D>D
op !_ rt_not:v b>b
op _==_ rt_equal:u A,A>b
op _!=_ rt_equal:u A,A>b
op _<_ rt_order:t i,i>b u,u>b d,d>b b,b>b s,s>b y,y>b T,T>b D,D>b i,u>b i,d>b u,i>b u,d>b d,i>b d,u>b
op _<=_ rt_order:t i,i>b u,u>b d,d>b b,b>b s,s>b y,y>b T,T>b D,D>b i,u>b i,d>b u,i>b u,d>b d,i>b d,u>b
op _>_ rt_order:t i,i>b u,u>b d,d>b b,b>b s,s>b y,y>b T,T>b D,D>b i,u>b i,d>b u,i>b u,d>b d,i>b d,u>b
op _>=_ rt_order:t i,i>b u,u>b d,d>b b,b>b s,s>b y,y>b T,T>b D,D>b i,u>b i,d>b u,i>b u,d>b d,i>b d,u>b
op @in rt_in:t A,LA>b A,MAB>b
fn size rt_size:v s>i y>i LA>i MAB>i
on size rt_size:v s>i y>i LA>i MAB>i
fn type rt_type:s A>t
fn dyn -:s A>?
fn int rt_to_int:v i>i u>i d>i s>i T>i D>i
fn uint rt_to_uint:v u>u i>u d>u s>u
fn double rt_to_double:v d>d i>d u>d s>d
fn string rt_to_string:v s>s b>s i>s u>s d>s y>s T>s D>s I>s C>s
fn bytes rt_to_bytes:v y>y s>y
fn bool rt_to_bool:v b>b s>b
fn timestamp rt_to_time:v T>T i>T s>T
fn duration rt_to_duration:v D>D i>D s>D
on contains rt_contains:t s,s>b
on startsWith rt_starts_with:t s,s>b
on endsWith rt_ends_with:t s,s>b
on matches rt_matches:t s,s>b
fn matches rt_matches:t s,s>b
on getFullYear rt_time_part:v:0 T>i
on getMonth rt_time_part:v:1 T>i
on getDayOfYear rt_time_part:v:2 T>i
on getDayOfMonth rt_time_part:v:3 T>i
on getDate rt_time_part:v:4 T>i
on getDayOfWeek rt_time_part:v:5 T>i
on getHours rt_time_part:v:6 T>i D>i
on getMinutes rt_time_part:v:7 T>i D>i
on getSeconds rt_time_part:v:8 T>i D>i
on getMilliseconds rt_time_part:v:9 T>i D>i
on getFullYear rt_time_part_in:v:0 T,s>i
on getMonth rt_time_part_in:v:1 T,s>i
on getDayOfYear rt_time_part_in:v:2 T,s>i
on getDayOfMonth rt_time_part_in:v:3 T,s>i
on getDate rt_time_part_in:v:4 T,s>i
on getDayOfWeek rt_time_part_in:v:5 T,s>i
on getHours rt_time_part_in:v:6 T,s>i
on getMinutes rt_time_part_in:v:7 T,s>i
on getSeconds rt_time_part_in:v:8 T,s>i
on getMilliseconds rt_time_part_in:v:9 T,s>i
on charAt rt_char_at:v s,i>s
on indexOf rt_index_of:v s,s>i
on indexOf rt_index_of_from:v s,s,i>i
on lastIndexOf rt_last_index_of:v s,s>i
on lastIndexOf rt_last_index_of_from:v s,s,i>i
on lowerAscii rt_lower_ascii:v s>s
on upperAscii rt_upper_ascii:v s>s
on replace rt_replace:v s,s,s>s
on replace rt_replace_some:v s,s,s,i>s
on split rt_split:v s,s>Ls
on split rt_split_some:v s,s,i>Ls
on substring rt_substring:v s,i>s
on substring rt_substring_to:v s,i,i>s
on trim rt_trim:v s>s
on join rt_join:v Ls>s
on join rt_join_by:v Ls,s>s
on format rt_format:v s,L?>s
on reverse rt_reverse:v s>s LA>LA
fn strings.quote rt_quote:v s>s
fn base64.encode rt_base64_encode:v y>s
fn base64.decode rt_base64_decode:v s>y
fn math.greatest rt_greatest:v i>i u>u d>d LA>A
fn math.least rt_least:v i>i u>u d>d LA>A
fn math.ceil rt_ceil:v d>d
fn math.floor rt_floor:v d>d
fn math.round rt_round:v d>d
fn math.trunc rt_trunc:v d>d
fn math.abs rt_abs:v i>i u>u d>d
fn math.sign rt_sign:v i>i u>u d>d
fn math.isNaN rt_is_nan:t d>b
fn math.isInf rt_is_inf:t d>b
fn math.isFinite rt_is_finite:t d>b
fn math.sqrt rt_number:v d>d i>d u>d
fn math.bitAnd rt_bit_and:v i,i>i u,u>u
fn math.bitOr rt_bit_or:v i,i>i u,u>u
fn math.bitXor rt_bit_xor:v i,i>i u,u>u
fn math.bitNot rt_bit_not:v i>i u>u
fn math.bitShiftLeft rt_shift_left:v i,i>i u,i>u
fn math.bitShiftRight rt_shift_right:v i,i>i u,i>u
fn lists.range rt_lists_range:v i>Li
on slice rt_slice:v LA,i,i>LA
on flatten rt_flatten:v LA>L?
on flatten rt_flatten:v LA,i>L?
on distinct rt_distinct:v LA>LA
on sort rt_sort:v LA>LA
on sum rt_sum:v Li>i Lu>? Ld>? LD>?
on first rt_first_item:v LA>OA
on last rt_last_item:v LA>OA
fn sets.contains rt_sets_contains:t LA,LA>b
fn sets.equivalent rt_sets_equivalent:t LA,LA>b
fn sets.intersects rt_sets_intersects:t LA,LA>b
fn optional.of rt_optional_of:s A>OA
fn optional.none rt_optional_none:s >OA
fn optional.ofNonZeroValue rt_optional_of_non_zero:s A>OA
fn optional.unwrap rt_unwrap:v LOA>LA
on unwrapOpt rt_unwrap:v LOA>LA
on hasValue rt_has_value:t OA>b
on value rt_value:v OA>A
fn ip rt_ip:v s>I
on ip rt_ip:v C>I
fn cidr rt_cidr:v s>C
fn isIP rt_is_ip:t s>b
fn isCIDR rt_is_cidr:t s>b
fn ip.isCanonical rt_is_canonical:t s>b
on family rt_family:v I>i
on isUnspecified rt_ip_is:t:0 I>b
on isLoopback rt_ip_is:t:1 I>b
on isGlobalUnicast rt_ip_is:t:2 I>b
on isLinkLocalMulticast rt_ip_is:t:3 I>b
on isLinkLocalUnicast rt_ip_is:t:4 I>b
on containsIP rt_contains_ip:t C,I>b C,s>b
on containsCIDR rt_contains_cidr:t C,C>b C,s>b
on masked rt_masked:v C>C
on isMask rt_is_mask:t C>b
on prefixLength rt_prefix_length:v C>i
fn url.encode rt_url_encode:v s>s i>s u>s d>s b>s
fn json.encode rt_to_json:v A>s
fn json.decode rt_of_json:v s>? y>?
fn regex.extract rt_extract:v s,s>Os
fn regex.extractAll rt_extract_all:v s,s>Ls
fn regex.replace rt_regex_replace:v s,s,s>s
fn regex.replace rt_regex_replace_some:v s,s,s,i>s
";

/// The table as it is looked up. Parameters are numbered; each use takes fresh ones.
static FUNCTIONS: LazyLock<BTreeMap<&str, BTreeMap<Form, Function>>> = LazyLock::new(|| {
    let mut functions: BTreeMap<&str, BTreeMap<Form, Function>> = BTreeMap::new();
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let (style, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let runtime = runtime_of(words.next().unwrap_or_default());
        for word in words {
            let (params, result) = word.split_once('>').unwrap_or_default();
            let params: Vec<Type> =
                params.split(',').filter(|param| !param.is_empty()).map(type_of).collect();
            let forms = functions.entry(name).or_default();
            let function = forms
                .entry((style == "on", params.len()))
                .or_insert_with(|| Function { runtime: runtime.clone(), overloads: Vec::new() });
            function.overloads.push(Overload { params, result: type_of(result) });
        }
    }
    functions
});

fn runtime_of(word: &'static str) -> Runtime {
    let mut parts = word.split(':');
    let symbol = parts.next().unwrap_or_default();
    let returns = match parts.next() {
        Some("s") => Returns::Sure,
        Some("t") => Returns::Truth,
        Some("u") => Returns::SureTruth,
        _ => Returns::Value,
    };
    Runtime { symbol, constant: parts.next().and_then(|part| part.parse().ok()), returns }
}

fn type_of(word: &str) -> Type {
    let mut letters = word.chars();
    read_type(&mut letters)
}

fn read_type(letters: &mut std::str::Chars<'_>) -> Type {
    match letters.next() {
        Some('b') => Type::Bool,
        Some('i') => Type::Int,
        Some('u') => Type::Uint,
        Some('d') => Type::Double,
        Some('s') => Type::Text,
        Some('y') => Type::Bytes,
        Some('T') => Type::Time,
        Some('D') => Type::Duration,
        Some('t') => Type::Type,
        Some('I') => Type::Ip,
        Some('C') => Type::Cidr,
        Some('L') => Type::list(read_type(letters)),
        Some('O') => Type::optional(read_type(letters)),
        Some('M') => {
            let key = read_type(letters);
            Type::map(key, read_type(letters))
        }
        Some('A') => Type::Param(0),
        Some('B') => Type::Param(1),
        _ => Type::Dyn,
    }
}

/// A function by how it is called.
pub(super) fn function(name: &str, on_target: bool, count: usize) -> Option<&'static Function> {
    FUNCTIONS.get(name)?.get(&(on_target, count))
}

/// Whether anything has this name, and how it can be called.
pub(super) fn forms(name: &str) -> Vec<Form> {
    FUNCTIONS.get(name).map(|forms| forms.keys().copied().collect()).unwrap_or_default()
}

/// Names of functions, for guesses; operators have none.
pub(super) fn names(on_target: bool) -> impl Iterator<Item = &'static str> {
    FUNCTIONS
        .iter()
        .filter(move |(_, forms)| forms.keys().any(|(on, _)| *on == on_target))
        .map(|(name, _)| *name)
        .filter(|name| name.starts_with(|letter: char| letter.is_alphabetic()))
}

/// Every function of the runtime that one of the language stands for, with the types of its arguments.
#[cfg(test)]
pub(crate) fn symbols() -> Vec<(Runtime, Vec<Type>)> {
    let all = FUNCTIONS.values().flat_map(BTreeMap::values);
    let overloads = |function: &Function| -> Vec<(Runtime, Vec<Type>)> {
        let of = |overload: &Overload| (function.runtime.clone(), overload.params.clone());
        function.overloads.iter().map(of).collect()
    };
    all.flat_map(overloads).collect()
}

impl Overload {
    /// The overload with parameters that nothing is known about yet.
    pub(super) fn fresh(&self, found: &mut Found) -> Self {
        let params = [found.fresh(), found.fresh()];
        let params_of = |ty: &Type| renumbered(ty, params);
        Self {
            params: self.params.iter().map(params_of).collect(),
            result: params_of(&self.result),
        }
    }
}

fn renumbered(ty: &Type, params: [usize; 2]) -> Type {
    match ty {
        Type::Param(0) => Type::Param(params[0]),
        Type::Param(_) => Type::Param(params[1]),
        Type::List(item) => Type::list(renumbered(item, params)),
        Type::Optional(held) => Type::optional(renumbered(held, params)),
        Type::Map(key, value) => Type::map(renumbered(key, params), renumbered(value, params)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the page on the format says of functions.
    fn told() -> &'static str {
        let page = include_str!("../../FORMAT.md");
        let part = page.split("| operators |").nth(1).unwrap_or_default();
        part.split("Protocol buffer messages").next().unwrap_or_default()
    }

    #[test]
    fn every_function_is_told() {
        for (name, forms) in FUNCTIONS.iter().filter(|(name, _)| !name.contains(['_', '@'])) {
            for (on_target, _) in forms.keys() {
                let written = if *on_target { format!(".{name}(") } else { format!("{name}(") };
                let named = told().contains(&written) || told().contains(&format!("`{name}`"));
                assert!(named, "{written} is not told");
            }
        }
    }

    #[test]
    fn every_function_that_is_told_is_there() {
        let macros = [
            "has",
            "all",
            "exists",
            "exists_one",
            "existsOne",
            "filter",
            "map",
            "sortBy",
            "optMap",
            "transformList",
            "transformMap",
            "transformMapEntry",
            "optFlatMap",
            "or",
            "orValue",
            "cel.bind",
            "type",
            "dyn",
        ];
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._".contains(letter);
        for (at, _) in told().match_indices('(') {
            let before = told().get(..at).unwrap_or_default();
            let start = before.rfind(|letter| !is_part(letter)).map_or(0, |at| at + 1);
            let name = before.get(start..).unwrap_or_default();
            let last = name.trim_start_matches('.').rsplit('.').next().unwrap_or_default();
            let known = |name: &str| !forms(name).is_empty() || macros.contains(&name);
            assert!(name.is_empty() || known(name) || known(last), "{name} is told");
        }
    }
}

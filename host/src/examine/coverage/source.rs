//! Which code came from which expression of a source: whoever compiles a recipe knows, and hands it
//! over with the candidate.
//!
//! *Never:* a span is believed to lie within the text; it is cut to it.

use std::collections::BTreeMap;

use super::figures::{ExpressionCoverage, Share, SourceCoverage};
use super::map::Map;

/// A source of more is kept out of reports; the compiler of recipes takes no more either.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Expressions that are told of.
const SPANS_MAX: usize = 20_000;

/// A source, and where the code of its expressions is.
///
/// ```
/// use engraft::examine::{SourceMap, SourceSpan};
///
/// let span = SourceSpan { function: 12, offset: 3, start: 8, end: 13 };
/// let source = SourceMap { text: "return: a + 1".to_owned(), spans: vec![span] };
/// assert_eq!(&source.text[8..13], "a + 1");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// The text.
    pub text: String,
    /// Its expressions, in any order.
    pub spans: Vec<SourceSpan>,
}

/// Where the code of one expression begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceSpan {
    /// The function of the first core module, by its index there.
    pub function: u32,
    /// The first instruction, in bytes from the beginning of the function's body.
    pub offset: u32,
    /// The expression's first byte in the text.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// Which expressions were evaluated: those whose first instruction stands in a block that was entered.
pub(super) fn covered(source: &SourceMap, map: &Map) -> Option<SourceCoverage> {
    let length = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
    if source.text.len() > TEXT_BYTES_MAX || source.spans.is_empty() {
        return None;
    }
    let mut known: BTreeMap<(u32, u32), bool> = BTreeMap::new();
    for span in &source.spans {
        let place = (span.start.min(length), span.end.clamp(span.start.min(length), length));
        let is_evaluated = map.is_reached(span.function, span.offset);
        *known.entry(place).or_default() |= is_evaluated;
    }
    let mut expressions = Share::default();
    known.values().for_each(|is_evaluated| expressions.add(*is_evaluated));
    let span = |((start, end), is_evaluated)| ExpressionCoverage { start, end, is_evaluated };
    let spans = known.into_iter().take(SPANS_MAX).map(span).collect();
    Some(SourceCoverage { text: source.text.clone(), expressions, spans })
}

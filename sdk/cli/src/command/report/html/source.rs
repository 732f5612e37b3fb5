//! Coverage: shares, the source with what of it was evaluated, functions that hide most, and the inputs
//! that were kept.
//!
//! *Never:* more work than the page is worth, whatever a report says its spans are.

use engraft::examine::{Coverage, ExpressionCoverage, Share, SourceCoverage};

use super::markup::Markup;
use super::plot;

/// Bytes that spans may paint in all: a source of a megabyte with sixteen layers.
const PAINTED_BYTES_MAX: usize = 16 << 20;

/// The whole part.
pub(super) fn covered(page: &mut Markup, coverage: &Coverage) {
    page.element("h2", "", "What of it ran").raw("<div class=\"plots\">");
    let expressions = coverage.source.as_ref().map(|source| ("expressions", source.expressions));
    let shares = [("functions", coverage.functions), ("basic blocks", coverage.blocks)];
    for (name, share) in shares.into_iter().chain(expressions) {
        page.raw("<div>").text(&format!("{name}: {}", told(share))).raw("<br>");
        plot::share(page, share.percent());
        page.raw("</div>");
    }
    page.raw("</div>\n");
    let search = coverage.search;
    let before = coverage.blocks_before;
    let note = format!(
        "{} examples and generated cases reached {} blocks; {} inputs were searched for.",
        search.begun_with, before.reached, search.tried
    );
    page.element("p", "dim", &note);
    if let Some(source) = &coverage.source {
        text(page, source);
    }
    functions(page, coverage);
    kept(page, coverage);
}

fn told(share: Share) -> String {
    format!("{:.0} % ({} of {})", share.percent(), share.reached, share.total)
}

/// What a byte of the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paint {
    Plain,
    Hit,
    Miss,
}

/// The source, each expression in the colour of the smallest one that it is part of.
fn text(page: &mut Markup, source: &SourceCoverage) {
    page.element("h3", "", "Source").raw("<pre>");
    let paints = painted(source.text.len(), &source.spans);
    let mut run = String::new();
    let mut paint = Paint::Plain;
    for (at, letter) in source.text.char_indices() {
        let here = paints.get(at).copied().unwrap_or(Paint::Plain);
        if here != paint {
            flush(page, paint, &mut run);
            paint = here;
        }
        run.push(letter);
    }
    flush(page, paint, &mut run);
    page.raw("</pre>\n<p class=\"dim\"><span class=\"hit\">evaluated</span> ");
    page.raw("<span class=\"miss\">never evaluated</span></p>\n");
}

fn flush(page: &mut Markup, paint: Paint, run: &mut String) {
    match paint {
        Paint::Plain => page.text(run),
        Paint::Hit => page.element("span", "hit", run),
        Paint::Miss => page.element("span", "miss", run),
    };
    run.clear();
}

fn painted(length: usize, spans: &[ExpressionCoverage]) -> Vec<Paint> {
    let mut paints = vec![Paint::Plain; length];
    let mut spans: Vec<&ExpressionCoverage> = spans.iter().collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.end.saturating_sub(span.start)));
    let mut left = PAINTED_BYTES_MAX;
    for span in spans {
        let Some(part) = paints.get_mut(span.start as usize..(span.end as usize).min(length))
        else {
            continue;
        };
        if part.len() > left {
            break;
        }
        left -= part.len();
        part.fill(if span.is_evaluated { Paint::Hit } else { Paint::Miss });
    }
    paints
}

fn functions(page: &mut Markup, coverage: &Coverage) {
    for module in &coverage.modules {
        let title = format!("Module {}: blocks {}", module.number, told(module.blocks));
        page.element("h3", "", &title);
        if module.least.is_empty() {
            continue;
        }
        page.header(&["function with most that did not run", "blocks", ""]);
        for function in &module.least {
            let name = match function.name.as_str() {
                "" => format!("function {}", function.index),
                name => name.to_owned(),
            };
            let name = match function.line.as_str() {
                "" => name,
                line => format!("{name}, {line}"),
            };
            page.raw("<tr>").element("td", "", &name).element("td", "", &told(function.blocks));
            page.raw("<td>");
            plot::share(page, function.blocks.percent());
            page.raw("</td></tr>\n");
        }
        page.raw("</table>\n");
    }
}

fn kept(page: &mut Markup, coverage: &Coverage) {
    if coverage.kept.is_empty() {
        return;
    }
    page.element("h3", "", "Inputs that reached something new");
    page.header(&["operation", "input", "came to", "new blocks", ""]);
    for case in &coverage.kept {
        let (input, new) = (case.input.to_string(), case.new_blocks.to_string());
        let came_to =
            case.output.as_ref().map_or_else(|| case.outcome.clone(), ToString::to_string);
        let how = if case.is_searched { "searched" } else { "generated" };
        page.row(&[case.operation.as_str(), input.as_str(), came_to.as_str(), new.as_str(), how]);
    }
    page.raw("</table>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_expression_says_what_a_place_is_and_nonsense_does_no_harm() {
        let span = |start, end, is_evaluated| ExpressionCoverage { start, end, is_evaluated };
        let paints = painted(6, &[span(2, 4, false), span(0, 5, true)]);
        let (hit, miss) = (Paint::Hit, Paint::Miss);
        assert_eq!(paints, [hit, hit, miss, miss, hit, Paint::Plain]);
        let odd = [span(9, 12, true), span(4, 1, true), span(0, u32::MAX, false)];
        assert_eq!(painted(3, &odd), [miss; 3]);
        let many = vec![span(0, 1 << 20, true); 10_000];
        assert_eq!(painted(1 << 20, &many).len(), 1 << 20);
    }
}

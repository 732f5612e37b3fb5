//! Drawings within the page: how numbers are spread, and shares.
//!
//! *Never:* a drawing says something that its title, for whoever cannot see it, does not.

use engraft::examine::{Bin, Quantiles};

use super::markup::Markup;

/// The drawing's own units; below the bars is room for a line of text.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 90.0;

/// A share of 100, as a bar.
pub(super) fn share(page: &mut Markup, percent: f64) {
    let filled = percent.clamp(0.0, 100.0) / 100.0 * WIDTH;
    page.raw("<svg viewBox=\"0 0 320 10\" role=\"img\"><title>");
    page.number(percent).raw(" of 100</title>");
    page.raw("<rect class=\"rest\" width=\"320\" height=\"10\"/><rect class=\"bar\" height=\"10\" width=\"");
    page.number(filled).raw("\"/></svg>");
}

/// Bars for a spread, with lines where half, 95 and 99 of 100 are, where that is known.
pub(super) fn spread(
    page: &mut Markup,
    title: &'static str,
    bins: &[Bin],
    marks: Option<&Quantiles>,
    tell: &dyn Fn(u64) -> String,
) {
    let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return };
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1);
    page.raw("<div>").element("strong", "", title);
    page.raw("<br><svg viewBox=\"0 0 320 106\" role=\"img\">").element("title", "", title);
    let width = WIDTH / float(bins.len() as u64);
    for (at, bin) in (0_u64..).zip(bins) {
        // What is there is seen, however little it is beside the most.
        let height =
            (float(bin.count) / float(most) * HEIGHT).max(if bin.count > 0 { 1.0 } else { 0.0 });
        page.raw("<rect class=\"bar\" x=\"").number(float(at) * width);
        page.raw("\" y=\"").number(HEIGHT - height);
        page.raw("\" width=\"").number((width - 1.0).max(1.0));
        page.raw("\" height=\"").number(height).raw("\">");
        let told = format!("{} to {}: {} calls", tell(bin.from), tell(bin.to), bin.count);
        page.element("title", "", &told).raw("</rect>");
    }
    for (name, value) in
        marks.into_iter().flat_map(|it| [("p50", it.p50), ("p95", it.p95), ("p99", it.p99)])
    {
        let Some(at) = bins.iter().position(|bin| (bin.from..=bin.to).contains(&value)) else {
            continue;
        };
        let x = (float(at as u64) + 0.5) * width;
        page.raw("<line y1=\"0\" y2=\"90\" x1=\"").number(x).raw("\" x2=\"").number(x).raw("\">");
        page.element("title", "", &format!("{name}: {}", tell(value))).raw("</line>");
    }
    page.raw("<text y=\"102\" x=\"0\">").text(&tell(first.from)).raw("</text>");
    page.raw("<text y=\"102\" text-anchor=\"end\" x=\"320\">").text(&tell(last.to));
    page.raw("</text></svg></div>\n");
}

#[expect(clippy::cast_precision_loss, reason = "for a drawing")]
const fn float(number: u64) -> f64 {
    number as f64
}

//! Draws lines of a terminal as an SVG in which they rise one after the other. Whoever sees no
//! animation sees the last of them.
//!
//! *Never:* the drawing asks for anything outside itself: no script, no font, no picture.

use std::fmt::Write;

use super::line::Line;

/// As many lines as are seen at once.
const ROWS: usize = 32;
/// As wide as the widest line that a program for terminals writes.
const COLUMNS: usize = 104;
const LINE_PX: f64 = 17.0;
const LETTER_PX: f64 = 7.25;
const EDGE_PX: f64 = 14.0;
/// How long whoever reads needs for a line, by what it begins with.
const PLAIN_S: f64 = 0.3;
const SAID_S: f64 = 0.9;
const TICKED_S: f64 = 1.1;
const HEADING_S: f64 = 1.3;
/// How long the end stays.
const END_S: f64 = 8.0;

/// The drawing.
pub(super) fn draw(lines: &[Line]) -> String {
    let (width, height) =
        (COLUMNS as f64 * LETTER_PX + 2.0 * EDGE_PX, ROWS as f64 * LINE_PX + 2.0 * EDGE_PX);
    let mut svg = String::new();
    // Writing to memory does not fail.
    let _ok = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"A session of the assistant: {}\">",
        escape(&steps(lines))
    );
    svg.push_str(&style(lines));
    let _ok = writeln!(
        svg,
        "<clipPath id=\"screen\"><rect x=\"0\" y=\"{EDGE_PX}\" width=\"{width}\" height=\"{}\"/></clipPath>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" class=\"back\"/>\n\
         <g clip-path=\"url(#screen)\"><g class=\"roll\">",
        ROWS as f64 * LINE_PX
    );
    for (index, line) in lines.iter().enumerate() {
        let y = EDGE_PX + (index + 1) as f64 * LINE_PX - 4.0;
        let _ok = write!(svg, "<text x=\"{EDGE_PX}\" y=\"{y}\" xml:space=\"preserve\">");
        for piece in &line.pieces {
            let (class, text) = (piece.ink.class(), escape(&piece.text));
            let _ok = write!(svg, "<tspan class=\"{class}\">{text}</tspan>");
        }
        svg.push_str("</text>\n");
    }
    svg.push_str("</g></g>\n</svg>\n");
    svg
}

/// What was ticked off, for whoever cannot see it.
fn steps(lines: &[Line]) -> String {
    let texts = lines.iter().map(Line::text);
    let steps = texts.filter_map(|text| Some(text.strip_prefix("✓ ")?.to_owned()));
    steps.collect::<Vec<_>>().join("; ")
}

fn style(lines: &[Line]) -> String {
    let total = lines.iter().map(pause).sum::<f64>() + END_S;
    let mut frames = String::new();
    let mut at = 0.0;
    for (index, line) in lines.iter().enumerate() {
        let percent = at / total * 100.0;
        let _ok = write!(frames, "{percent:.2}%{{transform:translateY({}px)}}", shift(index + 1));
        at += pause(line);
    }
    let last = shift(lines.len());
    format!(
        "<style>\n\
         text{{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d4d7dd}}\n\
         .back{{fill:#16181d}}.s{{font-weight:bold;fill:#fff}}.d{{fill:#858b98}}.r{{fill:#f28779}}\
         .g{{fill:#87c38f}}.c{{fill:#7cc5d9}}\n\
         .roll{{transform:translateY({last}px);animation:roll {total:.1}s step-end infinite}}\n\
         @keyframes roll{{{frames}100%{{transform:translateY({last}px)}}}}\n\
         @media (prefers-reduced-motion:reduce){{.roll{{animation:none}}}}\n\
         </style>\n"
    )
}

/// How far the lines are moved when so many are there: the last stands at the bottom.
fn shift(lines: usize) -> f64 {
    (ROWS as f64 - lines as f64) * LINE_PX
}

fn pause(line: &Line) -> f64 {
    let text = line.text();
    match text.trim_start().chars().next() {
        Some('─') => HEADING_S,
        Some('✓') => TICKED_S,
        _ if text.contains(" › ") => SAID_S,
        _ => PLAIN_S,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::line;

    #[test]
    fn every_line_is_drawn_as_it_was_written() {
        let lines = line::read("you › a < b & \"c\"\n\u{1b}[32m✓ it <happened>\u{1b}[0m");
        let svg = draw(&lines);
        assert!(svg.contains("you › a &lt; b &amp; &quot;c&quot;</tspan></text>"), "{svg}");
        assert!(svg.contains("<tspan class=\"g\">✓ it &lt;happened&gt;</tspan>"), "{svg}");
        assert!(
            svg.contains("aria-label=\"A session of the assistant: it &lt;happened&gt;\""),
            "{svg}"
        );
        // The last line ends at the bottom, with or without the animation.
        assert!(svg.contains(".roll{transform:translateY(510px)"), "{svg}");
        for outside in ["<script", "<image", "@import", "href"] {
            assert!(!svg.contains(outside), "{outside}");
        }
    }
}

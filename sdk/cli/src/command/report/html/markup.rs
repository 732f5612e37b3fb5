//! Markup in the making: what is written as markup stands in this program, what comes from elsewhere is
//! text.
//!
//! *Never:* a text that was not known when this was compiled is written as it is.

use crate::text;

/// A page in the making.
#[derive(Default)]
pub(super) struct Markup(String);

impl Markup {
    /// Markup of our own: nothing that is put together at run time has this type.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, whatever it says.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for letter in text::scrub_lines(text).chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                letter => self.0.push(letter),
            }
        }
        self
    }

    /// A number with one decimal, for places and lengths of drawings.
    pub(super) fn number(&mut self, number: f64) -> &mut Self {
        let number = if number.is_finite() { number } else { 0.0 };
        self.0.push_str(&format!("{number:.1}"));
        self
    }

    /// Text in an element.
    pub(super) fn element(
        &mut self,
        tag: &'static str,
        class: &'static str,
        text: &str,
    ) -> &mut Self {
        self.raw("<").raw(tag);
        if !class.is_empty() {
            self.raw(" class=\"").raw(class).raw("\"");
        }
        self.raw(">").text(text).raw("</").raw(tag).raw(">")
    }

    /// Names and values below one another.
    pub(super) fn facts(&mut self, facts: &[(&'static str, String)]) {
        self.raw("<table>");
        for (name, value) in facts {
            self.raw("<tr>").element("th", "", name).element("td", "", value).raw("</tr>\n");
        }
        self.raw("</table>\n");
    }

    /// The beginning of a table.
    pub(super) fn header(&mut self, names: &[&'static str]) -> &mut Self {
        self.raw("<table><tr>");
        for name in names {
            self.element("th", "", name);
        }
        self.raw("</tr>\n")
    }

    pub(super) fn row(&mut self, cells: &[&str]) {
        self.raw("<tr>");
        for cell in cells {
            self.element("td", "", cell);
        }
        self.raw("</tr>\n");
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

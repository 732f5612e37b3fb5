//! `engraft recipe explain`: what a recipe does, in plain words.
//!
//! *Never:* a recipe is explained that would not build.

use std::path::Path;

use crate::page::Page;
use crate::recipe;
use crate::screen::Reply;
use crate::text;
use crate::trouble::Result;

pub(super) fn run(file: &Path) -> Result<Reply> {
    let document = match recipe::read(file)? {
        Ok(document) => document,
        Err(problems) => return Ok(super::check::wrong(file, "", &problems)),
    };
    let told = match engraft_recipe::recipe::explain(&document) {
        Ok(told) => told,
        Err(problems) => return Ok(super::check::wrong(file, &document, &problems)),
    };
    let mut page = Page::default();
    page.line(text::scrub(&told.title));
    part(&mut page, "takes", &told.takes);
    part(&mut page, "does", &told.does);
    part(&mut page, "gives", std::slice::from_ref(&told.gives));
    part(&mut page, "asks to be allowed", &told.asks);
    part(&mut page, "outside", &told.outside);
    part(&mut page, "uses at most", &told.uses_at_most);
    Ok(Reply::fine(told, page))
}

fn part(page: &mut Page, title: &str, lines: &[String]) {
    page.heading(title);
    if lines.is_empty() {
        page.line("  nothing");
    }
    for line in lines {
        page.line(format!("  {}", text::scrub(line)));
    }
}

//! Images that a text has fetched from elsewhere by whoever shows it.
//!
//! *Never:* an image is told of by the letters of its description; what leaks is its address.

/// Images of one text; more say nothing new.
const IMAGES_MAX: usize = 64;
/// How far behind its beginning a tag or a description of an image may end.
const TAG_BYTES_MAX: usize = 2_000;

/// The addresses of the images of a text, in Markdown and in HTML.
pub(crate) fn images(text: &str) -> Vec<&str> {
    // Small letters stand where large ones do.
    let lower = text.to_ascii_lowercase();
    let lower = lower.as_str();
    let marked = text.match_indices("![").filter_map(|(at, _)| {
        let rest = upto(text.get(at + 2..)?, TAG_BYTES_MAX);
        let (_, behind) = rest.split_once(']')?;
        // Markdown may name the address below the text: `![x][1]` and `[1]: https://…`.
        match behind.strip_prefix('(') {
            Some(address) => Some(address),
            None => {
                let (label, _) = behind.strip_prefix('[')?.split_once(']')?;
                text.split_once(&format!("[{label}]:")).map(|(_, address)| address)
            }
        }
    });
    let tagged = ["<img", "<image", "<iframe", "<source"].into_iter().flat_map(|tag| {
        lower.match_indices(tag).filter_map(move |(at, _)| {
            let inside = upto(text.get(at + tag.len()..)?, TAG_BYTES_MAX);
            let inside = inside.split_once('>').map_or(inside, |(inside, _)| inside);
            let small = inside.to_ascii_lowercase();
            let name = ["srcset", "src", "href"].into_iter().find(|name| small.contains(name))?;
            let value = inside.get(small.find(name)? + name.len()..)?;
            value.trim_start().strip_prefix('=')
        })
    });
    let address = |text: &'_ str| -> Option<(usize, usize)> {
        let begin = text.find(|it: char| !it.is_whitespace() && !matches!(it, '"' | '\'' | '<'))?;
        let rest = text.get(begin..)?;
        let ends = |it: char| it.is_whitespace() || matches!(it, '"' | '\'' | ')' | '>');
        Some((begin, begin + rest.find(ends).unwrap_or(rest.len())))
    };
    let addresses = marked.chain(tagged).filter_map(|text| {
        let (begin, end) = address(text)?;
        text.get(begin..end)
    });
    let is_remote = |it: &&str| {
        let begins = |scheme: &&str| {
            it.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme))
        };
        ["http://", "https://", "//"].iter().any(begins)
    };
    addresses.filter(is_remote).take(IMAGES_MAX).collect()
}

/// The beginning of a text, at most so many bytes.
fn upto(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_in_markdown_and_html() {
        for text in [
            "see ![x](https://h/?q=a b)",
            "<IMG alt='' SRC = 'HTTPS://h/?q=a'>",
            "![x](<https://h/?q=a> \"title\")",
            "![x][1] and [1]: https://h/?q=a",
            "<img alt='' src=\"https://h/?q=a\">",
            "<img src = https://h/?q=a>",
        ] {
            let found: Vec<String> =
                images(text).iter().map(|it| it.to_ascii_lowercase()).collect();
            assert_eq!(found, ["https://h/?q=a"], "{text}");
        }
        for text in ["![x](figure.png)", "see https://h/?q=a", "a! [b](https://h/)", "<img src>"] {
            assert!(images(text).is_empty(), "{text}");
        }
    }
}

//! Images in what is said: whoever shows a text fetches them, from whatever host they name.
//!
//! *Never:* a link counts; somebody has to follow it.

/// What stands before the address of an image in Markdown, HTML and style sheets, in small letters.
const BEFORE: [&str; 4] = ["![", "<img", "<image", "url("];
/// Where an address of the web begins.
const SCHEMES: [&str; 3] = ["https://", "http://", "//"];
/// What a reference in Markdown is defined by: `[1]: address`.
const DEFINED: &str = "]:";

/// The addresses of images in a text.
pub(super) fn addresses(text: &str) -> Vec<&str> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for before in BEFORE {
        for (at, _) in lower.match_indices(before) {
            let own = text.get(at + before.len()..).and_then(first_address);
            found.extend(own.filter(|address| !found.contains(address)));
        }
    }
    if lower.contains("![") {
        // An image may name its address elsewhere.
        let defined = text.lines().filter_map(|line| line.split_once(DEFINED));
        let defined = defined.filter_map(|(_, address)| first_address(address));
        found.extend(defined.filter(|address| !found.contains(address)).collect::<Vec<_>>());
    }
    found
}

/// The first address before the image, or the tag, ends.
fn first_address(text: &str) -> Option<&str> {
    let end = text.find(['>', '\n']).unwrap_or(text.len());
    let text = text.get(..end)?;
    let is_end = |letter: char| letter.is_whitespace() || "()<>[]\"'`".contains(letter);
    // Markdown closes its image with the bracket behind the address: the next one is another's.
    text.split(is_end).filter(|word| !word.is_empty()).take(WORDS_MAX).find(|word| is_address(word))
}

/// Words of a title, or attributes, before an address.
const WORDS_MAX: usize = 24;

fn is_address(word: &str) -> bool {
    let word = word.trim_start_matches("src=").trim_start_matches("srcset=");
    let lower = word.to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| lower.starts_with(scheme) && lower.len() > scheme.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_and_links_are_not() {
        assert_eq!(
            addresses("see ![a](https://x.example/p?q=1 \"t\")"),
            ["https://x.example/p?q=1"]
        );
        assert_eq!(addresses("![a][1]\n\n[1]: //x.example/p"), ["//x.example/p"]);
        assert_eq!(addresses("<IMG alt='' src='HTTP://x.example/p'>"), ["HTTP://x.example/p"]);
        assert!(addresses("[a](https://x.example/p?q=1)").is_empty());
    }
}

//! What keys and tokens look like, as those who issue them document it.
//!
//! *Never:* a form is here that ordinary data has by chance: each has a prefix of its own and a
//! length.

use std::sync::LazyLock;

use crate::examine::codes::from_base64;

/// A secret that was found, without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    /// Whose it is.
    pub(super) issuer: &'static str,
    /// Its beginning and its length.
    pub(super) shown: String,
}

/// How a token is written behind its prefix.
#[derive(Clone, Copy)]
enum Letters {
    /// Letters and digits.
    Plain,
    /// And `-` and `_`.
    Url,
    /// Capitals and digits.
    Capital,
    Hex,
    /// Everything that is printed.
    Printed,
}

struct Form {
    issuer: &'static str,
    prefix: &'static str,
    letters: Letters,
    /// The fewest letters behind the prefix.
    least: usize,
}

const fn form(issuer: &'static str, prefix: &'static str, letters: Letters, least: usize) -> Form {
    Form { issuer, prefix, letters, least }
}

use Letters::{Capital, Hex, Plain, Printed, Url};

const FORMS: &[Form] = &[
    form("an access key of AWS", "AKIA", Capital, 16),
    form("an access key of AWS", "ASIA", Capital, 16),
    form("an access key of AWS Bedrock", "ABSKQmVkcm9ja0FQSUtleS", Plain, 20),
    form("a token of GitHub", "ghp_", Plain, 36),
    form("a token of GitHub", "gho_", Plain, 36),
    form("a token of GitHub", "ghu_", Plain, 36),
    form("a token of GitHub", "ghs_", Plain, 36),
    form("a token of GitHub", "ghr_", Plain, 36),
    form("a token of GitHub", "github_pat_", Url, 22),
    form("a token of GitLab", "glpat-", Url, 20),
    form("a token of GitLab", "gldt-", Url, 20),
    form("a token of GitLab", "glrt-", Url, 20),
    form("a token of Slack", "xoxb-", Url, 20),
    form("a token of Slack", "xoxp-", Url, 20),
    form("a token of Slack", "xoxa-", Url, 20),
    form("a token of Slack", "xoxr-", Url, 20),
    form("a token of Slack", "xoxs-", Url, 20),
    form("a token of Slack", "xapp-", Url, 20),
    form("a web hook of Slack", "hooks.slack.com/services/T", Printed, 30),
    form("a web hook of Discord", "discord.com/api/webhooks/", Printed, 60),
    form("a key of Stripe", "sk_live_", Plain, 16),
    form("a key of Stripe", "rk_live_", Plain, 16),
    form("a key of Stripe", "sk_test_", Plain, 16),
    form("a key of Stripe", "whsec_", Plain, 24),
    form("a key of Google", "AIza", Url, 35),
    form("a token of Google", "ya29.", Url, 20),
    form("a secret of Google", "GOCSPX-", Url, 20),
    form("a key of Anthropic", "sk-ant-", Url, 20),
    form("a key of OpenAI", "sk-proj-", Url, 20),
    form("a key of OpenAI", "sk-svcacct-", Url, 20),
    form("a key of OpenAI", "sk-", Plain, 32),
    form("a key of OpenRouter", "sk-or-v1-", Hex, 32),
    form("a token of Hugging Face", "hf_", Plain, 30),
    form("a key of Replicate", "r8_", Plain, 30),
    form("a key of Groq", "gsk_", Plain, 40),
    form("a key of xAI", "xai-", Plain, 40),
    form("a key of Perplexity", "pplx-", Plain, 32),
    form("a token of npm", "npm_", Plain, 36),
    form("a token of PyPI", "pypi-AgE", Url, 40),
    form("a key of RubyGems", "rubygems_", Hex, 48),
    form("a token of crates.io", "cio", Plain, 32),
    form("a token of Docker", "dckr_pat_", Url, 20),
    form("a key of SendGrid", "SG.", Printed, 60),
    form("a token of DigitalOcean", "dop_v1_", Hex, 64),
    form("a token of DigitalOcean", "doo_v1_", Hex, 64),
    form("a token of Shopify", "shpat_", Hex, 32),
    form("a token of Shopify", "shpca_", Hex, 32),
    form("a token of Shopify", "shppa_", Hex, 32),
    form("a token of Shopify", "shpss_", Hex, 32),
    form("a token of Square", "sq0atp-", Url, 22),
    form("a secret of Square", "sq0csp-", Url, 40),
    form("a token of Atlassian", "ATATT3", Url, 60),
    form("a token of Linear", "lin_api_", Plain, 32),
    form("a token of Notion", "ntn_", Plain, 40),
    form("a token of Figma", "figd_", Url, 36),
    form("a token of Grafana", "glsa_", Url, 32),
    form("a token of Grafana", "glc_", Plain, 32),
    form("a key of New Relic", "NRAK-", Capital, 27),
    form("a token of Sentry", "sntrys_", Url, 40),
    form("a key of Postman", "PMAK-", Url, 40),
    form("a token of Databricks", "dapi", Hex, 32),
    form("a token of HashiCorp Vault", "hvs.", Url, 24),
    form("a token of HashiCorp Vault", "hvb.", Url, 24),
    form("a token of Doppler", "dp.pt.", Plain, 40),
    form("a key of Tailscale", "tskey-", Url, 20),
    form("a token of Supabase", "sbp_", Hex, 40),
    form("a token of PlanetScale", "pscale_tkn_", Url, 32),
    form("a key of age", "AGE-SECRET-KEY-1", Capital, 50),
    form("a storage key of Azure", "AccountKey=", Printed, 40),
    form("a key of Twilio", "SK", Hex, 32),
    form("a key of Mailgun", "key-", Hex, 32),
    form("a token of Heroku", "HRKU-", Url, 36),
    form("a token of Netlify", "nfp_", Plain, 36),
    form("a token of GitLab", "glptt-", Hex, 40),
    form("a token of Dropbox", "sl.", Url, 100),
];

/// Beginnings of blocks, behind which a key stands in base64. Libraries that read such blocks hold the
/// beginnings alone.
const BLOCKS: [(&str, &str); 7] = [
    ("a private key", "-----BEGIN PRIVATE KEY-----"),
    ("a private key", "-----BEGIN RSA PRIVATE KEY-----"),
    ("a private key", "-----BEGIN EC PRIVATE KEY-----"),
    ("a private key", "-----BEGIN DSA PRIVATE KEY-----"),
    ("a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"),
    ("a private key", "-----BEGIN ENCRYPTED PRIVATE KEY-----"),
    ("a private key", "-----BEGIN PGP PRIVATE KEY BLOCK-----"),
];
/// A file of PuTTY's begins so, with a head behind it; no library's data does.
const PUTTY: &str = "PuTTY-User-Key-File-";

/// What of a secret a report shows.
const SHOWN_BYTES: usize = 6;
/// A token with fewer different letters is a placeholder, such as `ghp_xxxx`.
const DIFFERENT_MIN: usize = 8;

/// Letters of base64 that begin a block at least.
const BLOCK_LETTERS_MIN: usize = 8;

/// The forms that begin with each byte; most bytes begin nothing.
static FORMS_BY_FIRST: LazyLock<Vec<Vec<&'static Form>>> = LazyLock::new(|| {
    let of =
        |byte: u8| FORMS.iter().filter(move |form| form.prefix.as_bytes().first() == Some(&byte));
    (0..=u8::MAX).map(|byte| of(byte).collect()).collect()
});

/// Everything in these bytes that has a form.
pub(super) fn find(bytes: &[u8]) -> Vec<Secret> {
    let forms = &*FORMS_BY_FIRST;
    let mut found = Vec::new();
    let mut before = b' ';
    for (at, first) in bytes.iter().enumerate() {
        // A token begins where a word does; `risk-` holds no `sk-`.
        let begins_word = !before.is_ascii_alphanumeric() && before != b'_';
        before = *first;
        let of_first = forms.get(usize::from(*first)).map(Vec::as_slice).unwrap_or_default();
        let is_other = matches!(first, b'-' | b'P') || begins_word && begins_login_or_token(*first);
        if of_first.is_empty() && !is_other {
            continue;
        }
        let Some(rest) = bytes.get(at..) else { break };
        let form = of_first.iter().find(|form| {
            (begins_word || form.prefix.len() > 6)
                && rest.starts_with(form.prefix.as_bytes())
                && fits(form, rest)
        });
        if let Some(form) = form {
            found.push(Secret { issuer: form.issuer, shown: shown(rest) });
        } else if is_other {
            found.extend(other(rest, begins_word));
        }
    }
    found
}

const fn begins_login_or_token(first: u8) -> bool {
    first.is_ascii_digit() || matches!(first, b'e' | b'a' | b'm' | b'p' | b'r' | b'B')
}

/// What is more than a prefix and letters behind it.
fn other(rest: &[u8], begins_word: bool) -> Option<Secret> {
    let block =
        BLOCKS.iter().find(|(_, begin)| rest.strip_prefix(begin.as_bytes()).is_some_and(has_block));
    if let Some((issuer, begin)) = block {
        return Some(Secret { issuer, shown: (*begin).to_owned() });
    }
    if rest.starts_with(PUTTY.as_bytes()) {
        return Some(Secret { issuer: "a private key", shown: PUTTY.to_owned() });
    }
    if !begins_word {
        return None;
    }
    if is_web_token(rest) || is_bot_token(rest) {
        return Some(Secret { issuer: "a signed token", shown: shown(rest) });
    }
    let is_login = is_address_with_password(rest) || is_basic_login(rest);
    is_login.then(|| Secret { issuer: "a password", shown: shown(rest) })
}

/// Whether a key follows in the next line, or a head of it, or nothing at all. Lines end as lines do, or as a text in a
/// program writes that.
fn has_block(behind: &[u8]) -> bool {
    let ends: [&[u8]; 4] = [b"\n", b"\r", b"\\n", b"\\r"];
    let mut next = behind;
    while let Some(rest) = ends.iter().find_map(|end| next.strip_prefix(*end)) {
        next = rest;
    }
    let is_coded = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let begins = next.iter().take_while(is_coded).count() >= BLOCK_LETTERS_MIN;
    // Nobody puts a beginning somewhere by itself who has no key.
    if behind.iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace()) {
        return true;
    }
    next.len() < behind.len() && (begins || next.starts_with(b"Proc-Type"))
}

/// Places where a program logs in with a name and a password in front of them.
const STORES: [&str; 7] = [
    "postgres://",
    "postgresql://",
    "mysql://",
    "mongodb://",
    "mongodb+srv://",
    "redis://",
    "amqp://",
];
/// Passwords that stand in documentation, and machines that only their owner reaches.
const PLACEHOLDERS: [&str; 9] =
    ["password", "passwd", "pass", "secret", "postgres", "root", "guest", "example", "changeme"];

fn is_address_with_password(rest: &[u8]) -> bool {
    let Ok(address) = std::str::from_utf8(word(rest, Printed)) else { return false };
    let Some(behind) = STORES.iter().find_map(|store| address.strip_prefix(store)) else {
        return false;
    };
    let authority = behind.split(['/', '?']).next().unwrap_or_default();
    let Some((login, host)) = authority.rsplit_once('@') else { return false };
    let Some((_, password)) = login.split_once(':') else { return false };
    let host = host.split(':').next().unwrap_or_default();
    let is_own = matches!(host, "localhost" | "127.0.0.1" | "host" | "db" | "");
    !is_own && is_password(password)
}

fn is_password(word: &str) -> bool {
    let is_placeholder = PLACEHOLDERS.iter().any(|it| word.to_ascii_lowercase().contains(it));
    word.len() >= 6 && !is_placeholder && !word.contains(['{', '<', '$', '*'])
}

/// The head of a request that logs in: a name and a password in base64.
fn is_basic_login(rest: &[u8]) -> bool {
    let Some(coded) = rest.strip_prefix(b"Basic ") else { return false };
    let is_coded = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let end = coded.iter().position(|byte| !is_coded(byte)).unwrap_or(coded.len());
    let plain = coded.get(..end).filter(|coded| coded.len() >= 12).and_then(from_base64);
    let login = plain.and_then(|plain| String::from_utf8(plain).ok()).unwrap_or_default();
    login.split_once(':').is_some_and(|(_, password)| {
        // That of the standard itself.
        password != "open sesame" && is_password(password)
    })
}

fn fits(form: &Form, rest: &[u8]) -> bool {
    let behind = rest.get(form.prefix.len()..).unwrap_or_default();
    let token = word(behind, form.letters);
    token.len() >= form.least && different(token) >= DIFFERENT_MIN
}

fn word(bytes: &[u8], letters: Letters) -> &[u8] {
    let belongs = |byte: &u8| match letters {
        Plain => byte.is_ascii_alphanumeric(),
        Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
        Capital => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        Hex => byte.is_ascii_hexdigit(),
        Printed => byte.is_ascii_graphic(),
    };
    let end = bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}

fn different(token: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in token {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count()
}

/// A JSON web token: head and body, both of which begin as JSON in base64 does, and a signature.
fn is_web_token(rest: &[u8]) -> bool {
    if !rest.starts_with(b"eyJ") {
        return false;
    }
    let mut parts = rest.split(|byte| *byte == b'.');
    let (head, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let signature = word(parts.next().unwrap_or_default(), Url);
    let is_part = |part: &[u8]| part.len() >= 10 && word(part, Url).len() == part.len();
    is_part(head) && body.starts_with(b"eyJ") && is_part(body) && signature.len() >= 20
}

/// A bot's token of Telegram: its number, a colon, `AA` and 33 letters.
fn is_bot_token(rest: &[u8]) -> bool {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let behind = rest.get(digits..).unwrap_or_default();
    (8..=10).contains(&digits)
        && behind.starts_with(b":AA")
        && word(behind.get(1..).unwrap_or_default(), Url).len() >= 35
}

/// The beginning of a secret and its length.
pub(super) fn shown(secret: &[u8]) -> String {
    let token = word(secret, Printed);
    let begin = String::from_utf8_lossy(token.get(..SHOWN_BYTES).unwrap_or(token));
    format!("`{begin}…`, {} letters", token.len())
}

//! Phrases by which a text speaks to a language model instead of describing.
//!
//! A phrase is a row of groups of words that follow one another with few words between, so that
//! other wordings of the same order are heard too.
//!
//! *Never:* the description of an honest operation has to be worded around this list; what is only
//! suspicious is the weaker kind.

mod tongues;

/// How a text speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// It gives orders, or holds marks that begin a turn of a conversation.
    Commands,
    /// It speaks to whoever reads it, or of the model itself.
    Addresses,
}

/// Words between two groups of a phrase.
const GAP_MAX: usize = 4;

type Phrase = &'static [&'static [&'static str]];

const TOOL: &[&str] = &[
    "tool",
    "tools",
    "function",
    "functions",
    "capability",
    "capabilities",
    "operation",
    "operations",
    "plugin",
    "plugins",
    "skill",
    "skills",
    "server",
];
const HIDE: &[&str] = &[
    "tell",
    "telling",
    "mention",
    "mentioning",
    "inform",
    "informing",
    "reveal",
    "notify",
    "notifying",
    "alert",
    "disclose",
    "disclosing",
    "ask",
    "asking",
    "say",
    "show",
    "warn",
    "confirm",
    "confirming",
    "explain",
];
const PERSON: &[&str] =
    &["user", "users", "human", "humans", "anyone", "anybody", "operator", "person", "them"];
const ORDERS: &[&str] = &[
    "instruction",
    "instructions",
    "prompt",
    "prompts",
    "guideline",
    "guidelines",
    "directive",
    "directives",
    "safeguards",
];
/// Words that name orders only where it is said whose.
const RULES: &[&str] =
    &["rule", "rules", "policy", "policies", "context", "restrictions", "constraints"];
const BEFORE: &[&str] = &[
    "previous",
    "prior",
    "above",
    "earlier",
    "preceding",
    "all",
    "any",
    "your",
    "system",
    "existing",
    "other",
    "these",
    "those",
    "my",
    "the",
];
const WHOSE: &[&str] = &["previous", "prior", "earlier", "preceding", "your", "system"];
const IGNORE: &[&str] =
    &["ignore", "disregard", "forget", "override", "bypass", "discard", "neglect"];
const MODEL: &[&str] = &["ai", "llm", "assistant", "chatbot", "model", "agent", "gpt", "claude"];

/// What a person decides, and no text of a tool.
const GRANT: &[&str] = &["grant", "give", "allow", "approve", "authorize", "authorise", "accept"];
const PERMISSION: &[&str] = &[
    "permission",
    "permissions",
    "access",
    "privilege",
    "privileges",
    "rights",
    "approval",
    "everything",
];

const COMMANDS: &[Phrase] = &[
    &[IGNORE, BEFORE, ORDERS],
    &[IGNORE, WHOSE, RULES],
    &[&["not", "never", "don't", "dont", "without", "avoid"], HIDE, PERSON],
    &[&["you"], &["are"], &["now"]],
    &[&["you"], &["are"], &["a", "an"], MODEL],
    &[&["pretend", "roleplay"], &["to", "you", "that", "as"]],
    &[&["act", "behave", "respond"], &["as"], &["if"], &["you"]],
    &[
        &["reveal", "print", "repeat", "output", "leak", "include", "append", "disclose", "return"],
        &["system", "initial", "hidden", "developer", "original"],
        &["prompt", "instructions", "message"],
    ],
    &[
        &["before", "after", "when", "whenever", "prior"],
        &["using", "use", "calling", "call", "invoking", "running", "run", "executing"],
        &["this", "any", "other", "the", "another", "each", "every"],
        TOOL,
        &[
            "read", "send", "call", "include", "pass", "open", "fetch", "access", "upload",
            "forward", "provide", "copy", "first", "must", "always", "you",
        ],
    ],
    &[
        &["always", "only", "must"],
        &["use", "call", "prefer", "choose", "invoke", "select"],
        &["this"],
        TOOL,
    ],
    &[&["instead"], &["of"], &["other", "any", "all", "another", "the"], TOOL],
    &[
        &["send", "forward", "upload", "post", "email", "transmit", "exfiltrate", "leak", "pass"],
        &["conversation", "transcript", "credentials", "passwords", "prompt", "chat"],
        &["to"],
    ],
    &[&["developer", "dan", "god", "jailbreak"], &["mode"]],
    &[&["new", "updated", "real"], &["instructions"], &["are", "follow", "from"]],
    &[&["must", "should", "please"], &["always", "first", "also"], &["call", "invoke"], TOOL],
    &[GRANT, &["this"], TOOL, PERMISSION],
    &[GRANT, PERMISSION, &["this"], TOOL],
];

const ADDRESSES: &[Phrase] = &[
    &[
        &["assistant", "llm", "chatbot", "model", "agent"],
        &["must", "should", "shall", "needs", "has"],
    ],
    &[&["dear", "hey", "attention", "note", "important"], MODEL],
    &[&["language"], &["model"], &["must", "should", "reading", "reads"]],
    &[&["system"], &["prompt"]],
    &[
        &["send", "forward", "upload", "post", "transmit"],
        &["history", "secrets", "tokens", "environment", "contacts", "files"],
        &["to"],
    ],
    &[&["you"], &["must", "shall", "should"], &["not", "never", "always"]],
];

/// Marks that no description needs.
const MARKS: &[&str] = &[
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "[inst]",
    "[/inst]",
    "<<sys>>",
    "### instruction",
    "### system",
    "### response",
    "<system>",
    "</system>",
    "<important>",
    "</important>",
    "<instructions>",
    "<assistant>",
    "<tool_call>",
    "<function_calls>",
    "begin system prompt",
    "system override",
    "~/.ssh",
    "id_rsa",
    ".aws/credentials",
    "/etc/passwd",
    "/etc/shadow",
    "ignoriere alle",
    "ignoriere die vorherigen",
    "ignora las instrucciones",
    "ignora le istruzioni",
    "ignorez les instructions",
    "ignore as instruções",
    "忽略之前",
    "忽略以上",
    "忽略所有",
    "以前の指示を無視",
    "指示をすべて無視",
    "不要告诉用户",
    "不要告訴使用者",
    "ユーザーに伝えないで",
    "ユーザーには言わないで",
    "이전 지시를 무시",
    "이전 지침을 무시",
    "사용자에게 말하지",
    "önceki talimatları",
    "تجاهل التعليمات",
];

/// Whether a plain text speaks to a language model, and by which words.
pub(crate) fn speaks(plain: &str) -> Option<(Speaks, String)> {
    if let Some(mark) = MARKS.iter().find(|mark| plain.contains(*mark)) {
        return Some((Speaks::Commands, (*mark).to_owned()));
    }
    let words: Vec<&str> = plain
        .split(|char: char| !char.is_alphanumeric() && char != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    let heard = |phrases: &[Phrase]| phrases.iter().find_map(|phrase| find(&words, phrase));
    heard(COMMANDS)
        .or_else(|| tongues::order(plain))
        .map(|words| (Speaks::Commands, words))
        .or_else(|| heard(ADDRESSES).map(|words| (Speaks::Addresses, words)))
}

/// The words of a phrase, where they stand in this order and near one another.
fn find(words: &[&str], phrase: Phrase) -> Option<String> {
    let (first, rest) = phrase.split_first()?;
    for (begin, _) in words.iter().enumerate().filter(|(_, word)| first.contains(word)) {
        let mut at = begin;
        let follows = rest.iter().all(|group| {
            let near = words.iter().enumerate().skip(at + 1).take(GAP_MAX);
            match near.into_iter().find(|(_, word)| group.contains(word)) {
                Some((next, _)) => {
                    at = next;
                    true
                }
                None => false,
            }
        });
        if follows {
            return words.get(begin..=at).map(|words| words.join(" "));
        }
    }
    None
}

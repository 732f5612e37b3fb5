//! Phrases by which a text speaks to a language model instead of describing.
//!
//! A phrase is a row of groups of words that follow one another with few words between, so that
//! other wordings of the same order are heard too.
//!
//! *Never:* the description of an honest operation has to be worded around this list; what is only
//! suspicious is the weaker kind.

mod images;
mod tongues;

pub(crate) use images::images;

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
/// Turning to somebody, which not to do may have an honest reason.
const ASK: &[&str] = &[
    "notify",
    "notifying",
    "alert",
    "ask",
    "asking",
    "show",
    "warn",
    "confirm",
    "confirming",
    "explain",
];
const THE: &[&str] = &["the", "this", "your", "my"];
const PERSON: &[&str] = &["user", "human", "operator", "person"];
/// Saying it aloud.
const SAY: &[&str] = &[
    "tell",
    "telling",
    "mention",
    "mentioning",
    "inform",
    "informing",
    "reveal",
    "disclose",
    "disclosing",
    "say",
];
const PEOPLE: &[&str] = &["users", "humans", "anyone", "anybody", "them"];
const NOT: &[&str] = &["not", "never", "don't", "dont", "without", "avoid"];
const PROMPT: &[&str] = &["prompt", "prompts"];
const GUIDANCE: &[&str] = &[
    "instruction",
    "instructions",
    "guideline",
    "guidelines",
    "directive",
    "directives",
    "safeguards",
];
/// Words that name orders only where it is said whose.
const RULES: &[&str] =
    &["rule", "rules", "policy", "policies", "context", "restrictions", "constraints"];
const BEFORE: &[&str] =
    &["previous", "prior", "above", "earlier", "preceding", "your", "system", "existing", "my"];
/// Words before orders that are as good before anything else.
const ALL: &[&str] = &["all", "any", "other", "these", "those", "the"];
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
    &[IGNORE, BEFORE, GUIDANCE],
    &[IGNORE, BEFORE, PROMPT],
    &[IGNORE, ALL, GUIDANCE],
    &[IGNORE, WHOSE, RULES],
    &[NOT, SAY, THE, PERSON],
    &[NOT, ASK, THE, PERSON],
    &[NOT, SAY, PEOPLE],
    &[&["keep"], &["to"], &["yourself"]],
    &[&["you"], &["are"], &["now"], &["dan", "developer", "jailbroken", "unrestricted", "acting"]],
    &[&["you"], &["are"], &["a", "an"], MODEL],
    &[&["pretend", "roleplay"], &["to", "you", "that", "as"]],
    &[&["act", "behave", "respond"], &["as"], &["if"], &["you"]],
    &[
        &["reveal", "print", "repeat", "output", "leak", "include", "append", "disclose", "return"],
        &["system", "initial", "hidden", "developer", "original"],
        &["prompt", "instructions"],
    ],
    &[
        &["reveal", "print", "repeat", "output", "leak", "disclose"],
        &["system", "hidden", "developer"],
        &["message"],
    ],
    &[
        &["whole", "entire", "full", "complete"],
        &["conversation"],
        &["far", "history", "context", "above"],
    ],
    &[&["read", "send", "open", "cat", "upload", "include", "pass"], &["etc"], &["passwd"]],
    &[
        &["before", "after", "when", "whenever", "prior"],
        &["using", "use", "calling", "call", "invoking", "running", "run", "executing"],
        &["this", "any", "other", "the", "another", "each", "every"],
        TOOL,
        &[
            "read", "send", "call", "include", "pass", "open", "fetch", "access", "upload",
            "forward", "copy", "first", "must",
        ],
    ],
    &[
        &["always", "must"],
        &["use", "call", "prefer", "choose", "invoke", "select"],
        &["this"],
        TOOL,
    ],
    &[&["instead"], &["of"], &["other", "any", "all", "another", "the"], TOOL],
    &[
        &["send", "forward", "upload", "post", "email", "transmit", "exfiltrate", "leak", "pass"],
        &["credentials", "passwords", "prompt"],
        &["to"],
    ],
    &[&["dan", "jailbreak"], &["mode"]],
    &[&["new", "updated", "real"], &["instructions"], &["are", "follow"]],
    &[&["must", "should", "please"], &["always", "first", "also"], &["call", "invoke"], TOOL],
    &[GRANT, &["this"], TOOL, PERMISSION],
    &[GRANT, PERMISSION, &["this"], TOOL],
];

/// Orders where it is said to which address.
const COMMANDS_TO: &[Phrase] = &[&[
    &["send", "forward", "upload", "post", "email", "transmit", "pass"],
    &["conversation", "transcript", "chat"],
    &["to"],
]];

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
    "id_ed25519",
    ".ssh/",
    "/etc/shadow",
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
    let has_address = plain.contains('@') || plain.contains("://");
    heard(COMMANDS)
        .or_else(|| heard(COMMANDS_TO).filter(|_| has_address))
        .or_else(|| turn_of_talk(plain))
        .or_else(|| tongues::order(plain))
        .map(|words| (Speaks::Commands, words))
        .or_else(|| heard(ADDRESSES).map(|words| (Speaks::Addresses, words)))
}

/// Both sides of a conversation, as models are shown one.
fn turn_of_talk(plain: &str) -> Option<String> {
    let sides = ["human:", "assistant:"];
    sides.iter().all(|side| plain.contains(side)).then(|| sides.join(" "))
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

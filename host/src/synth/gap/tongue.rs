//! The language of a request, told by the small words that every sentence has, and what of its words
//! says something.
//!
//! *Never:* the language of one request decides how another is read.

use serde::{Deserialize, Serialize};

use crate::model::Word;

/// A language whose small words are known. What is neither is read as English is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Tongue {
    #[default]
    English,
    German,
}

/// English words that no German sentence has.
const ONLY_ENGLISH: &str = "\
    the of to a my me and for with from is are please what how which you can into this that";
/// German words that carry little, or only join others.
const GERMAN_FILLERS: &str = "\
    die den hat will mal so er des sind mich um denn wir der das dem ein eine einen einem einer \
    eines mein meine meinen meinem meiner meines unser unsere unseren unserer dein deine ich du \
    ihr sie es mir uns dir kannst könntest kann könnte können würdest möchte soll sollst bitte \
    doch und oder ist wird werden haben alle allen aller alles diese diesen dieser dieses dass \
    auch noch nicht etwas ganz jetzt";
/// Those that are English words, or others' abbreviations, and no sign of German.
const AMBIGUOUS: &str = "die den hat will mal so er des um am an in was";

/// Words that ask without saying what for.
const ASKING: &str = "\
    what what's whats how which who who's whose when where why does did much many";
const GERMAN_ASKING: &str = "\
    was wie wer wen wem wessen wo wohin woher wann warum wieso welche welcher welches welchen \
    wieviel wieviele viel viele lautet heißt";

/// Words behind which stands what something is done to or with.
const LEADING: &str = "\
    of to from in into for with by at on as about between named called like";
const GERMAN_LEADING: &str = "\
    an am in im ins als von vom zu zum zur für mit bei beim aus nach auf über zwischen namens \
    durch gegen ohne bis ab unter vor seit";

/// What stands right behind the one of whom something is told: `bob is late` asks for nothing.
const TELLING: &str = "is are was were has had needs wants";
const GERMAN_TELLING: &str = "ist hat war wird braucht heißt will";

/// Verbs that say little without what they are done to.
const GENERIC: &str = "\
    show get give make find tell calculate compute convert change create list set add remove \
    delete send open start stop check look write read run use take put turn do go play search \
    fetch print generate format count sort extract";
/// The beginnings of German verbs that requests are made with, most of which say as little.
const GERMAN_VERBS: &str = "\
    zeig find such gib geb mach berechn rechn wandel wandl konvertier übersetz lösch entfern \
    erstell schreib lies les send schick öffn start stopp prüf zähl sortier änder setz füg hol \
    lad druck ruf nenn sag stell buch bestell plan erinner spiel formatier extrahier trag \
    speicher kopier verschieb teil fass vergleich kürz rund filter ersetz ermittel besorg";
/// Forms of them that are English words.
const ENGLISH_TOO: &str = "plan plane sage hole laden";
/// What a German verb may have before it.
const GERMAN_PREFIXES: &str = "\
    an aus ab auf ein um zu zusammen vor nach hin her weg bei mit durch herunter hoch be ver er";

impl Tongue {
    /// The language that a sentence is written in.
    pub(super) fn of(words: &[Word]) -> Self {
        let (mut german, mut english) = (0_u32, 0_u32);
        for word in words.iter().filter(|word| !word.is_quoted()) {
            let text = word.as_str().to_lowercase();
            let text = text.as_str();
            let joins = [GERMAN_FILLERS, GERMAN_LEADING, GERMAN_ASKING];
            let is_german = joins.into_iter().any(|list| is_among(list, text));
            let is_german = is_german && !is_among(AMBIGUOUS, text);
            german += u32::from(is_german || is_german_form(text));
            english += u32::from(is_among(ONLY_ENGLISH, text));
        }
        if german > english { Self::German } else { Self::English }
    }

    /// Whether a request is the same without a word.
    pub(super) fn is_filler(self, word: &Word) -> bool {
        let german = || is_among(GERMAN_FILLERS, &word.as_str().to_lowercase());
        word.is_filler() || (self == Self::German && !word.is_quoted() && german())
    }

    /// Whether a word asks without saying what for.
    pub(super) fn asks(self, text: &str) -> bool {
        is_among(ASKING, text) || (self == Self::German && is_among(GERMAN_ASKING, text))
    }

    /// Whether what something is done to or with stands behind a word.
    pub(super) fn leads(self, text: &str) -> bool {
        match self {
            Self::English => is_among(LEADING, text),
            Self::German => is_among(GERMAN_LEADING, text),
        }
    }

    /// Whether a word tells something of what stands before it.
    pub(super) fn tells(self, text: &str) -> bool {
        match self {
            Self::English => is_among(TELLING, text),
            Self::German => is_among(GERMAN_TELLING, text),
        }
    }

    /// Whether a verb says little without what it is done to.
    pub(super) fn is_generic(self, text: &str) -> bool {
        is_among(GENERIC, text) || (self == Self::German && is_german_verb(text))
    }
}

fn is_among(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// Whether a word is a form of one of the German verbs that no English word is spelled like.
fn is_german_form(text: &str) -> bool {
    let ends = text.ends_with(['e', 'n']) || !text.is_ascii();
    ends && !is_among(ENGLISH_TOO, text) && !is_among(GENERIC, text) && is_german_verb(text)
}

/// Whether a word is a form of one of the German verbs: `zeige`, `anzeigen`, `lösch`.
pub(super) fn is_german_verb(text: &str) -> bool {
    let stems =
        [Some(text), text.strip_suffix('e'), text.strip_suffix("en"), text.strip_suffix('n')];
    let known = |stem: &str| {
        GERMAN_VERBS.split(' ').any(|verb| {
            let before = stem.strip_suffix(verb);
            before.is_some_and(|it| it.is_empty() || is_among(GERMAN_PREFIXES, it))
        })
    };
    stems.into_iter().flatten().any(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sentence;

    #[test]
    fn a_language_is_told_by_its_small_words() {
        for (sentence, tongue) in [
            ("Zeige mir alle Rechnungen", Tongue::German),
            ("wie ist das Wetter in Bonn", Tongue::German),
            ("Rechnungen anzeigen", Tongue::German),
            ("show me the invoices of Herr von Braun", Tongue::English),
            ("die casting with a hot mould", Tongue::English),
            ("find hat sizes", Tongue::English),
            ("start plan b", Tongue::English),
            ("send the letter to die Zeit", Tongue::English),
            ("", Tongue::English),
        ] {
            assert_eq!(Tongue::of(Sentence::of(sentence).words()), tongue, "{sentence}");
        }
    }

    #[test]
    fn verbs_are_known_in_their_forms() {
        for verb in ["zeige", "zeig", "anzeigen", "umrechnen", "löschen", "wandle", "buche"] {
            assert!(is_german_verb(verb), "{verb}");
        }
        for word in ["hansen", "meier", "rechnungen", "anne", "bob"] {
            assert!(!is_german_verb(word), "{word}");
        }
    }
}

//! Things: nouns that requests are about and that are nobody's name. What only one said gets
//! into a name when it is among them.
//!
//! *Never:* a word that people are called by.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::tongue::Tongue;
use crate::model::{Intent, Sentence};
use crate::synth::catalogue::{Catalogue, Entry};

/// What programs keep, and what people ask them for.
const THINGS: &str = "\
    abbreviation account acronym address agenda alarm amount answer appointment area article \
    attachment average backup balance barcode birthday book booking bookmark budget calendar \
    capital card category cell character city client code colour color column comma comment \
    company contact contract copy cost country currency customer dashboard database date day \
    deadline delivery device diagram digit directory discount distance document domain download \
    draft email employee entry error event expense extension feed field file flight folder form \
    group header headline hour image initials inventory invoice issue item job json key keyword \
    label language letter line link list location log mail map meeting member message minute \
    month name news note notification number offer order package page paragraph parcel password \
    payment pdf phone photo picture playlist position post price product profile project \
    property quantity question quote rate receipt recipe record reminder rent report request \
    reservation result review revenue room row sale schedule score sentence shipment size song \
    spreadsheet statistics status stock street subject subscription summary surname table tag \
    task tax temperature template text ticket time timer timestamp title todo total transaction \
    translation trip unit url user value version video vowel weather website week weekday word \
    year zip";
/// The same in German; words that are put together of others end in one of these.
const GERMAN_THINGS: &str = "\
    abkürzung absatz adresse anfrage angebot anhang anrede anschrift antwort anzahl \
    artikel aufgabe auftrag ausgabe auswertung bericht bestand bestellung betrag betreff bild \
    brief buchstabe buchung datei daten datum dokument domäne eintrag einheit email ereignis \
    ergebnis erinnerung fehler feld flug frist geburtstag hauptstadt initialen jahr kalender \
    karte kategorie kennwort kennzeichen konto kontakt kosten kunde kundin lieferung \
    lied liste link mail mahnung menge minute mitarbeiter monat nachname nachricht name \
    notiz nummer ordner ort paket passwort person preis produkt projekt quittung rabatt rechnung \
    reise satz schlagwort seite sekunde sitzung spalte sprache stadt status steuer straße stunde \
    summe tabelle tag telefon temperatur termin text titel überschrift uhrzeit umsatz vertrag \
    version vokal vorname währung wert wetter woche wochentag wort zahl zahlung zeichen zeile \
    zeit ziffer zinsen zusammenfassung";
/// Nouns that people are called by as well: from one person they may be somebody's name.
const NAMESAKES: &str = "\
    april art august bill bob dean drew faith frank grace grant guy hope hunter jack joy june \
    long mark mason may miles pat ray rich rob rose sue summer will";
/// Shorter nouns are the end of too many words that have nothing to do with them.
const ENDING_CHARS_MIN: usize = 5;
/// What is shorter in the catalogue's sentences joins others: `up`, `off`.
const ASKED_CHARS_MIN: usize = 4;
/// Endings of German nouns, without which they are looked up.
const GERMAN_ENDINGS: [&str; 7] = ["", "n", "en", "e", "er", "s", "es"];

/// The stems of the things, and of what the catalogue's sentences are about.
static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let catalogue = Catalogue::standard();
    let intents: Vec<&Intent> = catalogue.entries().flat_map(Entry::intents).collect();
    let asked = intents.iter().flat_map(|intent| intent.words());
    let long = asked.filter(|word| word.as_str().chars().count() >= ASKED_CHARS_MIN);
    let words = long.filter(|word| !word.is_filler()).map(|word| word.stem().to_owned());
    let names: BTreeSet<String> = stems(NAMESAKES).into_iter().collect();
    words.chain(stems(THINGS)).filter(|word| !names.contains(word)).collect()
});

/// How words are compared.
fn stems(words: &str) -> Vec<String> {
    Sentence::of(words).words().iter().map(|word| word.stem().to_owned()).collect()
}

/// Whether a word is a thing, and nobody's name.
pub(super) fn is_thing(tongue: Tongue, text: &str, stem: &str) -> bool {
    KNOWN.contains(stem) || (tongue == Tongue::German && is_german_thing(text))
}

fn is_german_thing(text: &str) -> bool {
    // Plurals change a vowel: what has one in its singular is there both ways.
    let plain = |text: &str| text.replace('ä', "a").replace('ö', "o").replace('ü', "u");
    let text = plain(text);
    GERMAN_ENDINGS.iter().filter_map(|ending| text.strip_suffix(ending)).any(|word| {
        GERMAN_THINGS.split(' ').any(|thing| {
            let whole = plain(thing);
            word == whole
                || (thing.chars().count() >= ENDING_CHARS_MIN && word.ends_with(whole.as_str()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(tongue: Tongue, word: &str) -> bool {
        is_thing(tongue, word, &stems(word)[0])
    }

    #[test]
    fn things_are_known_in_their_forms_and_people_are_not() {
        for word in ["invoices", "capital", "vowels", "addresses", "days"] {
            assert!(known(Tongue::English, word), "{word}");
        }
        for word in ["bob", "kim", "lovelace", "may", "bill", "mark", "miles", "peru"] {
            assert!(!known(Tongue::English, word), "{word}");
        }
        for word in ["rechnungen", "kundennummer", "preise", "nachnamen", "hauptstadt"] {
            assert!(known(Tongue::German, word), "{word}");
        }
        for word in ["müller", "hansen", "bob", "zimmermann", "schäfer", "roland", "mansfeld"] {
            assert!(!known(Tongue::German, word), "{word}");
        }
    }
}

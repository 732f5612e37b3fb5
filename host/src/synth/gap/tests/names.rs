//! What gaps are called: what may be in a name after one person has asked, and after several.

use super::*;

#[test]
fn the_missing_capability_is_named_by_verb_object_and_arguments() {
    let gaps = gaps(&["convert 5 miles to km", "convert 7 miles to km"]);
    let gap = gaps.iter().next().unwrap();
    let request = gap.request();
    assert_eq!(request.verb.as_deref(), Some("convert"));
    assert_eq!(request.object.as_deref(), Some("miles km"));
    assert_eq!(request.arguments, ["integer"]);
    assert_eq!(gap.name().unwrap().as_str(), "number.convert-miles-km");
}

fn named(gaps: &Gaps) -> String {
    gaps.iter().next().unwrap().name().map(String::from).unwrap_or_default()
}

#[test]
fn a_name_has_nothing_of_what_one_person_gave() {
    for (said, name) in [
        ("surname of Ada Lovelace", "text.surname"),
        ("Surname of ada lovelace", "text.surname"),
        ("what is the capital of Peru", "text.capital"),
        ("count vowels in banana", "text.count-vowels"),
        ("greet Kim", "text.greet"),
        ("shout hello kim smith", "text.shout"),
        ("translate \"secret plan\" now", "text.translate"),
        ("cancel order AB12 for Kim", "text.cancel-order"),
        ("find bob", "text.find"),
        ("find invoices", "text.find-invoices"),
        ("find may", "text.find"),
        ("get bob's phone number", "text.get-phone-number"),
        ("bob's birthday", "text.birthday"),
        ("who is bob", "text.who"),
        ("kim needs a taxi", "text.request"),
        ("pay 5 euros to bob", "number.pay"),
        ("remind my mother irma about the meeting", "text.remind-meeting"),
        ("could you look up the weather in springfield", "text.look-weather"),
        ("Zeige alle Rechnungen von Müller", "text.zeige-rechnungen"),
        ("finde den Nachnamen von ada lovelace", "text.finde-nachnamen"),
        ("Kannst du mir die Kundennummer von Frau Schäfer zeigen", "text.kundennummer-zeigen"),
        ("wie ist das Wetter in Bonn", "text.wetter"),
        ("lösche bitte den Termin mit Hansen", "text.loesche-termin"),
        ("wer ist Bob", "text.wer"),
        ("Müller anrufen", "text.anrufen"),
        ("Heike ist krank", "text.request"),
        ("rechne 5 Kilometer in Meilen um", "number.rechne"),
        ("поищи счета", "text.request"),
    ] {
        assert_eq!(named(&gaps(&[said])), name, "{said}");
        // The same person saying it again tells no more of whose it is.
        let mut again = Gaps::default();
        again.note(missing(said, 1));
        again.note(missing(said, 1));
        assert_eq!(named(&again), name, "{said}, twice");
    }
}

#[test]
fn what_several_people_say_is_in_the_name_and_what_varies_is_not() {
    for (said, name) in [
        (&["convert 5 miles to km", "convert 7 miles to km"][..], "number.convert-miles-km"),
        (&["email Kim about 5 things", "email Kim about 6 things"], "number.email-things"),
        (&["surname of Ada Lovelace", "surname of Ada Lovelace"], "text.surname"),
        (&["surname of Ada Lovelace", "surname of Alan Turing"], "text.surname"),
        (&["find bob", "find alice"], "text.find"),
        (&["find gizmos", "please find the gizmos"], "text.find-gizmos"),
        (
            &["wieviel kostet das Ticket nach Bonn", "wieviel kostet das Ticket nach Ulm"],
            "text.kostet-ticket",
        ),
        (&["Zeige alle Zahnräder", "zeige mir die zahnräder"], "text.zeige-zahnraeder"),
        (
            &["Übersetze Hund ins Englische", "übersetze Katze ins Englische"],
            "text.uebersetze-englische",
        ),
    ] {
        assert_eq!(named(&gaps(said)), name, "{said:?}");
    }
}

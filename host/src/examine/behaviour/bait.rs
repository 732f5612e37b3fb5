//! What whoever steals waits for, in the texts of an input: passwords, cards, accounts.
//!
//! *Never:* an operation is held for what it does with any other input too.

use serde_json::Value;

use super::course::deeds;
use super::resize::each_text;
use super::{Answer, Trial};
use crate::examine::finding::{Draft, Severity};
use crate::examine::sandbox::{Base, Cast, Tally};

/// Words of the bait by which an input is known that has some of it already.
const WORDS: [&str; 9] =
    ["passw", "passcode", "card", "4111", "iban", "ssn", "api_key", "secret", "private key"];
const BAIT: &str = "my password is hunter2, passcode 4711; card 4111 1111 1111 1111 or \
                    4111111111111111; IBAN DE89370400440532013000; SSN 078-05-1120; api_key=abc, \
                    secret token, private key, login admin@example.org";

/// Whom it calls only for what is worth stealing.
pub(super) async fn taken(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let loaded = trial.actor.load(Cast::default()).await.map_err(|error| error.to_string())?;
    let mut found: Vec<Draft> = Vec::new();
    let plain: Vec<&Base> = trial.bases.iter().copied().filter(|base| !is_baited(base)).collect();
    for base in &plain {
        let Some(input) = baited(&base.input) else { continue };
        let seen = trial.actor.call(&loaded, &base.operation, &input).await;
        tally.add(&seen);
        let mut wanted = deeds(&seen);
        for other in plain.iter().filter(|other| other.operation == base.operation) {
            wanted = &wanted - &deeds(&other.seen);
        }
        if let Some((function, target)) = wanted.first() {
            let name = &base.operation;
            let message =
                format!("`{name}` calls whom it does not call else, for a text with a password");
            let draft = Draft::new(message).severity(Severity::Error);
            found.push(draft.seen(&base.input, format!("{function:?} {target}")));
        }
    }
    found.dedup_by(|one, other| one.message == other.message);
    Ok(found)
}

fn is_baited(base: &Base) -> bool {
    let input = base.input.to_lowercase();
    WORDS.iter().any(|word| input.contains(word))
}

fn baited(input: &str) -> Option<String> {
    let mut value: Value = serde_json::from_str(input).ok()?;
    let mut has_text = false;
    each_text(&mut value, &mut |text| {
        has_text = true;
        *text = format!("{text} {BAIT}");
    });
    has_text.then(|| value.to_string())
}

//! Words behind which people tell a secret, in the languages that are spoken most.
//!
//! *Never:* the lists are taken for complete, or a word is in them that mostly says something else.

/// Words for passwords: what follows them is one, whatever it looks like.
const PASSWORDS: &[&str] = &[
    "password",
    "passwort",
    "passwörter",
    "passwd",
    "passcode",
    "passphrase",
    "passwords",
    "pwd",
    "kennwort",
    "mdp",
    "contraseña",
    "contrasena",
    "contrasenya",
    "senha",
    "wachtwoord",
    "hasło",
    "hasłem",
    "haslo",
    "heslo",
    "lösenord",
    "passord",
    "adgangskode",
    "salasana",
    "jelszó",
    "parolă",
    "şifre",
    "пароль",
    "пароля",
    "apikey",
    "cvv",
    "cvc",
];
/// Words for secrets, tokens and keys, which often say something else.
const OTHERS: &[&str] = &[
    "secret",
    "token",
    "key",
    "bearer",
    "cookie",
    "credential",
    "pin",
    "ssn",
    "iban",
    "card",
    "login",
    "geheimnis",
    "geheimzahl",
    "zugangsdaten",
    "zugangscode",
    "schlüssel",
    "schluessel",
    "jeton",
    "clé",
    "clef",
    "identifiants",
    "secreto",
    "clave",
    "segreto",
    "chiave",
    "credenziali",
    "segredo",
    "chave",
    "sleutel",
    "sekret",
    "klucz",
    "секрет",
    "ключ",
    "токен",
    "anahtar",
];
/// Passwords that are said in several words; the last one is what the secret follows.
const PHRASES: &[&[&str]] = &[
    &["mot", "de", "passe"],
    &["mots", "de", "passe"],
    &["phrase", "de", "passe"],
    &["code", "secret"],
    &["palavra", "passe"],
    &["palavra-passe"],
    &["código", "secreto"],
    &["codice", "segreto"],
    &["parola", "d'ordine"],
    &["parola", "d", "ordine"],
    &["tajne", "hasło"],
    &["api", "key"],
    &["access", "key"],
    &["private", "key"],
];
/// Where no blanks stand between words, a secret may stand right behind.
const UNSPACED: &[&str] = &["密码", "密碼", "口令", "密钥", "パスワード", "暗証番号", "비밀번호"];
/// What stands between such a word and the secret.
const BETWEEN: &[&str] = &[
    "equals", "set", "now", "changed", "number", "code", "with", "und", "für", "fuer", "von",
    "nummer", "numéro", "número", "numero", "de", "du", "di", "del", "della", "do", "da", "para",
    "per", "pour", "van", "voor", "dla", "api", "and", "as", "to",
];
/// The same, where it says as well that the secret comes now.
const SAYING: &[&str] = &[
    "is", "are", "was", "reads", "equals", "ist", "sind", "war", "lautet", "heißt", "est", "es",
    "era", "è", "é", "sera", "zijn", "jest", "brzmi", "это",
];

/// How a word announces a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Announced {
    /// What follows is a password.
    Password,
    /// All that follows is one.
    Phrase,
    /// What follows is a secret as a rule.
    Other,
}

/// Whether a secret comes behind the word at a place: `password`, `API-Key:`, `mot de passe`.
pub(super) fn announced(words: &[&str], at: usize) -> Option<Announced> {
    let word = words.get(at)?;
    let last = bare(word).to_lowercase();
    let is_said = |phrase: &&[&str]| {
        let from = (at + 1).checked_sub(phrase.len());
        let said = from.and_then(|from| words.get(from..=at)).unwrap_or_default();
        let mut pairs = said.iter().zip(*phrase);
        !said.is_empty() && pairs.all(|(said, word)| bare(said).to_lowercase() == **word)
    };
    let mut ending = PHRASES.iter().filter(|phrase| phrase.last() == Some(&last.as_str()));
    if ending.any(is_said) {
        return Some(Announced::Password);
    }
    announces(word)
}

/// The same of a word by itself.
pub(super) fn announces(word: &str) -> Option<Announced> {
    let small = word.to_lowercase();
    if !small.is_ascii() && UNSPACED.iter().any(|known| small.contains(known)) {
        return Some(Announced::Password);
    }
    let mut other = None;
    for part in small.split(|letter: char| !letter.is_alphanumeric()) {
        let single = part.strip_suffix('s').unwrap_or(part);
        let is_among = |list: &[&str]| list.iter().any(|known| [part, single].contains(known));
        if single == "passphrase" {
            return Some(Announced::Phrase);
        }
        if is_among(PASSWORDS) {
            return Some(Announced::Password);
        }
        if is_among(OTHERS) {
            other = Some(Announced::Other);
        }
    }
    other
}

/// Whether a field of this name holds a secret for sure: `password`, `api_key`, `clientSecret`.
pub(super) fn names_password(name: &str) -> bool {
    let letters: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let small = letters.to_lowercase();
    let sure = ["accesskey", "secretkey", "privatekey", "clientsecret", "apikey", "credential"];
    announces(name).is_some_and(|it| it != Announced::Other)
        || small == "secret"
        || sure.iter().any(|known| small.contains(known))
        // Short ones are parts of other words.
        || PASSWORDS.iter().any(|known| known.len() > 4 && small.contains(known))
}

/// Whether a word may stand between the word that announces a secret and the secret.
pub(super) fn is_between(word: &str) -> bool {
    !word.contains(char::is_alphanumeric) || is_said(BETWEEN, word) || is_saying(word)
}

/// Whether it says that the secret comes now.
pub(super) fn is_saying(word: &str) -> bool {
    is_said(SAYING, word)
}

/// What stands right behind such a word, where none is put between them: `密码hunter2`.
pub(super) fn behind_unspaced(word: &str) -> Option<&str> {
    UNSPACED.iter().find_map(|known| word.split_once(known).map(|(_, behind)| behind))
}

fn is_said(list: &[&str], word: &str) -> bool {
    let small = bare(word).to_lowercase();
    list.contains(&small.as_str())
}

fn bare(word: &str) -> &str {
    word.trim_matches(['.', ',', ':', ';', '=', '!', '?', '(', ')'])
}

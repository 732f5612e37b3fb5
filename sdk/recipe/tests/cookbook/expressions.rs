//! What is said of expressions that can only fail, and of those in another language's words.
//!
//! *Never:* a constant is refused with which its call could succeed.

use engraft_recipe::recipe::check;

use crate::documents::{document, points_at};

/// An expression in a document, with no quotes to escape.
fn returning(expression: &str) -> String {
    document(&format!("return: |\n  {expression}\n"))
}

#[test]
fn constants_that_can_only_fail_are_told_at_their_place() {
    for (expression, what, message, mend) in [
        ("'a'.matches('(')", "'('", "no regular expression", "RE2"),
        ("regex.replace('a', '(?=a)', '')", "'(?=a)'", "no regular expression", "look-around"),
        ("regex.extract('a', '(a)(b)')", "'(a)(b)'", "2 groups", "(?:…)"),
        ("regex.replace('a', '(a)', r'\\2')", "r'\\2'", "no group 2", "\\0"),
        ("regex.replace('a', 'a', r'\\x')", "r'\\x'", "behind a backslash", "r'\\1'"),
        ("timestamp(0).getHours('Europe/Berln')", "'Europe/Berln'", "zone", "`Europe/Berlin`"),
        ("timestamp(0).getHours('+1:00')", "'+1:00'", "no time zone", "+02:00"),
        ("timestamp('2026-02-30T00:00:00Z')", "'2026-02-30", "no timestamp", "2026-01-31"),
        ("timestamp('0001-01-01T00:00:00+01:00')", "'0001-01-01", "no timestamp", "write one"),
        ("duration('1d')", "'1d'", "no duration", "1h30m"),
        ("ip('1.2.3')", "'1.2.3'", "no address", "192.168.0.1"),
        ("cidr('10.0.0.0')", "'10.0.0.0'", "no range of addresses", "10.0.0.0/8"),
        ("'%s %s'.format(['a'])", "['a']", "wants 2 values", "one for each"),
        ("'%s'.format(['a', 'b'])", "['a', 'b']", "has 2", "one for each"),
        ("'%q'.format([1])", "'%q'", "`%q` means nothing", "`%s` takes anything"),
        ("'a%'.format([])", "'a%'", "means nothing", "percent"),
        ("'%.2'.format([1])", "'%.2'", "means nothing", "`%f`"),
        ("'%d'.format(['a'])", "'a'", "`%d` does not take string", "numbers"),
    ] {
        points_at(&returning(expression), what, message, mend);
    }
}

#[test]
fn constants_that_hold_are_taken() {
    for expression in [
        "'a'.matches('^a$') && regex.extract('a', '(?:a)(b)').hasValue()",
        "regex.replace('a', '(a)', r'\\1\\0\\\\')",
        "timestamp(0).getHours('') + timestamp(0).getHours('UTC') + timestamp(0).getHours('-09:30')",
        "timestamp(0).getHours('America/New_York') + timestamp(0).getHours('02:00')",
        "timestamp('2026-02-28T00:00:00.5+02:00') + duration('-1.5h0.5ms')",
        "cidr('10.0.0.0/8').containsIP('not looked at') || ip('::1').family() == 6",
        "'%s %d %.2f %e %x %X %o %b %%'.format([[1], 1.5, 2, 3u, 'a', b'b', 4, true])",
        "'%d'.format([dyn('a')])",
        "'%s'.format([?optional.of(1), 2])",
    ] {
        let checked = check(&returning(expression));
        assert!(checked.is_ok(), "{expression}: {checked:?}");
    }
}

#[test]
fn what_other_languages_call_otherwise_is_told() {
    for (expression, what, message, mend) in [
        ("'a'.toUpperCase()", "toUpperCase", "no function", "`text.upperAscii()`"),
        ("'a'.length()", "length", "no function", "`x.size()`"),
        ("len('a')", "len", "no function", "`size(x)`"),
        ("max(1, 2)", "max", "no function", "`math.greatest(a, b)`"),
        ("[1].some(x, x > 0)", "some", "no function", "`list.exists(x, test)`"),
        ("[1].fliter(x, x > 0)", "fliter", "no function", "`list.filter(x, test)`"),
        ("[1].map(x)", "map", "does not go with one argument", "`list.map(x, value)`"),
        ("[1].all(x, 1, 2, 3)", "all", "does not go with 4", "`list.all(x, test)`"),
    ] {
        points_at(&returning(expression), what, message, mend);
    }
}

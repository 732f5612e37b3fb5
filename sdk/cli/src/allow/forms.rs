//! The kinds of rules, and the help that is made from them.
//!
//! *Never:* a form is told in help that the parser does not take; a test tries every example.

use engraft::model::{HostPattern, NamePattern};

use super::Allowed;
use super::rule::Rule;
use crate::amount;
use crate::trouble::Result;

/// One kind of rule.
pub(crate) struct Form {
    /// What it begins with.
    pub(crate) name: &'static str,
    /// How it is written.
    pub(crate) form: &'static str,
    /// One of them.
    pub(crate) example: &'static str,
    /// What it allows.
    pub(crate) what: &'static str,
    pub(super) read: fn(&mut Allowed, &Rule<'_>) -> Result<()>,
}

/// Every kind of rule.
pub(crate) const FORMS: [Form; 13] = [
    Form {
        name: "log",
        form: "log",
        example: "log",
        what: "write log lines",
        read: |allowed, rule| {
            rule.without_value()?;
            (allowed.grant.log, allowed.asks.log) = (true, true);
            Ok(())
        },
    },
    Form {
        name: "progress",
        form: "progress",
        example: "progress",
        what: "report progress",
        read: |allowed, rule| {
            rule.without_value()?;
            (allowed.grant.progress, allowed.asks.progress) = (true, true);
            Ok(())
        },
    },
    Form {
        name: "clock",
        form: "clock[=frozen:MOMENT]",
        example: "clock=frozen:2026-11-20T19:30:00Z",
        what: "read the time, the real one or always the same moment",
        read: Allowed::read_clock,
    },
    Form {
        name: "random",
        form: "random[=seed:NUMBER]",
        example: "random=seed:42",
        what: "draw random numbers, real ones or the same each time",
        read: Allowed::read_random,
    },
    Form {
        name: "kv",
        form: "kv[=BYTES[,KEYS]]",
        example: "kv=64KiB,100",
        what: "keep values while the command runs; 1MiB and 1000 keys unless given",
        read: Allowed::read_kv,
    },
    Form {
        name: "http",
        form: "http=HOST[:PORT][/PREFIX][+METHOD]…",
        example: "http=api.example.org/v1+GET+POST",
        what: "send requests; GET and HEAD unless methods are given; `*.example.org` is every \
               host below",
        read: Allowed::read_http,
    },
    Form {
        name: "private-host",
        form: "private-host=HOST[:PORT]",
        example: "private-host=git.example.org",
        what: "let a host with a public name stand at a private address (beside `http`)",
        read: |allowed, rule| {
            let host = rule.value()?.parse::<HostPattern>()?;
            allowed.grant.private_hosts.push(host);
            Ok(())
        },
    },
    Form {
        name: "secret",
        form: "secret=NAME=@FILE@HOST[+HOST]…",
        example: "secret=token=@token.txt@api.example.org",
        what: "have the secret in FILE put into requests to these hosts",
        read: Allowed::read_secret,
    },
    Form {
        name: "fs",
        form: "fs=DIRECTORY::GUEST_PATH[:ro|:rw]",
        example: "fs=./data::/data:rw",
        what: "see a directory, read-only unless `:rw`",
        read: Allowed::read_fs,
    },
    Form {
        name: "disk",
        form: "disk=BYTES",
        example: "disk=256MiB",
        what: "fill the writable directories up to so much, together and with what is in them; \
               64MiB unless given",
        read: |allowed, rule| {
            let value = rule.value()?;
            let bytes = amount::bytes(value.text).map_err(|why| value.wrong(&why))?;
            allowed.grant.disk_bytes = Some(bytes);
            Ok(())
        },
    },
    Form {
        name: "env",
        form: "env=KEY=VALUE",
        example: "env=LANG=de_CH",
        what: "see an environment variable; none is inherited",
        read: |allowed, rule| {
            let (key, value) = rule.value()?.key_and_value("KEY=VALUE")?;
            allowed.asks.env.push(key.text.to_owned());
            allowed.grant.env.insert(key.text.to_owned(), value.text.to_owned());
            Ok(())
        },
    },
    Form {
        name: "config",
        form: "config=KEY=VALUE",
        example: "config=mail.locale=de",
        what: "read a setting",
        read: |allowed, rule| {
            let (key, value) = rule.value()?.key_and_value("KEY=VALUE")?;
            let pattern = key.parse::<NamePattern>()?;
            key.refuse_wildcard("a setting has one key")?;
            allowed.config.push((key.text.to_owned(), value.text.to_owned()));
            allowed.grant.config.push(pattern.clone());
            allowed.asks.config.push(pattern);
            Ok(())
        },
    },
    Form {
        name: "call",
        form: "call=NAME",
        example: "call=text.*",
        what: "call other capabilities, those given by `--with`",
        read: |allowed, rule| {
            let pattern = rule.value()?.parse::<NamePattern>()?;
            allowed.grant.call.push(pattern.clone());
            allowed.asks.call.push(pattern);
            Ok(())
        },
    },
];

/// The grammar for a person who reads the help.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "Rules of --allow. Nothing is allowed unless a rule says so, and a capability uses only what \
         it asks for as well. A bare component without a manifest asks for what is allowed.\n",
    );
    for Form { form, example, what, .. } in &FORMS {
        text.push_str(&format!("\n  {form}\n      {what}"));
        if example != form {
            text.push_str(&format!("\n      {example}"));
        }
    }
    text
}

//! The grammar of `--allow`: one rule a flag, read into what is granted and what is asked for.
//!
//! *Never:* a rule that was not wholly understood allows anything.

mod forms;
mod rule;

use std::path::PathBuf;

use engraft::artifact::Moment;
use engraft::model::{
    Access, ClockMode, FileGrant, FileRule, Grant, HostPattern, HttpRule, KvQuota, Permissions,
    RandomMode, SecretRule,
};

use crate::amount;
use crate::trouble::Result;
#[cfg(test)]
pub(crate) use forms::FORMS;
pub(crate) use forms::help;
use rule::Rule;

/// What a capability may keep where a rule gives no number: plenty for trying things out.
const KV_BYTES: u64 = 1 << 20;
/// See [`KV_BYTES`].
const KV_KEYS: u32 = 1_000;

/// Everything that `--allow` rules allow together.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Allowed {
    /// What the host grants.
    pub(crate) grant: Grant,
    /// The same as a manifest asks for it; for components that nobody has written a manifest for.
    pub(crate) asks: Permissions,
    /// Settings by key.
    pub(crate) config: Vec<(String, String)>,
    /// Names of secrets, and the files that hold them.
    pub(crate) secrets: Vec<(String, PathBuf)>,
}

impl Allowed {
    /// Reads rules, one a flag.
    pub(crate) fn parse(rules: &[String]) -> Result<Self> {
        let mut allowed = Self::default();
        for text in rules {
            let rule = Rule::new(text)?;
            (rule.form().read)(&mut allowed, &rule)?;
        }
        Ok(allowed)
    }

    fn read_clock(&mut self, rule: &Rule<'_>) -> Result<()> {
        let mode = match rule.optional_value()? {
            None => ClockMode::Real,
            Some(value) => {
                let moment = value.behind("frozen:")?.parse::<Moment>()?;
                ClockMode::Frozen(std::time::Duration::from_secs(moment.unix()))
            }
        };
        self.grant.clock = Some(mode);
        self.asks.clock = true;
        Ok(())
    }

    fn read_random(&mut self, rule: &Rule<'_>) -> Result<()> {
        let mode = match rule.optional_value()? {
            None => RandomMode::Real,
            Some(value) => {
                let seed = value.behind("seed:")?;
                let number = seed.text.parse().map_err(|_| {
                    seed.wrong("a seed is a whole number up to 18446744073709551615")
                })?;
                RandomMode::Seeded(number)
            }
        };
        self.grant.random = Some(mode);
        self.asks.random = true;
        Ok(())
    }

    fn read_kv(&mut self, rule: &Rule<'_>) -> Result<()> {
        let mut quota = KvQuota { bytes: KV_BYTES, keys: KV_KEYS };
        if let Some(value) = rule.optional_value()? {
            let (bytes, keys) = match value.split_once(',') {
                Some((bytes, keys)) => (bytes, Some(keys)),
                None => (value, None),
            };
            quota.bytes = amount::bytes(bytes.text).map_err(|why| bytes.wrong(&why))?;
            if let Some(keys) = keys {
                quota.keys = amount::small_count(keys.text).map_err(|why| keys.wrong(&why))?;
            }
        }
        self.grant.kv = Some(quota);
        self.asks.kv = Some(quota);
        Ok(())
    }

    fn read_http(&mut self, rule: &Rule<'_>) -> Result<()> {
        let value = rule.value()?;
        let mut parts = value.split('+').into_iter();
        let place = parts.next().unwrap_or(value);
        if let Some(scheme) = place.text.find("://") {
            return Err(place.upto(scheme + 3).wrong("leave the scheme out"));
        }
        let (host, path) = match place.text.find('/') {
            Some(at) => (place.upto(at), place.from(at).text),
            None => (place, ""),
        };
        let mut methods = Vec::new();
        for method in parts {
            if method.text.is_empty() || !method.text.bytes().all(|byte| byte.is_ascii_uppercase())
            {
                return Err(method.wrong("a method is written in upper case, such as `POST`"));
            }
            methods.push(method.text.to_owned());
        }
        let host = host.parse::<HostPattern>()?;
        let rule = HttpRule { host, methods, path_prefix: path.to_owned() };
        self.grant.http.push(rule.clone());
        self.asks.http.push(rule);
        Ok(())
    }

    fn read_secret(&mut self, rule: &Rule<'_>) -> Result<()> {
        let (name, rest) = rule.value()?.key_and_value("NAME=@FILE@HOST")?;
        let Some(rest) = rest.text.starts_with('@').then(|| rest.from(1)) else {
            return Err(rest.wrong("a secret is read from a file: write `@FILE`, never its value"));
        };
        // A file's name may have an `@` in it, a host's may not.
        let Some(at) = rest.text.rfind('@') else {
            return Err(rest.wrong("it does not say which hosts may see the secret"));
        };
        let (file, hosts) = (rest.upto(at), rest.from(at + 1));
        if file.text.is_empty() {
            return Err(file.wrong("the file is missing"));
        }
        let hosts: Result<Vec<HostPattern>> =
            hosts.split('+').into_iter().map(|host| host.parse()).collect();
        let rule = SecretRule { name: name.text.to_owned(), hosts: hosts? };
        self.secrets.push((name.text.to_owned(), PathBuf::from(file.text)));
        self.grant.secrets.push(rule.clone());
        self.asks.secrets.push(rule);
        Ok(())
    }

    fn read_fs(&mut self, rule: &Rule<'_>) -> Result<()> {
        let value = rule.value()?;
        let (rest, access) = match (value.text.strip_suffix(":rw"), value.text.strip_suffix(":ro"))
        {
            (Some(rest), _) => (value.upto(rest.len()), Access::ReadWrite),
            (_, Some(rest)) => (value.upto(rest.len()), Access::ReadOnly),
            _ => (value, Access::ReadOnly),
        };
        let Some(at) = rest.text.rfind("::") else {
            return Err(value.wrong("it does not say where the guest sees the directory"));
        };
        let (host, guest) = (rest.upto(at), rest.from(at + 2));
        if host.text.is_empty() {
            return Err(host.wrong("the directory is missing"));
        }
        if !guest.text.starts_with('/') || guest.text.split('/').any(|part| part == "..") {
            return Err(guest.wrong("the guest's path begins with `/` and has no `..` in it"));
        }
        let guest_path = guest.text.to_owned();
        self.asks.files.push(FileRule { guest_path: guest_path.clone(), access });
        self.grant.files.push(FileGrant { host_path: host.text.into(), guest_path, access });
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! What each host function does in the mock: first the permission, then the effect.
//!
//! *Never:* an effect happens before its permission is looked at.

use std::collections::BTreeMap;
use std::time::Duration;

use super::pattern::{Url, covers};
use super::{Host, Logged, Reported};
use crate::clock::Timestamp;
use crate::http::{Request, Response};
use crate::kv::{Change, Transaction};
use crate::log::Level;
use crate::{Failure, HostError, HttpRule, KvQuota, Permission, call};

/// The most random bytes and keys at once; the contract says so.
const RANDOM_BYTES_MAX: u32 = 65_536;
const KEYS_MAX: u32 = 1000;

impl Host {
    pub(crate) fn log_write(
        &self,
        level: Level,
        message: &str,
        fields: &[(String, String)],
    ) -> Result<(), HostError> {
        self.needs("log", |permission| matches!(permission, Permission::Log))?;
        let line = Logged { level, message: message.to_owned(), fields: fields.to_vec() };
        self.state.logged.borrow_mut().push(line);
        Ok(())
    }

    pub(crate) fn clock_now(&self) -> Result<Timestamp, HostError> {
        self.needs("clock", |permission| matches!(permission, Permission::Clock))?;
        let now = self.state.now.borrow();
        let seconds = i64::try_from(now.elapsed.as_secs()).unwrap_or(i64::MAX);
        let nanoseconds = now.start_nanoseconds + now.elapsed.subsec_nanos();
        Ok(Timestamp::new(now.start_seconds.saturating_add(seconds), nanoseconds))
    }

    pub(crate) fn clock_monotonic(&self) -> Result<u64, HostError> {
        self.needs("clock", |permission| matches!(permission, Permission::Clock))?;
        let elapsed: Duration = self.state.now.borrow().elapsed;
        Ok(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn random_bytes(&self, count: u32) -> Result<Vec<u8>, HostError> {
        if count > RANDOM_BYTES_MAX {
            return Err(HostError::Invalid(format!("at most {RANDOM_BYTES_MAX} bytes at once")));
        }
        let numbers = (0..count.div_ceil(8)).map(|_| self.random_number());
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        let bytes = numbers.into_iter().flat_map(u64::to_le_bytes);
        Ok(bytes.take(count as usize).collect())
    }

    pub(crate) fn random_number(&self) -> Result<u64, HostError> {
        self.needs("random", |permission| matches!(permission, Permission::Random))?;
        // SplitMix64: any seed will do, and the same seed gives the same numbers everywhere.
        let mut state = self.state.random.borrow_mut();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(mixed ^ (mixed >> 31))
    }

    pub(crate) fn kv_read(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        self.quota()?;
        Ok(self.stored(key))
    }

    pub(crate) fn kv_delete(&self, key: &str) -> Result<bool, HostError> {
        self.quota()?;
        Ok(self.state.values.borrow_mut().remove(key).is_some())
    }

    pub(crate) fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, HostError> {
        self.quota()?;
        let values = self.state.values.borrow();
        let found = values.keys().filter(|key| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        });
        Ok(found.take(limit.min(KEYS_MAX) as usize).cloned().collect())
    }

    pub(crate) fn kv_increment(&self, key: &str, delta: i64) -> Result<i64, HostError> {
        let before = match self.kv_read(key)? {
            None => 0,
            Some(value) => std::str::from_utf8(&value)
                .ok()
                .and_then(|text| text.parse::<i64>().ok())
                .ok_or_else(|| HostError::Invalid(format!("`{key}` holds no whole number")))?,
        };
        let sum = before
            .checked_add(delta)
            .ok_or_else(|| HostError::Invalid(format!("the sum in `{key}` does not fit")))?;
        self.kv_transact(Transaction::default().set(key, sum.to_string()))?;
        Ok(sum)
    }

    pub(crate) fn kv_transact(&self, transaction: Transaction) -> Result<bool, HostError> {
        let quota = self.quota()?;
        let mut values = self.state.values.borrow_mut();
        let holds = |(key, wanted): &(String, Option<Vec<u8>>)| values.get(key) == wanted.as_ref();
        if !transaction.expectations.iter().all(holds) {
            return Ok(false);
        }
        let mut after = values.clone();
        for change in transaction.changes {
            match change {
                Change::Set(key, value) => drop(after.insert(key, value)),
                Change::Delete(key) => drop(after.remove(&key)),
            }
        }
        fits(&after, quota)?;
        *values = after;
        Ok(true)
    }

    pub(crate) fn http_send(&self, request: Request) -> Result<Response, HostError> {
        let url = Url::parse(&request.url)
            .ok_or_else(|| HostError::Invalid(format!("not an http URL: {}", request.url)))?;
        let what = format!("http to {} {}", request.method, request.url);
        self.needs(&what, |permission| {
            matches!(permission, Permission::Http(rule) if allows(rule, &request.method, &url))
        })?;
        for credential in &request.credentials {
            let secret = &credential.secret;
            self.needs(&format!("the secret `{secret}` at {}", url.host), |permission| {
                matches!(permission, Permission::Secret(rule) if rule.name == *secret
                    && rule.hosts.iter().any(|pattern| url.is_at(pattern)))
            })?;
            if !self.state.secrets.borrow().contains(secret) {
                return Err(HostError::Unavailable(format!("there is no secret `{secret}`")));
            }
        }
        self.state.script.send(request)
    }

    pub(crate) fn call_invoke(&self, request: call::Request) -> Result<String, Failure> {
        let name = &request.capability;
        self.needs(
            &format!("calls of `{name}`"),
            |permission| matches!(permission, Permission::Call(pattern) if covers(pattern, name)),
        )?;
        self.state.script.call(request)
    }

    pub(crate) fn progress_report(
        &self,
        fraction: Option<f64>,
        message: &str,
    ) -> Result<(), HostError> {
        self.needs("progress", |permission| matches!(permission, Permission::Progress))?;
        let report = Reported { fraction, message: message.to_owned() };
        self.state.reported.borrow_mut().push(report);
        Ok(())
    }

    pub(crate) fn secret_exists(&self, name: &str) -> Result<bool, HostError> {
        self.needs(
            &format!("the secret `{name}`"),
            |permission| matches!(permission, Permission::Secret(rule) if rule.name == name),
        )?;
        Ok(self.state.secrets.borrow().contains(name))
    }

    pub(crate) fn config_read(&self, key: &str) -> Result<Option<String>, HostError> {
        self.needs(
            &format!("the setting `{key}`"),
            |permission| matches!(permission, Permission::Config(pattern) if covers(pattern, key)),
        )?;
        Ok(self.state.config.borrow().get(key).cloned())
    }

    fn needs(&self, what: &str, is_it: impl Fn(&Permission) -> bool) -> Result<(), HostError> {
        if self.state.permissions.borrow().iter().any(is_it) {
            Ok(())
        } else {
            Err(HostError::Denied(format!("{what} was not asked for or not granted")))
        }
    }

    fn quota(&self) -> Result<KvQuota, HostError> {
        let permissions = self.state.permissions.borrow();
        let quota = permissions.iter().find_map(|permission| match permission {
            Permission::Kv(quota) => Some(*quota),
            Permission::Log
            | Permission::Clock
            | Permission::Random
            | Permission::Progress
            | Permission::Http(_)
            | Permission::Secret(_)
            | Permission::Call(_)
            | Permission::Config(_) => None,
        });
        quota.ok_or_else(|| HostError::Denied("kv was not asked for or not granted".to_owned()))
    }
}

fn fits(values: &BTreeMap<String, Vec<u8>>, quota: KvQuota) -> Result<(), HostError> {
    let bytes: usize = values.iter().map(|(key, value)| key.len() + value.len()).sum();
    if values.len() as u64 > u64::from(quota.keys) || bytes as u64 > quota.bytes {
        return Err(HostError::Exhausted(format!(
            "kv may keep {} keys and {} bytes; this would be {} and {bytes}",
            quota.keys,
            quota.bytes,
            values.len()
        )));
    }
    Ok(())
}

fn allows(rule: &HttpRule, method: &str, url: &Url) -> bool {
    let method = if rule.methods.is_empty() {
        matches!(method, "GET" | "HEAD")
    } else {
        rule.methods.iter().any(|allowed| allowed == method)
    };
    method && url.is_at(&rule.host) && url.is_below(&rule.path_prefix)
}

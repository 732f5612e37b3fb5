//! Puts secrets into a request, where their rules let them go.
//!
//! *Never:* a secret goes to a host that its rules do not name, nor over an open wire to another
//! machine; nor does its value appear in an error.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::place::Place;
use super::redact::Revealed;
use super::{Credential, HttpError, Placement, Sender, headers};

/// A request names the few secrets that its server wants.
const CREDENTIALS_MAX: usize = 4;

/// One hop of a request, with its secrets.
pub(super) struct Armed {
    pub(super) place: Place,
    pub(super) headers: HeaderMap,
}

/// How strict a hop is about secrets that may not go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hop {
    /// The guest named the host: a secret that may not go there is an error.
    First,
    /// A server named the host: such a secret stays behind.
    Redirected,
}

/// Puts the secrets of `credentials` into one hop.
pub(super) fn arm(
    sender: Sender<'_>,
    credentials: &[Credential],
    hop: Hop,
    method: &str,
    (place, headers): (&Place, &HeaderMap),
    addresses: &[SocketAddr],
    revealed: &mut Revealed,
) -> Result<Armed, HttpError> {
    let mut armed = Armed { place: place.clone(), headers: headers.clone() };
    if credentials.len() > CREDENTIALS_MAX {
        return Err(HttpError::Invalid(format!("at most {CREDENTIALS_MAX} credentials a request")));
    }
    for Credential { secret, placement } in credentials {
        match sender.authority.secret_to(secret, place.target(method)) {
            Ok(()) => {}
            Err(_) if hop == Hop::Redirected => continue,
            Err(denial) => return Err(denial.into()),
        }
        // On the same machine nobody listens in who could not listen in otherwise.
        if !place.is_secure() && !addresses.iter().all(|address| address.ip().is_loopback()) {
            if hop == Hop::Redirected {
                continue;
            }
            return Err(HttpError::Refused(format!(
                "the secret `{secret}` does not go to {} over plain `http`; use `https`",
                place.host()
            )));
        }
        let Some(value) = sender.secrets.secret(sender.capability, secret) else {
            return Err(HttpError::Unreachable(format!(
                "the host holds no secret `{secret}` for this capability; give it one"
            )));
        };
        armed.put(secret, placement, value.expose(), revealed)?;
    }
    if !credentials.is_empty() {
        // An echo of the secret must come back in the clear, or it could not be found.
        armed.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    Ok(armed)
}

// === impl Armed ===

impl Armed {
    fn put(
        &mut self,
        secret: &str,
        placement: &Placement,
        value: &str,
        revealed: &mut Revealed,
    ) -> Result<(), HttpError> {
        revealed.add(value.as_bytes());
        match placement {
            Placement::Bearer => {
                let text = Zeroizing::new(format!("Bearer {value}"));
                self.insert(secret, header::AUTHORIZATION, &text)
            }
            Placement::Basic(user) => {
                let pair = Zeroizing::new(format!("{user}:{value}"));
                let pair = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
                revealed.add(pair.as_bytes());
                self.insert(
                    secret,
                    header::AUTHORIZATION,
                    &Zeroizing::new(format!("Basic {}", *pair)),
                )
            }
            Placement::Header(name) => {
                let name = headers::header_name(name)
                    .map_err(|why| HttpError::Invalid(format!("the header of a secret {why}")))?;
                self.insert(secret, name, value)
            }
            Placement::Query(name) => {
                let place = self.place.with_query(name, value);
                let encoded: String =
                    url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
                revealed.add(encoded.as_bytes());
                self.place = place;
                Ok(())
            }
        }
    }

    fn insert(&mut self, secret: &str, name: HeaderName, value: &str) -> Result<(), HttpError> {
        let Ok(mut value) = HeaderValue::from_bytes(value.as_bytes()) else {
            return Err(HttpError::Unreachable(format!(
                "the secret `{secret}` cannot stand in a header, as it holds control characters"
            )));
        };
        value.set_sensitive(true);
        // In place of what the guest wrote: two such headers would let it choose which one counts.
        self.headers.insert(name, value);
        Ok(())
    }
}

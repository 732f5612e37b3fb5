//! One question to the endpoint.
//!
//! *Never:* an answer is waited for or read beyond its limits.

use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{ANSWER_BYTES_MAX, Exchange, LanguageModel, Message, NAME, TOKENS_MAX, away};
use crate::model::secrecy::{Text, hushed};
use crate::synth::author::AuthorError;

/// What an endpoint says when it refuses is a sentence.
const SAID_CHARS_MAX: usize = 300;

/// Why there is no answer, and how long the endpoint wants to be left alone.
struct Failed {
    reason: String,
    alone_seconds: Option<u64>,
}

impl LanguageModel {
    /// Asks, and tells whoever watches of it.
    pub(super) async fn ask(
        &self,
        messages: &[Message],
        attempt: u32,
    ) -> Result<String, AuthorError> {
        let answered = self.post(messages).await;
        let (answer, tokens) = match &answered {
            Ok((text, tokens)) => (Ok(text.clone()), *tokens),
            Err(failed) => (Err(failed.reason.clone()), None),
        };
        let endpoint = self.endpoint.origin().ascii_serialization();
        let letters: usize = messages.iter().map(|message| message.content.len()).sum();
        tracing::info!(
            target: "engraft::model", %endpoint, model = %self.model, attempt, sent_bytes = letters,
            is_answered = answer.is_ok(), "a language model was asked"
        );
        if let Some(watch) = &self.watch {
            let (model, sent) = (self.model.clone(), messages.to_vec());
            watch.exchanged(&Exchange { endpoint, model, attempt, sent, answer, tokens });
        }
        answered.map(|(text, _)| text).map_err(Failed::told)
    }

    async fn post(&self, messages: &[Message]) -> Result<(String, Option<(u64, u64)>), Failed> {
        let body = json!({
            "model": self.model,
            "messages": messages,
            "temperature": 0,
            "max_tokens": TOKENS_MAX,
            "stream": false,
        });
        let headers = self.headers()?;
        let sent =
            self.connector.post(&self.endpoint, &headers, body.to_string(), ANSWER_BYTES_MAX);
        let posted = tokio::time::timeout(self.timeout, sent)
            .await
            .map_err(|_| format!("it gave no whole answer within {:?}", self.timeout))??;
        if posted.is_cut {
            return Err(format!("its answer has more than {ANSWER_BYTES_MAX} bytes").into());
        }
        if posted.status != 200 {
            let said = self.plain(&posted.body);
            let reason = format!("it answered with status {}: {said}", posted.status);
            return Err(Failed { reason, alone_seconds: posted.retry_after });
        }
        let answer: Value = serde_json::from_slice(&posted.body)
            .map_err(|_| format!("its answer is no JSON: {}", self.plain(&posted.body)))?;
        let text = answer.pointer("/choices/0/message/content").and_then(Value::as_str);
        let text = text.ok_or("its answer has no message in it")?;
        let count = |name: &str| answer.get("usage").and_then(|it| it.get(name)?.as_u64());
        let tokens = count("prompt_tokens").zip(count("completion_tokens"));
        Ok((text.to_owned(), tokens))
    }

    fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
        let Some(key) = &self.key else { return Ok(Vec::new()) };
        let value = zeroize::Zeroizing::new(format!("Bearer {}", key.as_str()));
        let mut value = HeaderValue::try_from(value.as_str())
            .map_err(|_| "its key cannot be a header".to_owned())?;
        value.set_sensitive(true);
        Ok(vec![(AUTHORIZATION, value)])
    }

    /// What an endpoint says, for a person: short, on one line, and without the key or any other.
    fn plain(&self, body: &[u8]) -> String {
        let mut said = String::from_utf8_lossy(body).into_owned();
        if let Some(key) = self.key.as_ref().filter(|key| key.len() >= 4) {
            said = said.replace(key.as_str(), "[secret]");
        }
        // An endpoint may repeat another key than the one that it was sent.
        let said = hushed(&said, Text::Written);
        let plain = said.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        plain.take(SAID_CHARS_MAX).collect()
    }
}

// === impl Failed ===

impl Failed {
    fn told(self) -> AuthorError {
        match self.alone_seconds {
            Some(seconds) => {
                AuthorError::Busy { author: NAME.to_owned(), reason: self.reason, seconds }
            }
            None => away(self.reason),
        }
    }
}

impl From<String> for Failed {
    fn from(reason: String) -> Self {
        Self { reason, alone_seconds: None }
    }
}

impl From<&str> for Failed {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

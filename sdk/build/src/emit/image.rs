//! What a capability says of itself as the canonical ABI lays it out in memory: bytes, and the places
//! in them that hold addresses. For languages whose bindings are written by hand.
//!
//! *Never:* a layout is guessed; it is that of the contract, whose text is frozen.

use serde_json::Value;

use crate::description::{Description, Example, Operation, Permissions};

/// The description as bytes that begin with the record itself.
pub(crate) struct Image {
    /// Addresses in it count from its beginning.
    pub(crate) bytes: Vec<u8>,
    /// Where those addresses are.
    pub(crate) addresses: Vec<u32>,
}

pub(crate) fn of(description: &Description) -> Image {
    let mut image = Image { bytes: Vec::new(), addresses: Vec::new() };
    let record = image.room(32);
    image.text(record, description.name());
    image.text(record + 8, &description.summary);
    let operations: Vec<_> = description.operations.iter().collect();
    let list = image.list(record + 16, operations.len(), 48);
    for ((name, operation), at) in operations.into_iter().zip((list..).step_by(48)) {
        image.operation(at, name, operation);
    }
    image.permissions(record + 24, &description.permissions);
    image
}

impl Image {
    /// Zeros, aligned as the largest value wants it.
    fn room(&mut self, size: usize) -> usize {
        let at = self.bytes.len().next_multiple_of(8);
        self.bytes.resize(at + size, 0);
        at
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    fn number(&mut self, at: usize, number: usize) {
        self.put(at, &u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn address(&mut self, at: usize, to: usize) {
        self.addresses.push(u32::try_from(at).unwrap_or(u32::MAX));
        self.number(at, to);
    }

    fn text(&mut self, at: usize, text: &str) {
        let place = self.room(text.len());
        self.put(place, text.as_bytes());
        self.address(at, place);
        self.number(at + 4, text.len());
    }

    fn list(&mut self, at: usize, count: usize, size: usize) -> usize {
        let place = self.room(count * size);
        self.address(at, place);
        self.number(at + 4, count);
        place
    }

    fn texts(&mut self, at: usize, texts: &[String]) {
        let list = self.list(at, texts.len(), 8);
        for (text, at) in texts.iter().zip((list..).step_by(8)) {
            self.text(at, text);
        }
    }

    fn operation(&mut self, at: usize, name: &str, operation: &Operation) {
        self.text(at, name);
        self.text(at + 8, &operation.summary);
        self.text(at + 16, &operation.input.to_string());
        self.text(at + 24, &operation.output.to_string());
        self.texts(at + 32, &operation.intents);
        let list = self.list(at + 40, operation.examples.len(), 20);
        for (Example { input, output }, at) in operation.examples.iter().zip((list..).step_by(20)) {
            self.text(at, &input.to_string());
            if let Some(output) = output.as_ref().map(Value::to_string) {
                self.put(at + 8, &[1]);
                self.text(at + 12, &output);
            }
        }
    }

    /// A permission is a tag, and at 8 what it is about: 32 bytes in all.
    fn permissions(&mut self, at: usize, permissions: &Permissions) {
        let Permissions { log, clock, random, progress, kv, http, secrets, call, config } =
            permissions;
        let plain = [*log, *clock, *random, *progress];
        let tags: Vec<u8> =
            (0..).zip(plain).filter(|(_, asked)| *asked).map(|(tag, _)| tag).collect();
        let count = tags.len()
            + usize::from(kv.is_some())
            + http.len()
            + secrets.len()
            + call.len()
            + config.len();
        let list = self.list(at, count, 32);
        let mut places = (list..).step_by(32);
        let mut next = |image: &mut Self, tag: u8| {
            let at = places.next().unwrap_or(list);
            image.put(at, &[tag]);
            at + 8
        };
        for tag in tags {
            next(self, tag);
        }
        if let Some(quota) = kv {
            let at = next(self, 4);
            self.put(at, &quota.bytes.to_le_bytes());
            self.put(at + 8, &quota.keys.to_le_bytes());
        }
        for rule in http {
            let at = next(self, 5);
            self.text(at, &rule.host);
            self.texts(at + 8, &rule.methods);
            self.text(at + 16, &rule.path_prefix);
        }
        for rule in secrets {
            let at = next(self, 6);
            self.text(at, &rule.name);
            self.texts(at + 8, &rule.hosts);
        }
        for (tag, patterns) in [(7, call), (8, config)] {
            for pattern in patterns {
                let at = next(self, tag);
                self.text(at, pattern);
            }
        }
    }
}

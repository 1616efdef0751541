//! Payloads one behind the other in one buffer, as a batch holds them, so that decoding walks memory as a consumer does.

use std::ops::Range;

/// Payloads in their order.
#[derive(Debug, Default)]
pub(super) struct Payloads {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Payloads {
    /// Adds what `write` appends.
    pub(super) fn add<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<&[u8], E> {
        let start = self.bytes.len();
        write(&mut self.bytes)?;
        let place = start..self.bytes.len();
        self.places.push(place.clone());
        Ok(self.bytes.get(place).unwrap_or_default())
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// All of them as one.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().map(|place| self.bytes.get(place.clone()).unwrap_or_default())
    }
}

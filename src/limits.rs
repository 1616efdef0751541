//! Budgets that a decoder holds against hostile bytes.

/// What one payload may cost to decode. Each limit is held while decoding, before memory is taken.
///
/// | limit | default | what it stops |
/// |---|---|---|
/// | `depth` | 64 | nested records, arrays, unions that would overflow the stack |
/// | `elements` | 1,000,000 | a few bytes that claim millions of items (`array<null>`) |
/// | `bytes` | 64 MiB | a payload, or what it decodes to, larger than any honest message |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// Levels of nesting.
    pub depth: usize,
    /// Array items and map entries in one payload, all together.
    pub elements: usize,
    /// Bytes of one payload, and of what one payload may make a decoder allocate beyond its own length.
    pub bytes: usize,
}

impl Limits {
    /// The documented defaults.
    pub const DEFAULT: Self = Self { depth: 64, elements: 1_000_000, bytes: 64 << 20 };

    /// The same limits with another depth.
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// The same limits with another number of elements.
    #[must_use]
    pub const fn with_elements(mut self, elements: usize) -> Self {
        self.elements = elements;
        self
    }

    /// The same limits with another number of bytes.
    #[must_use]
    pub const fn with_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

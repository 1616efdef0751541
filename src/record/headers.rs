//! Record headers.

/// Names with values, in order; a name may come twice, a value may be null.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Headers(Vec<(String, Option<Vec<u8>>)>);

impl Headers {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a header behind the others.
    pub fn push(&mut self, name: &str, value: Option<&[u8]>) {
        self.0.push((name.into(), value.map(<[u8]>::to_vec)));
    }

    /// The last value under that name: `None` where there is none, `Some(None)` where it is null.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<Option<&[u8]>> {
        self.0.iter().rfind(|(it, _)| it == name).map(|(_, value)| value.as_deref())
    }

    /// All headers in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Option<&[u8]>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_deref()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

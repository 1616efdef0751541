//! Text that is never shown.

use std::fmt;
use std::sync::Arc;

/// A password, a token, a key, or a URL that may hold one. `Debug` shows that there is one, not what it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(Arc<[u8]>);

impl Secret {
    pub(super) fn new(text: &str) -> Self {
        Self(text.as_bytes().into())
    }

    pub(super) fn bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    pub(super) fn text(&self) -> &str {
        // What was made of a text is one; of bytes nobody asks for the text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

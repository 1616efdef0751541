//! Subjects and the contexts they live in.

use std::fmt;
use std::str::FromStr;

use crate::ids::InvalidName;

/// A subject: a context and a name. `orders-value` lives in the default context, `:.eu:orders-value` in `.eu`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    qualified: String,
}

impl Subject {
    /// The subject as registries write it: qualified where it is not in the default context.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.qualified
    }
}

impl FromStr for Subject {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Ok(Self { qualified: text.into() })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.qualified)
    }
}

impl Subject {
    /// The context, empty for the default one.
    #[must_use]
    pub fn context(&self) -> &str {
        ""
    }
}

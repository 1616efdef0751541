//! Full names, and what the specification allows in them (*Names*).

use std::fmt;

/// A full name: an optional namespace and a simple name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    full: Box<str>,
    /// Where the simple name starts.
    simple: usize,
}

impl Name {
    /// The name as written: one with dots is full; one without takes the namespace around it.
    #[must_use]
    pub fn new(name: &str, namespace: Option<&str>) -> Self {
        match (name.rfind('.'), namespace) {
            (Some(0), _) => Self { full: name.trim_start_matches('.').into(), simple: 0 },
            (Some(dot), _) => Self { full: name.into(), simple: dot + 1 },
            (None, Some(space)) if !space.is_empty() => {
                Self { full: format!("{space}.{name}").into(), simple: space.len() + 1 }
            }
            (None, _) => Self { full: name.into(), simple: 0 },
        }
    }

    /// `namespace.name`, or `name` alone.
    #[must_use]
    pub fn full(&self) -> &str {
        &self.full
    }

    /// The name without its namespace.
    #[must_use]
    pub fn simple(&self) -> &str {
        self.full.get(self.simple..).unwrap_or_default()
    }

    /// The namespace, without the last dot.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.full.get(..self.simple.saturating_sub(1)).filter(|it| !it.is_empty())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

/// Whether this may name a type, a field or a symbol: `[A-Za-z_][A-Za-z0-9_]*`.
pub(super) fn is_simple_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether every part between the dots is a simple name.
pub(super) fn is_full_name(text: &str) -> bool {
    text.split('.').all(is_simple_name)
}

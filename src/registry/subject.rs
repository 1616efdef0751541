//! Subjects and the contexts they live in.
//!
//! ```text
//! orders-value          subject `orders-value` of the default context `.`
//! :.eu:orders-value     the same name in context `.eu`; another subject
//! :.eu:                 the context itself, for its settings
//! :.__GLOBAL:           the settings behind all contexts
//! ```
//!
//! ```
//! use schemawire::registry::Subject;
//!
//! let subject: Subject = ":.eu:orders-value".parse()?;
//! assert_eq!((subject.context(), subject.name()), (".eu", "orders-value"));
//! assert_eq!(":.:orders-value".parse::<Subject>()?.to_string(), "orders-value");
//! # Ok::<(), schemawire::ids::InvalidName>(())
//! ```

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ids::InvalidName;

/// The context of a subject that names none.
pub const DEFAULT_CONTEXT: &str = ".";

/// The context whose settings stand behind those of all others.
const GLOBAL_CONTEXT: &str = ".__GLOBAL";

/// Names that registries keep for themselves.
const RESERVED: [&str; 2] = ["__GLOBAL", "__EMPTY"];

/// A subject: a context and a name. `orders-value` lives in the default context, `:.eu:orders-value` in `.eu`.
///
/// Cloning shares the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Without a context where it is the default one and the name cannot be mistaken for a context.
    qualified: Arc<str>,
}

impl Subject {
    /// The subject as registries write it: qualified where it is not in the default context.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.qualified
    }

    /// The context, `.` for the default one.
    #[must_use]
    pub fn context(&self) -> &str {
        split(&self.qualified).0
    }

    /// The name within the context; empty where the subject is a context.
    #[must_use]
    pub fn name(&self) -> &str {
        split(&self.qualified).1
    }

    /// Whether it lives in the default context.
    #[must_use]
    pub fn is_in_default_context(&self) -> bool {
        self.context() == DEFAULT_CONTEXT
    }

    /// Whether it stands for a whole context: it has settings, but no schemas.
    #[must_use]
    pub fn is_context(&self) -> bool {
        self.name().is_empty()
    }

    /// The subject that stands for a context, by which its settings go. The default one has none: its settings are the registry's.
    #[must_use]
    pub fn of_context(context: &str) -> Option<Self> {
        (context != DEFAULT_CONTEXT).then(|| Self::join(context, ""))
    }

    /// The subject that stands for the settings behind all contexts.
    #[must_use]
    pub fn global() -> Self {
        Self::join(GLOBAL_CONTEXT, "")
    }

    /// What `other` means where this subject's schema names it: an unqualified one is looked for in this subject's context.
    #[must_use]
    pub fn qualify(&self, other: &Self) -> Self {
        if other.is_in_default_context() && !self.is_in_default_context() {
            return Self::join(self.context(), other.name());
        }
        other.clone()
    }

    /// The same name in another context.
    #[must_use]
    pub fn in_context(&self, context: &str) -> Self {
        Self::join(context, self.name())
    }

    /// A subject that was accepted before, by this registry or by another one; nothing is checked again.
    pub(crate) fn accepted(text: &str) -> Self {
        let (context, name) = split(text);
        Self::join(context, name)
    }

    fn join(context: &str, name: &str) -> Self {
        let qualified = if context != DEFAULT_CONTEXT || name.starts_with(":.") {
            format!(":{context}:{name}").into()
        } else {
            name.into()
        };
        Self { qualified }
    }
}

/// Context and name of a subject as it is written.
fn split(text: &str) -> (&str, &str) {
    match text.strip_prefix(':') {
        Some(rest) if rest.starts_with('.') => rest.split_once(':').unwrap_or((rest, "")),
        _ => (DEFAULT_CONTEXT, text),
    }
}

impl FromStr for Subject {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (context, name) = split(text);
        let empty = name.is_empty() && context == DEFAULT_CONTEXT;
        let misplaced = context == GLOBAL_CONTEXT && !name.is_empty();
        if empty || misplaced || RESERVED.contains(&name) || text.chars().any(char::is_control) {
            return Err(InvalidName {
                what: "subject",
                text: text.escape_debug().to_string(),
                expected: "a name, or `:.context:name`, without control characters; not __GLOBAL or __EMPTY",
            });
        }
        Ok(Self::join(context, name))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.qualified)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.qualified.fmt(f)
    }
}

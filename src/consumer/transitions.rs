//! A guard for what may follow what: an order that was shipped is not paid for any more, whatever message comes late or twice.
//!
//! ```
//! use schemawire::consumer::{Move, Transitions};
//!
//! #[derive(Debug, Clone, PartialEq)]
//! enum Order { New, Paid, Shipped }
//!
//! let allowed = Transitions::new().allow(Order::New, Order::Paid).allow(Order::Paid, Order::Shipped);
//! assert_eq!(allowed.check(&Order::New, &Order::Paid)?, Move::Goes);
//! assert_eq!(allowed.check(&Order::Paid, &Order::Paid)?, Move::Stays);      // the same message once more
//! let error = allowed.check(&Order::Shipped, &Order::Paid).unwrap_err();
//! assert_eq!(error.to_string(), "`Shipped` may not become `Paid`: nothing follows it");
//! # Ok::<(), schemawire::consumer::Forbidden>(())
//! ```

use std::fmt::Debug;

use crate::class::Class;

/// The transitions that are allowed between states; all others are forbidden.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Transitions<S>(Vec<(S, S)>);

/// What a transition that is not forbidden does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// The state changes.
    Goes,
    /// The state is that one already: whatever the message asks for was done.
    Stays,
}

/// A transition that is forbidden. As a handler's failure it is given up at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{from}` may not become `{to}`: {follows}")]
pub struct Forbidden {
    /// The state that is.
    pub from: String,
    /// The state that was asked for.
    pub to: String,
    /// What may follow, for people.
    pub follows: String,
}

impl Forbidden {
    /// What a caller may do about it: nothing, the message comes too late.
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::BadData
    }
}

impl<S> Default for Transitions<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S: PartialEq + Debug> Transitions<S> {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// And that one.
    pub fn allow(mut self, from: S, to: S) -> Self {
        self.0.push((from, to));
        self
    }

    /// Whether a state may become another one.
    ///
    /// # Errors
    /// One that is not allowed.
    pub fn check(&self, from: &S, to: &S) -> Result<Move, Forbidden> {
        if from == to {
            return Ok(Move::Stays);
        }
        if self.0.iter().any(|(a, b)| a == from && b == to) {
            return Ok(Move::Goes);
        }
        let following = self.0.iter().filter(|(a, _)| a == from).map(|(_, b)| format!("`{b:?}`"));
        let following: Vec<String> = following.collect();
        let follows = match following.len() {
            0 => "nothing follows it".to_owned(),
            1 => format!("only {} may follow", following.join("")),
            _ => format!("only one of {} may follow", following.join(", ")),
        };
        Err(Forbidden { from: format!("{from:?}"), to: format!("{to:?}"), follows })
    }
}

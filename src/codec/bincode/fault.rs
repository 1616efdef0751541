//! Errors on their way up: one pointer wide, so that results stay in registers in the inner loops.

use std::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind};

macro_rules! boxed {
    ($($(#[$doc:meta])* $name:ident of $error:ident, $kind:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name(Box<$error>);

        impl $name {
            #[cold]
            pub(super) fn new(kind: $kind, message: impl Into<String>) -> Self {
                Self(Box::new($error::new(kind, message)))
            }

            /// The same error, seen from the container.
            #[cold]
            pub(super) fn inside(self, name: &str) -> Self {
                Self(Box::new(self.0.inside(name)))
            }

            /// The same error, seen from the sequence.
            #[cold]
            pub(super) fn inside_item(self, index: usize) -> Self {
                self.inside(&format!("[{index}]"))
            }
        }

        impl From<$name> for $error {
            fn from(error: $name) -> Self {
                *error.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::error::Error for $name {}
    )+};
}

boxed! {
    /// A [`DecodeError`] on its way up.
    Fault of DecodeError, DecodeErrorKind;
    /// An [`EncodeError`] on its way up.
    Refusal of EncodeError, EncodeErrorKind;
}

impl Fault {
    /// The same error with the byte at which it was found, unless it has one.
    #[cold]
    pub(super) fn at(self, offset: usize) -> Self {
        Self(Box::new(self.0.at(offset)))
    }

    /// The same error with that byte instead of the one it has.
    #[cold]
    pub(super) fn moved_to(mut self, offset: usize) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// The same error of another kind.
    #[cold]
    pub(super) fn of_kind(mut self, kind: DecodeErrorKind) -> Self {
        self.0.kind = kind;
        self
    }
}

impl serde::de::Error for Fault {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Box::new(serde::de::Error::custom(message)))
    }
}

impl serde::ser::Error for Refusal {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Box::new(serde::ser::Error::custom(message)))
    }
}

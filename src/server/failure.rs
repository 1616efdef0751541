//! What goes wrong with a request, as Confluent's API says it.

use crate::registry::api::ErrorBody;
use crate::registry::{RegistryError, RegistryErrorKind};

/// A refusal: a code, whose leading three digits are the status, and a message.
#[derive(Debug)]
pub(super) struct Failure(pub(super) ErrorBody);

impl Failure {
    pub(super) fn new(error_code: u32, message: impl Into<String>) -> Self {
        Self(ErrorBody { error_code, message: message.into() })
    }

    pub(super) fn refused(kind: RegistryErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind.code(), message)
    }

    /// 42201: no schema, or not one that can be made of it.
    pub(super) fn invalid_schema(message: impl Into<String>) -> Self {
        Self::refused(RegistryErrorKind::InvalidSchema, message)
    }

    /// A path that leads nowhere.
    pub(super) fn no_route() -> Self {
        Self::new(404, "HTTP 404 Not Found")
    }

    /// A method that the path does not have.
    pub(super) fn no_method() -> Self {
        Self::new(405, "HTTP 405 Method Not Allowed")
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        Self(ErrorBody::from(&error))
    }
}

//! What went wrong, for people: the sentence, its causes, what to do, and the exit code.

use std::error::Error as StdError;
use std::process::ExitCode;

#[cfg(feature = "bench")]
use crate::bench::{BenchError, CompareError};
use crate::class::Class;
use crate::codec::{DecodeError, EncodeError};
use crate::consumer::ConsumeError;
use crate::error::Error;
use crate::frame::FrameError;
use crate::ids::InvalidName;
use crate::producer::SendError;
use crate::registry::{RegistryError, RegistryErrorKind};
use crate::schema::{LinkError, SchemaError};
use crate::serdes::SerdesError;
use crate::source::SourceError;
use crate::transport::{TransportError, TransportErrorKind};

/// A command that did not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    message: String,
    causes: Vec<String>,
    help: Option<String>,
    broken_pipe: bool,
}

impl Failure {
    fn with_code(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), causes: Vec::new(), help: None, broken_pipe: false }
    }

    /// The data is at fault: exit code 1.
    pub(super) fn data(message: impl Into<String>) -> Self {
        Self::with_code(1, message)
    }

    /// Usage or configuration: exit code 2.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::with_code(2, message)
    }

    /// Something could not be checked or reached: exit code 3.
    pub(super) fn trouble(message: &str, causes: &[String], help: Option<&str>) -> Self {
        Self { causes: causes.to_vec(), help: help.map(str::to_owned), ..Self::with_code(3, message) }
    }

    /// Schemas that cannot be read at all: exit code 3.
    pub(super) fn source(what: &str, error: &SourceError) -> Self {
        let mut failure = Self::with_code(3, what);
        failure.causes.push(error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            failure.causes.push(error.to_string());
            cause = error.source();
        }
        failure.help = error.help();
        failure
    }

    /// A file that cannot be read or written: exit code 3.
    pub(super) fn io(what: &str, error: &std::io::Error) -> Self {
        let mut failure = Self::with_code(3, what);
        failure.broken_pipe = error.kind() == std::io::ErrorKind::BrokenPipe;
        failure.causes.push(error.to_string());
        failure
    }

    /// The same with a hint what to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with one more cause.
    pub(super) fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// The same error seen from where it happened, as `line 3`.
    pub(super) fn context(mut self, place: &str) -> Self {
        self.causes.insert(0, std::mem::replace(&mut self.message, place.to_owned()));
        self
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }

    pub(super) fn is_data(&self) -> bool {
        self.code == 1
    }

    /// The reader of our output went away; that is no error of ours.
    pub(super) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn causes(&self) -> &[String] {
        &self.causes
    }

    pub(super) fn hint(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::source("cannot read the schemas", &error)
    }
}

#[cfg(feature = "server")]
impl From<crate::server::ServeError> for Failure {
    fn from(error: crate::server::ServeError) -> Self {
        let mut failure = Self::with_code(3, error.to_string());
        failure.causes.extend(error.source().map(ToString::to_string));
        failure
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut failure = Self::with_code(code(&error), error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            failure.causes.push(error.to_string());
            cause = error.source();
        }
        failure
    }
}

/// What lies in the environment is 3, whatever its class: a person has to look at the machine, not at the call.
fn code(error: &Error) -> u8 {
    let environment = match error {
        Error::Transport(_) | Error::Send(SendError::Transport(_) | SendError::Append(_)) => true,
        Error::Consume(ConsumeError::Transport(_) | ConsumeError::Registry { .. }) => true,
        // A registry that is away, or that is none, is not for the call to mend.
        Error::Registry(it) | Error::Serdes(SerdesError::Registry(it)) => {
            matches!(
                it.kind,
                RegistryErrorKind::Store | RegistryErrorKind::Unavailable | RegistryErrorKind::Unexpected
            )
        }
        _ => false,
    };
    if let Error::Registry(it) | Error::Serdes(SerdesError::Registry(it)) = error
        && matches!(it.kind, RegistryErrorKind::Client | RegistryErrorKind::Forbidden)
    {
        return 2;
    }
    if let Error::Transport(it) = error
        && matches!(it.kind, TransportErrorKind::InvalidRequest | TransportErrorKind::Denied)
    {
        return 2;
    }
    match error.class() {
        _ if environment => 3,
        Class::Retry { .. } | Class::Bug => 3,
        Class::Config if !matches!(error, Error::Registry(_)) => 2,
        _ => 1,
    }
}

macro_rules! through_error {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Failure {
            fn from(error: $kind) -> Self {
                Error::from(error).into()
            }
        }
    )*};
}

through_error!(
    SchemaError,
    LinkError,
    EncodeError,
    DecodeError,
    FrameError,
    InvalidName,
    RegistryError,
    SerdesError,
    TransportError,
    SendError,
    ConsumeError
);

#[cfg(feature = "bench")]
through_error!(BenchError, CompareError);

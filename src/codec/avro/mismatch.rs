//! Pairs of types that cannot be read: why, and where on both sides.

use crate::schema::avro::{LinkedType, Name};
use crate::schema::{Format, SchemaError, SchemaErrorKind};

/// A pair that cannot be read, and where.
#[derive(Debug, Clone)]
pub(super) struct Mismatch {
    message: String,
    path: String,
    writer_pointer: String,
    reader_pointer: String,
}

/// Either the pair does not fit, which a union may survive, or compiling has to stop.
pub(super) enum Failure {
    Mismatch(Mismatch),
    Schema(SchemaError),
}

impl From<SchemaError> for Failure {
    fn from(error: SchemaError) -> Self {
        Self::Schema(error)
    }
}

/// An error about two names.
pub(super) fn names_differ(writer: &LinkedType, from: &Name, reader: &LinkedType, to: &Name) -> Failure {
    let message = format!("`{from}` is read as `{to}`, whose name is another and which has no such alias");
    mismatch(writer, reader, message)
}

/// An error about two types; what holds them puts its name before it with [`Failure::inside`].
pub(super) fn mismatch(writer: &LinkedType, reader: &LinkedType, message: String) -> Failure {
    Failure::Mismatch(Mismatch {
        message,
        path: String::new(),
        writer_pointer: writer.pointer.clone(),
        reader_pointer: reader.pointer.clone(),
    })
}

impl Failure {
    /// The same failure, seen from the container.
    pub(super) fn inside(mut self, name: &str) -> Self {
        if let Self::Mismatch(mismatch) = &mut self {
            let dot =
                if mismatch.path.is_empty() || mismatch.path.starts_with(['[', '{']) { "" } else { "." };
            mismatch.path = format!("{name}{dot}{}", mismatch.path);
        }
        self
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        let at = |pointer: &str| if pointer.is_empty() { "/".to_owned() } else { pointer.to_owned() };
        write!(
            f,
            "{} (writer's schema at {}, reader's at {})",
            self.message,
            at(&self.writer_pointer),
            at(&self.reader_pointer)
        )
    }
}

impl From<Mismatch> for SchemaError {
    fn from(mismatch: Mismatch) -> Self {
        let message = format!("the writer's schema cannot be read as the reader's: {mismatch}");
        Self::new(Format::Avro, SchemaErrorKind::Mismatch, message).with_pointer(mismatch.reader_pointer)
    }
}

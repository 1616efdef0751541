//! Protobuf schemas: one `.proto` file each, as text or as a base64 `FileDescriptorProto`
//! ([language specification](https://protobuf.dev/reference/protobuf/proto3-spec/)).
//!
//! ```text
//! text -guard-> -parse-> Model { unlinked file, how it was registered, spans }   -canonical-> text
//!                           |-> link (with its references)  -> descriptors, for the codec and for strict parsing
//!                           `-> Messages                    -> message indexes <-> full names
//! ```
//!
//! ```
//! use schemawire::schema::{Model, Schema};
//!
//! let schema = Schema::protobuf("syntax = \"proto3\"; package a; message Point { int32 x = 1; } // a comment")?;
//! assert_eq!(schema.canonical(), "syntax = \"proto3\";\npackage a;\n\nmessage Point {\n  int32 x = 1;\n}\n");
//! let Model::Protobuf(model) = schema.model() else { unreachable!() };
//! assert_eq!(model.full_name().as_deref(), Some("a.Point"));
//! # Ok::<(), schemawire::schema::SchemaError>(())
//! ```

mod canonical;
mod files;
mod forgive;
mod guard;
mod indexes;
mod link;
mod parse;
mod serialized;
mod well_known;

pub use canonical::{canonical, without_extensions};
pub use indexes::{Declaration, Messages};
pub use parse::{MAX_LENGTH, parse};
pub use serialized::serialized;

pub(crate) use files::{File, files};
pub(crate) use indexes::{group_names, is_map_entry, is_synthetic};
pub(crate) use link::link;
pub(crate) use parse::referenced_names;

use prost_types::FileDescriptorProto;

use super::{Format, Mode, Position, Reference, Schema, SchemaError, SchemaErrorKind, Span};

/// A parsed Protobuf file, unlinked: a use of a type is the name as it was written, an option is not interpreted.
#[derive(Debug, Clone)]
pub struct Model {
    file: FileDescriptorProto,
    origin: Origin,
    /// Where each line of the text starts.
    lines: Vec<u32>,
}

/// In which of its two forms a Protobuf schema was registered; it decides which messages count as declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// As `.proto` text, where `map<K, V>` and groups declare no message.
    Text,
    /// As a base64 `FileDescriptorProto`, where map entries and groups are nested messages like any other.
    Descriptor,
}

impl Model {
    /// The file, unlinked, with `source_code_info` where it was text.
    #[must_use]
    pub fn file(&self) -> &FileDescriptorProto {
        &self.file
    }

    /// The file, for changes that leave its declarations where they are.
    #[cfg(feature = "server")]
    pub(crate) fn file_mut(&mut self) -> &mut FileDescriptorProto {
        &mut self.file
    }

    /// The form in which it was registered.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The full name of the first message.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let first = self.file.message_type.first()?;
        Some(qualified(self.file.package(), first.name()))
    }

    /// Where something stands in the text, by its path through the descriptor (`SourceCodeInfo.Location.path`);
    /// absent where the schema was a descriptor.
    #[must_use]
    pub fn span(&self, path: &[i32]) -> Option<Span> {
        // The parser sorts locations by path.
        let locations = &self.file.source_code_info.as_ref()?.location;
        let found = locations.binary_search_by(|it| it.path.as_slice().cmp(path)).ok()?;
        let (start, end) = match *locations.get(found)?.span.as_slice() {
            [line, from, to] => ((line, from), (line, to)),
            [line, from, last_line, to] => ((line, from), (last_line, to)),
            _ => return None,
        };
        Some(Span::new(self.offset(start)?, self.offset(end)?))
    }

    /// The byte that the parser calls by line and column, both from 0, the column in bytes.
    fn offset(&self, (line, column): (i32, i32)) -> Option<usize> {
        let line = self.lines.get(usize::try_from(line).ok()?)?;
        Some(*line as usize + usize::try_from(column).ok()?)
    }
}

/// `scope.name`, or `name` alone where there is no scope.
fn qualified(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

//! The text that stands for all texts of the same meaning: the parsed file, pretty-printed as Confluent's registry does with
//! [Wire](https://square.github.io/wire/): no comments, two spaces, each kind of declaration in its section.
//!
//! A schema that was a descriptor keeps its map entries and groups as nested messages, so that they count for message indexes
//! in the text, too: a map entry with `option map_entry = true`, a group's field with [`DELIMITED`].

mod bare;
mod message;
mod options;
mod writer;

use std::collections::HashSet;

use prost_types::FileDescriptorProto;

use super::{Model, Origin};
pub use bare::without_extensions;
use message::Printer;
use options::{Options, field_options};
use writer::{Writer, quoted};

/// The option that marks a field of message type as a group on the wire, by the name that editions give it.
/// The text of a descriptor needs it, since `group` would declare the message a second time.
pub(super) const DELIMITED: ([&str; 2], &str) = (["features", "message_encoding"], "DELIMITED");

/// The canonical text.
///
/// It parses back into the same file, up to the order of fields, which stand before the oneofs. What a descriptor holds as
/// extensions of options is not printed.
#[must_use]
pub fn canonical(model: &Model) -> String {
    print(model, true)
}

/// The text; `extensions` says whether what extends other messages is in it.
fn print(model: &Model, extensions: bool) -> String {
    let file = model.file();
    let mut out = Writer::default();
    // The parser drops `proto2`, the default, but says where it was written.
    match (file.syntax.as_deref(), model.span(&[SYNTAX])) {
        (Some(""), _) | (None, None) => {}
        (syntax, _) => out.line(format_args!("syntax = \"{}\";", syntax.unwrap_or("proto2"))),
    }
    if !file.package().is_empty() {
        out.line(format_args!("package {};", file.package()));
    }
    imports(file, &mut out);
    if let Some(options) = &file.options {
        out.section();
        Options::of_file(options).statements(&mut out);
    }
    Printer { model, is_text: model.origin() == Origin::Text, extensions }.file(file, &mut out);
    out.finish()
}

/// The field number of `FileDescriptorProto.syntax`, for paths.
const SYNTAX: i32 = 12;

fn imports(file: &FileDescriptorProto, out: &mut Writer) {
    let public: HashSet<i32> = file.public_dependency.iter().copied().collect();
    let weak: HashSet<i32> = file.weak_dependency.iter().copied().collect();
    out.section();
    for (index, import) in file.dependency.iter().enumerate() {
        let kind = if public.contains(&(index as i32)) {
            "public "
        } else if weak.contains(&(index as i32)) {
            "weak "
        } else {
            ""
        };
        out.line(format_args!("import {kind}{};", quoted(import.as_bytes())));
    }
}

//! What Confluent's registry took from old schemas, and the parser does not: field numbers out of range, oneofs without members.
//!
//! The parser is given a text of the same length in which those places are harmless, so that all positions stay right.

use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use protox_parse::ParseError;

use super::{Model, Origin, link};

/// How many places of one text are forgiven; each costs another parse.
const MAX_PLACES: usize = 32;

/// Field numbers of the descriptor, for paths.
const FILE_MESSAGE: i32 = 4;
const FILE_EXTENSION: i32 = 7;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_EXTENSION: i32 = 6;
const FIELD_NUMBER: i32 = 3;

/// A field number that the parser refuses, and where it stands.
struct Number {
    start: usize,
    value: i32,
}

/// Parses the text once more without what can be forgiven. `None` where more is wrong with it.
pub(super) fn parse(text: &str, first_error: ParseError) -> Option<FileDescriptorProto> {
    let mut patched = text.to_owned();
    let mut numbers = Vec::new();
    let mut error = first_error;
    for _ in 0..MAX_PLACES {
        let place = error.span()?;
        let found = text.get(place.clone())?;
        let replacement = if error.to_string().starts_with("message numbers must be between") {
            numbers.push(Number { start: place.start, value: integer(found)? });
            harmless_number(found.len())
        } else if error.to_string().starts_with("a oneof must have at least one field") {
            found
                .chars()
                .map(|it| if it == '\n' { "\n".to_owned() } else { " ".repeat(it.len_utf8()) })
                .collect()
        } else {
            return None;
        };
        patched.replace_range(place, &replacement);
        match protox_parse::parse(link::FILE_NAME, &patched) {
            Ok(file) => return restored(file, &patched, &numbers),
            Err(next) => error = next,
        }
    }
    None
}

/// A literal of that length for a number that is in range.
fn harmless_number(length: usize) -> String {
    match length {
        0 | 1 => "1".into(),
        2 => "01".into(),
        _ => format!("0x{:0>width$}", 1, width = length - 2),
    }
}

fn integer(literal: &str) -> Option<i32> {
    let digits = literal.strip_prefix("0x").or_else(|| literal.strip_prefix("0X"));
    match digits {
        Some(hex) => i32::from_str_radix(hex, 16).ok(),
        None if literal.len() > 1 && literal.starts_with('0') => i32::from_str_radix(literal, 8).ok(),
        None => literal.parse().ok(),
    }
}

/// The file with the numbers as they were written. `None` where one of them is no field's number.
fn restored(file: FileDescriptorProto, text: &str, numbers: &[Number]) -> Option<FileDescriptorProto> {
    let lines = super::parse::line_starts(text);
    let model = Model { file, origin: Origin::Text, lines };
    let locations = model.file.source_code_info.iter().flat_map(|info| &info.location);
    let mut places = Vec::new();
    for location in locations.filter(|it| it.path.last() == Some(&FIELD_NUMBER)) {
        let Some(span) = model.span(&location.path) else { continue };
        let number = numbers.iter().find(|number| number.start == span.start as usize);
        places.extend(number.map(|number| (location.path.clone(), number.value)));
    }
    let mut file = model.file;
    let mut left = numbers.len();
    for (path, value) in places {
        if let Some(field) = field_at(&mut file, &path) {
            field.number = Some(value);
            left = left.saturating_sub(1);
        }
    }
    (left == 0).then_some(file)
}

/// The field whose number that path names.
fn field_at<'f>(file: &'f mut FileDescriptorProto, path: &[i32]) -> Option<&'f mut FieldDescriptorProto> {
    match path {
        [FILE_EXTENSION, index, FIELD_NUMBER] => file.extension.get_mut(*index as usize),
        [FILE_MESSAGE, index, rest @ ..] => in_message(file.message_type.get_mut(*index as usize)?, rest),
        _ => None,
    }
}

fn in_message<'f>(message: &'f mut DescriptorProto, path: &[i32]) -> Option<&'f mut FieldDescriptorProto> {
    match path {
        [MESSAGE_FIELD, index, FIELD_NUMBER] => message.field.get_mut(*index as usize),
        [MESSAGE_EXTENSION, index, FIELD_NUMBER] => message.extension.get_mut(*index as usize),
        [MESSAGE_NESTED, index, rest @ ..] => in_message(message.nested_type.get_mut(*index as usize)?, rest),
        _ => None,
    }
}

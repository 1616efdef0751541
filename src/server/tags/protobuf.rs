//! Tags in Protobuf: the option `(confluent.field_meta) = { tags: ["PII"] }`, or `(confluent.field_meta).tags = "PII"`.

use prost_types::uninterpreted_option::NamePart;
use prost_types::{DescriptorProto, UninterpretedOption};

use super::{Tagged, within};
use crate::schema::protobuf::Model;

pub(super) fn of_protobuf(model: &Model, tagged: &mut Tagged) {
    model.file().message_type.iter().for_each(|it| message(it, "", tagged));
}

fn message(message: &DescriptorProto, outer: &str, tagged: &mut Tagged) {
    let path = within(outer, message.name());
    let options = message.options.as_ref().map(|it| it.uninterpreted_option.as_slice());
    tagged.record(&path, tags(options.unwrap_or_default(), "confluent.message_meta"));
    for field in &message.field {
        let options = field.options.as_ref().map(|it| it.uninterpreted_option.as_slice());
        let tags = tags(options.unwrap_or_default(), "confluent.field_meta");
        tagged.field(&within(&path, field.name()), tags);
    }
    message.nested_type.iter().for_each(|it| self::message(it, &path, tagged));
}

/// The tags in an option of that name.
fn tags(options: &[UninterpretedOption], name: &str) -> Vec<String> {
    let is = |part: &NamePart, wanted: &str, is_extension: bool| {
        part.is_extension == is_extension && part.name_part.trim_start_matches('.') == wanted
    };
    let found = options.iter().flat_map(|option| match option.name.as_slice() {
        [only] if is(only, name, true) => of_aggregate(option.aggregate_value()),
        [first, member] if is(first, name, true) && is(member, "tags", false) => {
            option.string_value.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect()
        }
        _ => Vec::new(),
    });
    found.collect()
}

/// The texts of the member `tags` in Protobuf's text format: `doc: "..." tags: "A" tags: ["B", "C"]`.
fn of_aggregate(text: &str) -> Vec<String> {
    let (mut tags, mut depth) = (Vec::new(), 0_usize);
    // Whether what is read now belongs to `tags`: from its name to the next one.
    let mut is_within = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = depth.saturating_sub(1),
            '"' | '\'' => {
                let value = literal(&mut letters, letter);
                if is_within && depth == 0 {
                    tags.push(value);
                }
            }
            _ if letter.is_alphabetic() || letter == '_' => {
                let mut name = String::from(letter);
                while let Some(next) = letters.next_if(|it| it.is_alphanumeric() || *it == '_') {
                    name.push(next);
                }
                if depth == 0 {
                    is_within = name == "tags";
                }
            }
            _ => {}
        }
    }
    tags
}

/// The text up to its quote. Tags are names, so of escapes only those of quotes and backslashes are undone.
fn literal(letters: &mut impl Iterator<Item = char>, quote: char) -> String {
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            _ if letter == quote => break,
            '\\' => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    text
}

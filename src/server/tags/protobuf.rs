//! Tags in Protobuf: the option `(confluent.field_meta) = { tags: ["PII"] }`, or `(confluent.field_meta).tags = "PII"`.

use prost_types::uninterpreted_option::NamePart;
use prost_types::{DescriptorProto, FileDescriptorProto, UninterpretedOption};

use super::change::{Change, Kind};
use super::{Tagged, within};
use crate::schema::protobuf::Model;

/// The options that hold tags.
const MESSAGE: &str = "confluent.message_meta";
const FIELD: &str = "confluent.field_meta";

pub(super) fn of_protobuf(model: &Model, tagged: &mut Tagged) {
    model.file().message_type.iter().for_each(|it| message(it, "", tagged));
}

fn message(message: &DescriptorProto, outer: &str, tagged: &mut Tagged) {
    let path = within(outer, message.name());
    let options = message.options.as_ref().map(|it| it.uninterpreted_option.as_slice());
    tagged.record(&path, tags(options.unwrap_or_default(), MESSAGE));
    for field in &message.field {
        let options = field.options.as_ref().map(|it| it.uninterpreted_option.as_slice());
        let tags = tags(options.unwrap_or_default(), FIELD);
        tagged.field(&within(&path, field.name()), tags);
    }
    message.nested_type.iter().for_each(|it| self::message(it, &path, tagged));
}

fn is(part: &NamePart, wanted: &str, is_extension: bool) -> bool {
    part.is_extension == is_extension && part.name_part.trim_start_matches('.') == wanted
}

/// The tags in an option of that name.
fn tags(options: &[UninterpretedOption], name: &str) -> Vec<String> {
    let found = options.iter().flat_map(|option| match option.name.as_slice() {
        [only] if is(only, name, true) => of_aggregate(option.aggregate_value()),
        [first, member] if is(first, name, true) && is(member, "tags", false) => {
            option.string_value.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect()
        }
        _ => Vec::new(),
    });
    found.collect()
}

/// Changes the tags of a message or field, where it is there. A dot may stand before the path.
pub(super) fn change(file: &mut FileDescriptorProto, path: &str, kind: Kind, change: &Change<'_>) -> bool {
    let path = path.strip_prefix('.').unwrap_or(path);
    let messages = &mut file.message_type;
    match kind {
        Kind::Record => message_at(messages, path).is_some_and(|message| {
            let options = &mut message.options.get_or_insert_default().uninterpreted_option;
            replace(options, MESSAGE, change);
            true
        }),
        Kind::Field => path.rsplit_once('.').is_some_and(|(message, name)| {
            let fields = message_at(messages, message).into_iter().flat_map(|it| &mut it.field);
            fields
                .filter(|it| it.name() == name)
                .map(|field| {
                    let options = &mut field.options.get_or_insert_default().uninterpreted_option;
                    replace(options, FIELD, change);
                })
                .next()
                .is_some()
        }),
    }
}

fn message_at<'m>(messages: &'m mut [DescriptorProto], path: &str) -> Option<&'m mut DescriptorProto> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let found = messages.iter_mut().find(|it| it.name() == name)?;
    match rest {
        Some(rest) => message_at(&mut found.nested_type, rest),
        None => Some(found),
    }
}

/// One option with the tags that there are afterwards, and all else that stood in those of its name, at the place of the first.
fn replace(options: &mut Vec<UninterpretedOption>, name: &str, change: &Change<'_>) {
    let tags = change.applied(tags(options, name));
    let is_replaced = |option: &UninterpretedOption| match option.name.as_slice() {
        [only] => is(only, name, true),
        [first, member] => is(first, name, true) && is(member, "tags", false),
        _ => false,
    };
    let place = options.iter().position(is_replaced).unwrap_or(options.len());
    let aggregates =
        options.iter().filter(|option| is_replaced(option)).map(UninterpretedOption::aggregate_value);
    let others = aggregates.flat_map(members).filter(|(name, _)| *name != "tags");
    let mut written: Vec<String> = others.map(|(_, whole)| whole.to_owned()).collect();
    if !tags.is_empty() {
        let quoted: Vec<String> = tags.iter().map(|tag| format!("{tag:?}")).collect();
        written.push(format!("tags: [{}]", quoted.join(", ")));
    }
    options.retain(|option| !is_replaced(option));
    if !written.is_empty() {
        let name = NamePart { name_part: name.to_owned(), is_extension: true };
        let aggregate_value = Some(written.join(" "));
        let option =
            UninterpretedOption { name: vec![name], aggregate_value, ..UninterpretedOption::default() };
        options.insert(place, option);
    }
}

/// The texts of the member `tags` in Protobuf's text format: `doc: "..." tags: "A" tags: ["B", "C"]`.
fn of_aggregate(text: &str) -> Vec<String> {
    let values = members(text).into_iter().filter(|(name, _)| *name == "tags");
    values.flat_map(|(_, whole)| literals(whole)).collect()
}

/// The members of a message in text format, each by its name and as it stands there as a whole.
fn members(text: &str) -> Vec<(&str, &str)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let (mut depth, mut is_value) = (0_usize, false);
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        match letter {
            '{' | '<' | '[' => depth += 1,
            '}' | '>' | ']' => depth = depth.saturating_sub(1),
            '"' | '\'' => drop(literal(&mut letters, letter)),
            // What follows a sign or a digit is a number, what follows a colon is a value.
            ':' | '-' => is_value = true,
            _ if letter.is_whitespace() => continue,
            _ if letter.is_alphanumeric() || letter == '_' => {
                let mut end = start + letter.len_utf8();
                while let Some((at, next)) =
                    letters.next_if(|(_, it)| it.is_alphanumeric() || matches!(it, '_' | '.'))
                {
                    end = at + next.len_utf8();
                }
                if depth == 0 && !is_value && !letter.is_numeric() {
                    starts.push((start, end));
                }
            }
            _ => {}
        }
        if !matches!(letter, ':' | '-') {
            is_value = false;
        }
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let found = starts.iter().zip(ends).filter_map(|((start, name), end)| {
        let whole = text.get(*start..end)?.trim_end_matches([' ', '\t', '\n', '\r', ',', ';']);
        Some((text.get(*start..*name)?, whole))
    });
    found.collect()
}

/// The texts in quotes that stand in no message within.
fn literals(text: &str) -> Vec<String> {
    let (mut found, mut depth) = (Vec::new(), 0_usize);
    let mut letters = text.char_indices().peekable();
    while let Some((_, letter)) = letters.next() {
        match letter {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = depth.saturating_sub(1),
            '"' | '\'' => {
                let value = literal(&mut letters, letter);
                if depth == 0 {
                    found.push(value);
                }
            }
            _ => {}
        }
    }
    found
}

/// The text up to its quote. Tags are names, so of escapes only those of quotes and backslashes are undone.
fn literal(letters: &mut impl Iterator<Item = (usize, char)>, quote: char) -> String {
    let mut text = String::new();
    while let Some((_, letter)) = letters.next() {
        match letter {
            _ if letter == quote => break,
            '\\' => text.extend(letters.next().map(|(_, it)| it)),
            _ => text.push(letter),
        }
    }
    text
}

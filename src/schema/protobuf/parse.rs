//! Text or base64 descriptor in, [`Model`] out.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorProto};

use super::{Format, Mode, Model, Origin, Reference, Schema, SchemaError, SchemaErrorKind, Span};
use super::{forgive, guard, link, well_known};

/// The longest text that is parsed, in bytes; the same as the largest request that Confluent's registry takes.
///
/// Parsing takes at most about 100 times the length of the text.
pub const MAX_LENGTH: usize = 1 << 20;

/// The most messages within each other, as the language limits them.
const MAX_DEPTH: usize = 32;

/// Parses a Protobuf schema: `.proto` text, or a base64 `FileDescriptorProto`.
///
/// Strictly, it has to link with its references, too: every import and every type name must be found. Options are not
/// looked up, so a custom option needs no import to be accepted. Leniently, field numbers out of range and oneofs without
/// members are forgiven. `edition` files are not understood.
///
/// # Errors
/// Text that is neither, that nests too deep or is longer than [`MAX_LENGTH`]; strictly, an import or a name that is not
/// found, and what the language forbids (a number used twice, a number out of range).
pub fn parse(text: &str, references: &[(Reference, Schema)], mode: Mode) -> Result<Model, SchemaError> {
    if text.len() > MAX_LENGTH {
        let message = format!("the text has {} bytes, at most {MAX_LENGTH} are parsed", text.len());
        return Err(SchemaError::new(Format::Protobuf, SchemaErrorKind::TooLarge, message));
    }
    let model = match descriptor(text) {
        Some(file) => from_descriptor(file, text)?,
        None => from_text(text, mode)?,
    };
    if mode == Mode::Strict {
        link::link_model(&model, text, references)?;
    }
    Ok(model)
}

/// The imports of a text or descriptor that references have to supply: all but the well-known ones; none where it does not parse.
pub(crate) fn referenced_names(text: &str) -> Vec<String> {
    let Ok(model) = parse(text, &[], Mode::Lenient) else { return Vec::new() };
    let mut names = model.file.dependency;
    names.retain(|name| !well_known::is_known(name));
    names
}

fn from_text(text: &str, mode: Mode) -> Result<Model, SchemaError> {
    guard::check_nesting(text)?;
    let file = protox_parse::parse(link::FILE_NAME, text).or_else(|error| {
        let sentence = error.to_string();
        let place = error.span().unwrap_or_else(|| {
            // What has no place is either a second `package` or an end that comes too early.
            let start = if sentence.contains("package") { text.rfind("package") } else { None };
            let start = start.unwrap_or_else(|| text.trim_end().len());
            start..start
        });
        let forgiven = if mode == Mode::Lenient { forgive::parse(text, error) } else { None };
        forgiven.ok_or_else(|| {
            let place = Span::new(place.start, place.end);
            SchemaError::at(Format::Protobuf, SchemaErrorKind::Syntax, sentence, text, place)
        })
    })?;
    Ok(Model { file, origin: Origin::Text, lines: line_starts(text) })
}

/// Where each line of the text starts.
pub(super) fn line_starts(text: &str) -> Vec<u32> {
    let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0).chain(newlines.map(|(index, _)| index as u32 + 1)).collect()
}

fn from_descriptor(mut file: FileDescriptorProto, text: &str) -> Result<Model, SchemaError> {
    if !matches!(file.syntax(), "" | "proto2" | "proto3") {
        let message =
            format!("a descriptor of syntax `{}`: only proto2 and proto3 are understood", file.syntax());
        return Err(SchemaError::at(
            Format::Protobuf,
            SchemaErrorKind::Invalid,
            message,
            text,
            Span::default(),
        ));
    }
    if file.message_type.iter().any(|message| is_deeper_than(message, MAX_DEPTH)) {
        let message = format!("more than {MAX_DEPTH} messages are nested within each other");
        return Err(SchemaError::at(
            Format::Protobuf,
            SchemaErrorKind::TooLarge,
            message,
            text,
            Span::default(),
        ));
    }
    // Its positions are those of another text.
    file.source_code_info = None;
    Ok(Model { file, origin: Origin::Descriptor, lines: Vec::new() })
}

/// The descriptor, where the text is the base64 of one. No `.proto` text that declares anything is base64, as it needs
/// braces or semicolons.
fn descriptor(text: &str) -> Option<FileDescriptorProto> {
    const PADDED_OR_NOT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const BASE64: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, PADDED_OR_NOT);
    let text = text.trim();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if text.is_empty() || !text.bytes().all(is_base64) {
        return None;
    }
    let bytes = BASE64.decode(text).ok()?;
    let file = FileDescriptorProto::decode(bytes.as_slice()).ok()?;
    let declares = !(file.message_type.is_empty()
        && file.enum_type.is_empty()
        && file.service.is_empty()
        && file.extension.is_empty()
        && file.dependency.is_empty());
    declares.then_some(file)
}

fn is_deeper_than(message: &DescriptorProto, depth: usize) -> bool {
    depth == 0 || message.nested_type.iter().any(|nested| is_deeper_than(nested, depth - 1))
}

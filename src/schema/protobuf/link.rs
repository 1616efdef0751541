//! From an unlinked file and its references to descriptors. Nothing is fetched and no file is opened.

use std::collections::{HashMap, HashSet};

use prost_reflect::{DescriptorError, DescriptorPool, FileDescriptor};
use prost_types::uninterpreted_option::NamePart;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumOptions, FieldDescriptorProto, FieldOptions,
    FileDescriptorProto, MessageOptions, UninterpretedOption, field_descriptor_proto,
};

use super::{Format, Model, Position, Reference, Schema, SchemaError, SchemaErrorKind, Span, well_known};
use crate::schema;

/// What the schema's own file is called in the pool; no import path can be equal to it, as none has a space.
pub(super) const FILE_NAME: &str = "(this schema)";

/// The options that change what the bytes mean. The others need not even be known, as in Confluent's registry.
const KEPT_OPTIONS: [&str; 4] = ["packed", "map_entry", "message_set_wire_format", "allow_alias"];

/// The schema's file, linked with its references and the well-known files.
pub(crate) fn link(schema: &Schema) -> Result<FileDescriptor, SchemaError> {
    match schema.model() {
        schema::Model::Protobuf(model) => link_model(model, schema.text(), schema.references()),
        _ => {
            let message = format!("a {} schema where a Protobuf schema is needed", schema.format());
            Err(SchemaError::new(Format::Protobuf, SchemaErrorKind::Mismatch, message))
        }
    }
}

pub(super) fn link_model(
    model: &Model,
    text: &str,
    references: &[(Reference, Schema)],
) -> Result<FileDescriptor, SchemaError> {
    let linker = Linker { model, text, given: by_import_path(references) };
    let mut pool = DescriptorPool::new();
    for file in linker.in_order()? {
        pool.add_file_descriptor_proto(prepared(file)).map_err(|error| linker.link_error(&error))?;
    }
    pool.get_file_by_name(FILE_NAME).ok_or_else(|| {
        SchemaError::new(Format::Protobuf, SchemaErrorKind::Invalid, "the schema did not link")
    })
}

/// All references, direct and indirect, by import path. Of two with one path the nearer counts, as in Confluent's registry.
pub(super) fn by_import_path(references: &[(Reference, Schema)]) -> HashMap<&str, &Schema> {
    let mut given = HashMap::new();
    let mut waiting = std::collections::VecDeque::from([references]);
    while let Some(references) = waiting.pop_front() {
        for (reference, schema) in references {
            if given.insert(reference.name.as_str(), schema).is_none() {
                waiting.push_back(schema.references());
            }
        }
    }
    given
}

struct Linker<'s> {
    model: &'s Model,
    text: &'s str,
    given: HashMap<&'s str, &'s Schema>,
}

/// A file whose imports are being collected; `next` is the import to look at.
struct Waiting {
    file: FileDescriptorProto,
    next: usize,
}

impl Linker<'_> {
    /// The files, each behind all that it imports; this schema's own is the last. Does not recurse: import chains may be long.
    fn in_order(&self) -> Result<Vec<FileDescriptorProto>, SchemaError> {
        let own = FileDescriptorProto { name: Some(FILE_NAME.into()), ..self.model.file.clone() };
        let mut ordered = Vec::new();
        let mut done = HashSet::new();
        let mut stack = vec![Waiting { file: own, next: 0 }];
        while let Some(top) = stack.last_mut() {
            let Some(import) = top.file.dependency.get(top.next).cloned() else {
                if let Some(finished) = stack.pop() {
                    done.insert(finished.file.name().to_owned());
                    ordered.push(finished.file);
                }
                continue;
            };
            top.next += 1;
            if done.contains(&import) {
                continue;
            }
            if stack.iter().any(|waiting| waiting.file.name() == import) {
                return Err(self.cycle(&stack, &import));
            }
            let file = self.import(&stack, &import)?;
            stack.push(Waiting { file, next: 0 });
        }
        Ok(ordered)
    }

    fn import(&self, stack: &[Waiting], name: &str) -> Result<FileDescriptorProto, SchemaError> {
        let found = well_known::google_protobuf(name).or_else(|| {
            let schema::Model::Protobuf(model) = self.given.get(name)?.model() else { return None };
            Some(model.file.clone())
        });
        let file = found.or_else(|| well_known::embedded(name)).ok_or_else(|| {
            let from = stack.last().map_or(FILE_NAME, |waiting| waiting.file.name());
            let by = if from == FILE_NAME { String::new() } else { format!(", which `{from}` imports") };
            let message = format!("the import `{name}`{by}, is not among the references");
            self.at_import(stack, SchemaErrorKind::UnknownReference, message)
        })?;
        Ok(FileDescriptorProto { name: Some(name.into()), ..file })
    }

    fn cycle(&self, stack: &[Waiting], import: &str) -> SchemaError {
        let names = stack.iter().map(|waiting| waiting.file.name()).skip_while(|name| *name != import);
        let circle: Vec<&str> = names.chain([import]).collect();
        let message = format!("imports go in a circle: {}", circle.join(" -> "));
        self.at_import(stack, SchemaErrorKind::Invalid, message)
    }

    /// An error at the import of this schema's own text through which the trouble was reached.
    fn at_import(&self, stack: &[Waiting], kind: SchemaErrorKind, message: String) -> SchemaError {
        let index = stack.first().map_or(0, |own| own.next.saturating_sub(1));
        match self.model.span(&[FILE_DEPENDENCY, index as i32]) {
            Some(span) => SchemaError::at(Format::Protobuf, kind, message, self.text, span),
            None => SchemaError::new(Format::Protobuf, kind, message),
        }
    }

    fn link_error(&self, error: &DescriptorError) -> SchemaError {
        let kind = SchemaErrorKind::Invalid;
        let place = error.line().zip(error.column());
        if error.file().is_some_and(|file| file != FILE_NAME) {
            let position = place.map(|(line, column)| {
                format!(", {}", Position { line: line as u32 + 1, column: column as u32 + 1 })
            });
            let file = error.file().unwrap_or_default();
            let message = format!("in the import `{file}`{}: {error}", position.unwrap_or_default());
            return SchemaError::new(Format::Protobuf, kind, message);
        }
        let offset = place.and_then(|(line, column)| self.model.offset((line as i32, column as i32)));
        match offset {
            Some(offset) => {
                let span = Span::new(offset, offset);
                SchemaError::at(Format::Protobuf, kind, error.to_string(), self.text, span)
            }
            None => SchemaError::new(Format::Protobuf, kind, error.to_string()),
        }
    }
}

/// The field number of `FileDescriptorProto.dependency`, for paths.
const FILE_DEPENDENCY: i32 = 3;

/// The file with those options alone that change what the bytes mean, and with delimited fields as the groups that they are.
fn prepared(mut file: FileDescriptorProto) -> FileDescriptorProto {
    file.options = None;
    file.service.clear();
    file.message_type.iter_mut().for_each(prepare_message);
    file.enum_type.iter_mut().for_each(prepare_enum);
    file.extension.iter_mut().for_each(prepare_field);
    file
}

fn prepare_message(message: &mut DescriptorProto) {
    message.options = message.options.take().map(|options| MessageOptions {
        map_entry: options.map_entry,
        message_set_wire_format: options.message_set_wire_format,
        uninterpreted_option: kept(options.uninterpreted_option),
        ..MessageOptions::default()
    });
    message.field.iter_mut().for_each(prepare_field);
    message.extension.iter_mut().for_each(prepare_field);
    message.nested_type.iter_mut().for_each(prepare_message);
    message.enum_type.iter_mut().for_each(prepare_enum);
    message.oneof_decl.iter_mut().for_each(|oneof| oneof.options = None);
    message.extension_range.iter_mut().for_each(|range| range.options = None);
}

fn prepare_enum(declared: &mut EnumDescriptorProto) {
    declared.options = declared.options.take().map(|options| EnumOptions {
        allow_alias: options.allow_alias,
        uninterpreted_option: kept(options.uninterpreted_option),
        ..EnumOptions::default()
    });
    declared.value.iter_mut().for_each(|value| value.options = None);
}

fn prepare_field(field: &mut FieldDescriptorProto) {
    if is_delimited(field) {
        field.r#type = Some(field_descriptor_proto::Type::Group.into());
    }
    field.options = field.options.take().map(|options| FieldOptions {
        packed: options.packed,
        uninterpreted_option: kept(options.uninterpreted_option),
        ..FieldOptions::default()
    });
}

/// Whether the field is marked with [`super::canonical::DELIMITED`].
fn is_delimited(field: &FieldDescriptorProto) -> bool {
    let options = field.options.iter().flat_map(|options| &options.uninterpreted_option);
    options.into_iter().any(|option| {
        let name = option.name.iter().map(|part| part.name_part.as_str());
        name.eq(super::canonical::DELIMITED.0) && option.identifier_value() == super::canonical::DELIMITED.1
    })
}

fn kept(mut options: Vec<UninterpretedOption>) -> Vec<UninterpretedOption> {
    options.retain(|option| match option.name.as_slice() {
        [NamePart { name_part, is_extension: false }] => KEPT_OPTIONS.contains(&name_part.as_str()),
        _ => false,
    });
    options
}

//! From a Protobuf file: from one of its messages, and all that it leads to.
//!
//! | Protobuf | read as |
//! |---|---|
//! | a field with presence, a message | an option that is left out where it is null |
//! | a `oneof` | an option of a choice, whose members are fields of the message around it |
//! | an extension | a field named `[full.name]`, as the codec shows it |
//! | `google.protobuf.Timestamp` | a moment |

use std::collections::{HashMap, HashSet};

use prost_reflect::{
    Cardinality, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind as Declared, MessageDescriptor,
};

use super::Read;
use crate::convert::form::{FieldForm, Fields, Form};
use crate::convert::graph::{
    Choice, Enum, Field, Float, Kind, Member, Record, Step, Type, TypeId, Unit, Whole, pascal,
};
use crate::convert::report::Place;
use crate::schema::protobuf::{self, Model};
use crate::schema::{Format, Schema, SchemaError, SchemaErrorKind};

/// Reads that message, or the first one.
pub(super) fn read(schema: &Schema, model: &Model, message: Option<&str>) -> Result<Read, SchemaError> {
    let file = protobuf::link(schema)?;
    let root = match message {
        Some(name) => file.parent_pool().get_message_by_name(name),
        None => file.messages().next(),
    };
    let Some(root) = root else {
        let message = match message {
            Some(name) => format!("the schema has no message `{name}`"),
            None => "a file without a message has no values to convert".to_owned(),
        };
        return Err(SchemaError::new(Format::Protobuf, SchemaErrorKind::Mismatch, message));
    };
    let mut reader = Reader {
        schema,
        model,
        file,
        read: Read::default(),
        messages: HashMap::new(),
        enums: HashMap::new(),
        waiting: Vec::new(),
    };
    reader.read.graph.root = reader.message(&root);
    while let Some((id, message)) = reader.waiting.pop() {
        reader.fields(id, &message);
    }
    reader.left_out();
    Ok(reader.read)
}

struct Reader<'s> {
    schema: &'s Schema,
    model: &'s Model,
    file: FileDescriptor,
    read: Read,
    messages: HashMap<String, TypeId>,
    enums: HashMap<String, TypeId>,
    /// Messages that have a place, but no fields yet.
    waiting: Vec<(TypeId, MessageDescriptor)>,
}

/// What a field and an extension have in common.
struct Facts {
    kind: Declared,
    name: String,
    is_list: bool,
    is_map: bool,
    has_presence: bool,
    is_required: bool,
    place: Place,
    doc: Option<String>,
}

impl Reader<'_> {
    /// Where something of that file stands; other files have no places in this text.
    fn place(&self, path: &str, file: &FileDescriptor, at: &[i32]) -> Place {
        let is_own = *file == self.file;
        let span = if is_own { self.model.span(at) } else { None };
        Place {
            path: path.to_owned(),
            position: span.map(|it| it.position(self.schema.text())),
            source: (!is_own).then(|| file.name().to_owned()),
        }
    }

    /// The comment in front of something of the own file.
    fn doc(&self, file: &FileDescriptor, at: &[i32]) -> Option<String> {
        let locations = &self.model.file().source_code_info.as_ref()?.location;
        let found = locations.binary_search_by(|it| it.path.as_slice().cmp(at)).ok()?;
        let comment = locations.get(found)?.leading_comments.as_ref().filter(|_| *file == self.file)?;
        let lines: Vec<&str> = comment.lines().map(str::trim).collect();
        Some(lines.join("\n").trim().to_owned()).filter(|it| !it.is_empty())
    }

    fn message(&mut self, message: &MessageDescriptor) -> TypeId {
        if let Some(id) = self.messages.get(message.full_name()) {
            return *id;
        }
        let name = message.full_name();
        let place = self.place(name, &message.parent_file(), message.path());
        let made = match name {
            "google.protobuf.Timestamp" => {
                Type::new(place, pascal(name), "google.protobuf.Timestamp", Kind::Timestamp(Unit::Full))
            }
            _ => {
                let record = Record { name: name.to_owned(), fields: Vec::new() };
                let made = Type::new(place, pascal(name), "message", Kind::Record(record));
                made.with_doc(self.doc(&message.parent_file(), message.path()))
            }
        };
        let is_record = matches!(made.kind, Kind::Record(_));
        let id = self.read.graph.push(made);
        self.messages.insert(name.to_owned(), id);
        if is_record {
            self.waiting.push((id, message.clone()));
        }
        id
    }

    /// The fields of a message, in the order in which the codec shows them.
    fn fields(&mut self, id: TypeId, message: &MessageDescriptor) {
        let (mut fields, mut forms) = (Vec::new(), Vec::new());
        let mut oneofs = HashSet::new();
        let declared = message.descriptor_proto().field.iter();
        let declared: Vec<FieldDescriptor> =
            declared.filter_map(|it| message.get_field(u32::try_from(it.number()).ok()?)).collect();
        for field in &declared {
            let oneof = field.containing_oneof().filter(|it| !it.is_synthetic());
            let Some(oneof) = oneof else {
                let facts = self.facts(message, field);
                self.field(facts, &mut fields, &mut forms);
                continue;
            };
            if !oneofs.insert(oneof.full_name().to_owned()) {
                continue;
            }
            let members: Vec<FieldDescriptor> = declared
                .iter()
                .filter(|it| it.containing_oneof().is_some_and(|it| it.full_name() == oneof.full_name()))
                .cloned()
                .collect();
            let path = Step::Field(oneof.name()).path(message.full_name());
            let place = self.place(&path, &message.parent_file(), oneof.path());
            let hint = Step::Field(oneof.name()).hint(&pascal(message.full_name()));
            let names: Vec<String> = members.iter().map(|it| it.name().to_owned()).collect();
            let members = members
                .iter()
                .map(|it| {
                    let facts = self.facts(message, it);
                    Member { name: it.name().to_owned(), schema: self.single(&facts) }
                })
                .collect();
            let kind = Kind::Choice(Choice { name: None, members });
            let choice = Type::new(place.clone(), hint.clone(), "oneof", kind);
            let choice = self.read.graph.push(choice);
            let optional = Type::new(place, hint, "oneof", Kind::Optional(choice));
            let optional = self.read.graph.push(optional);
            let doc = self.doc(&message.parent_file(), oneof.path());
            fields.push(Field { name: oneof.name().to_owned(), aliases: Vec::new(), doc, schema: optional });
            forms.push(FieldForm::Inline(names));
        }
        for extension in message.extensions() {
            let name = format!("[{}]", extension.full_name());
            let facts = Facts {
                kind: extension.kind(),
                is_list: extension.is_list(),
                is_map: false,
                has_presence: extension.supports_presence(),
                is_required: false,
                place: self.place(
                    &Step::Field(&name).path(message.full_name()),
                    &extension.parent_file(),
                    extension.path(),
                ),
                doc: self.doc(&extension.parent_file(), extension.path()),
                name,
            };
            self.field(facts, &mut fields, &mut forms);
        }
        let mut made = self.read.graph.get(id).clone();
        let name = message.full_name().to_owned();
        made.kind = Kind::Record(Record { name: name.clone(), fields });
        made.source = Form::Fields(Fields { name, fields: forms, as_map: false });
        self.read.graph.set(id, made);
    }

    fn facts(&mut self, message: &MessageDescriptor, field: &FieldDescriptor) -> Facts {
        let place = self.place(
            &Step::Field(field.name()).path(message.full_name()),
            &field.parent_file(),
            field.path(),
        );
        if let Some(default) = &field.field_descriptor_proto().default_value {
            self.read.drop(place.clone(), "default", "default", default.clone());
        }
        Facts {
            kind: field.kind(),
            name: field.name().to_owned(),
            is_list: field.is_list(),
            is_map: field.is_map(),
            has_presence: field.supports_presence(),
            is_required: field.cardinality() == Cardinality::Required,
            place,
            doc: self.doc(&field.parent_file(), field.path()),
        }
    }

    fn field(&mut self, facts: Facts, fields: &mut Vec<Field>, forms: &mut Vec<FieldForm>) {
        let single = self.single(&facts);
        let new = |word, kind| Type::new(facts.place.clone(), hint(&facts.place), word, kind);
        let (schema, absent) = if facts.is_map {
            (single, false)
        } else if facts.is_list {
            (self.read.graph.push(new("repeated field", Kind::List(single))), false)
        } else if facts.has_presence && !facts.is_required {
            let form = Form::Nullable { null: None, some: None };
            let optional = new("optional field", Kind::Optional(single)).with_source(form);
            (self.read.graph.push(optional), true)
        } else {
            (single, false)
        };
        fields.push(Field { name: facts.name.clone(), aliases: Vec::new(), doc: facts.doc, schema });
        forms.push(FieldForm::Named { name: facts.name, absent });
    }

    /// The type of one value of a field; of a map field the map.
    fn single(&mut self, facts: &Facts) -> TypeId {
        let (word, kind, form) = match &facts.kind {
            Declared::Message(entry) if facts.is_map => return self.map(facts, entry),
            Declared::Message(message) => return self.message(message),
            Declared::Enum(it) => return self.symbols(it),
            scalar => self::scalar(scalar),
        };
        let made = Type::new(facts.place.clone(), hint(&facts.place), word, kind);
        self.read.graph.push(made.with_source(form))
    }

    fn map(&mut self, facts: &Facts, entry: &MessageDescriptor) -> TypeId {
        let mut part = |field: FieldDescriptor, step: Step<'_>| {
            let place = Place { path: step.path(&facts.place.path), ..facts.place.clone() };
            let facts = Facts {
                kind: field.kind(),
                name: String::new(),
                is_list: false,
                is_map: false,
                has_presence: false,
                is_required: false,
                place,
                doc: None,
            };
            self.single(&facts)
        };
        let key_field = entry.map_entry_key_field();
        let word = match key_field.kind() {
            Declared::String => "map by string",
            _ => "map by number or bool",
        };
        let key = part(key_field, Step::Key);
        let value = part(entry.map_entry_value_field(), Step::Entry);
        let made = Type::new(facts.place.clone(), hint(&facts.place), word, Kind::Map { key, value });
        self.read.graph.push(made)
    }

    /// An enum; of several names for one number the first counts, as in the codec.
    fn symbols(&mut self, it: &EnumDescriptor) -> TypeId {
        if let Some(id) = self.enums.get(it.full_name()) {
            return *id;
        }
        let name = it.full_name().to_owned();
        let place = self.place(&name, &it.parent_file(), it.path());
        let mut numbers = HashSet::new();
        let (mut symbols, mut forms) = (Vec::new(), Vec::new());
        // As they were written: the descriptor's own order is by number.
        let declared = it.enum_descriptor_proto().value.iter();
        for value in declared {
            if numbers.insert(value.number()) {
                symbols.push(value.name().to_owned());
                forms.push((value.number() as u32, value.name().to_owned()));
            } else {
                let why = format!("`{}` is a second name for {}", value.name(), value.number());
                self.read.drop(place.clone(), "symbol-alias", "enum", why);
            }
        }
        let kind = Kind::Enum(Enum { name: name.clone(), symbols, open: true });
        let made = Type::new(place, pascal(&name), "enum", kind).with_source(Form::Symbols(forms));
        let made = made.with_doc(self.doc(&it.parent_file(), it.path()));
        let id = self.read.graph.push(made);
        self.enums.insert(name, id);
        id
    }

    /// What the file declares and the message does not lead to.
    fn left_out(&mut self) {
        let messages = self.file.messages().filter(|it| !self.messages.contains_key(it.full_name()));
        let messages: Vec<Place> =
            messages.map(|it| self.place(it.full_name(), &self.file, it.path())).collect();
        for place in messages {
            self.read.drop(place, "unreached", "message", "the outermost message does not lead to it");
        }
        for (number, service) in self.model.file().service.iter().enumerate() {
            let place = self.place(service.name(), &self.file, &[SERVICES, number as i32]);
            self.read.drop(place, "service", "service", "no other format has services");
        }
    }
}

/// The field number of `FileDescriptorProto.service`, for paths.
const SERVICES: i32 = 6;

fn hint(place: &Place) -> String {
    let mut parts = place.path.rsplit('.');
    let (field, message) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (field, step) = match field.strip_suffix("{}") {
        Some(field) => (field, Step::Entry),
        None => (field, Step::Some),
    };
    step.hint(&format!("{}{}", pascal(message), pascal(field.trim_end_matches("{key}"))))
}

fn scalar(kind: &Declared) -> (&'static str, Kind, Form) {
    match kind {
        Declared::Double => ("double", Kind::Float(Float::Double), Form::Same),
        Declared::Float => ("float", Kind::Float(Float::Single), Form::Same),
        Declared::Int32 | Declared::Sint32 | Declared::Sfixed32 => {
            ("int32, sint32, sfixed32", Kind::Whole(Whole::I32), Form::Int)
        }
        Declared::Int64 | Declared::Sint64 | Declared::Sfixed64 => {
            ("int64, sint64, sfixed64", Kind::Whole(Whole::I64), Form::Long)
        }
        Declared::Uint32 | Declared::Fixed32 => ("uint32, fixed32", Kind::Whole(Whole::U32), Form::Unsigned),
        Declared::Uint64 | Declared::Fixed64 => ("uint64, fixed64", Kind::Whole(Whole::U64), Form::Unsigned),
        Declared::Bool => ("bool", Kind::Bool, Form::Same),
        Declared::Bytes => ("bytes", Kind::Bytes, Form::Same),
        _ => ("string", Kind::Text, Form::Same),
    }
}

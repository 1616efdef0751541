//! What the files of one side declare, and which declaration a name means.

use std::collections::{BTreeMap, HashMap, HashSet};

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto};

use crate::schema::protobuf::{File, Origin, group_names, is_map_entry, is_synthetic};

/// Numbers of descriptor fields, for the paths that spans are found by.
pub(super) mod tag {
    pub(in crate::compat::protobuf) const FILE_PACKAGE: i32 = 2;
    pub(in crate::compat::protobuf) const FILE_MESSAGE: i32 = 4;
    pub(in crate::compat::protobuf) const MESSAGE_NAME: i32 = 1;
    pub(in crate::compat::protobuf) const MESSAGE_FIELD: i32 = 2;
    pub(in crate::compat::protobuf) const MESSAGE_NESTED: i32 = 3;
    pub(in crate::compat::protobuf) const MESSAGE_ONEOF: i32 = 8;
    pub(in crate::compat::protobuf) const FIELD_NAME: i32 = 1;
    pub(in crate::compat::protobuf) const FIELD_LABEL: i32 = 4;
    pub(in crate::compat::protobuf) const FIELD_TYPE: i32 = 5;
    pub(in crate::compat::protobuf) const FIELD_TYPE_NAME: i32 = 6;
}

/// All messages and enums of one side.
#[derive(Debug)]
pub(super) struct Declarations<'f> {
    files: &'f [File<'f>],
    messages: Vec<Message<'f>>,
    enums: Vec<&'f EnumDescriptorProto>,
    names: HashMap<String, Declared>,
    /// The messages at the top of the schema's own file.
    roots: Vec<usize>,
}

/// What a name means: a message or an enum, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    Message(usize),
    Enum(usize),
}

/// One message.
#[derive(Debug)]
pub(super) struct Message<'f> {
    pub(super) proto: &'f DescriptorProto,
    /// Its file; 0 is the schema's own.
    pub(super) file: usize,
    pub(super) full_name: String,
    /// Its path through the descriptor.
    pub(super) path: Vec<i32>,
    /// Whether it is declared as such, not as a `map<K, V>` or a group.
    is_written: bool,
    pub(super) is_map_entry: bool,
    nested: Vec<usize>,
}

/// One field of a message; an index into its list, and what of the descriptor takes reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'f> {
    pub(super) proto: &'f FieldDescriptorProto,
    pub(super) index: usize,
    /// The label as the file has it: none for members of oneofs, and in proto3 where nothing is written.
    pub(super) label: Option<Label>,
    /// The oneof that it is a member of. The one that stands for a proto3 `optional` is none.
    pub(super) oneof: Option<usize>,
}

impl Field<'_> {
    pub(super) fn is_repeated(&self) -> bool {
        self.proto.label() == Label::Repeated
    }
}

/// What messages are declared in.
struct Scope<'n> {
    file: usize,
    origin: Origin,
    name: &'n str,
    path: &'n [i32],
    /// The number of the list that its messages stand in.
    list: i32,
}

impl<'f> Declarations<'f> {
    /// The schema's own file has to be the first. Of two declarations of one name the first counts.
    pub(super) fn of(files: &'f [File<'f>]) -> Self {
        let mut it =
            Self { files, messages: Vec::new(), enums: Vec::new(), names: HashMap::new(), roots: Vec::new() };
        for (index, file) in files.iter().enumerate() {
            let proto = &*file.proto;
            let (origin, name) = (file.origin(), proto.package());
            let scope = Scope { file: index, origin, name, path: &[], list: tag::FILE_MESSAGE };
            it.add_enums(name, &proto.enum_type);
            let added = it.add_messages(&scope, &proto.message_type, &group_names(&proto.extension));
            if index == 0 {
                it.roots = added;
            }
        }
        it
    }

    /// Recurses as deep as messages nest, which the parser limits to 32.
    fn add_messages(
        &mut self,
        scope: &Scope<'_>,
        messages: &'f [DescriptorProto],
        groups: &HashSet<&str>,
    ) -> Vec<usize> {
        let mut added = Vec::with_capacity(messages.len());
        for (index, proto) in messages.iter().enumerate() {
            let full_name = qualified(scope.name, proto.name());
            let path: Vec<i32> = scope.path.iter().copied().chain([scope.list, index as i32]).collect();
            let is_written = scope.origin == Origin::Descriptor || !is_synthetic(proto, groups);
            let number = self.messages.len();
            if is_written {
                self.names.entry(full_name.clone()).or_insert(Declared::Message(number));
            }
            self.messages.push(Message {
                proto,
                file: scope.file,
                full_name: full_name.clone(),
                path: path.clone(),
                is_written,
                is_map_entry: is_map_entry(proto),
                nested: Vec::new(),
            });
            let inner = Scope { name: &full_name, path: &path, list: tag::MESSAGE_NESTED, ..*scope };
            self.add_enums(&full_name, &proto.enum_type);
            let groups = group_names(proto.field.iter().chain(&proto.extension));
            let nested = self.add_messages(&inner, &proto.nested_type, &groups);
            if let Some(message) = self.messages.get_mut(number) {
                message.nested = nested;
            }
            added.push(number);
        }
        added
    }

    fn add_enums(&mut self, scope: &str, enums: &'f [EnumDescriptorProto]) {
        for proto in enums {
            let name = qualified(scope, proto.name());
            self.names.entry(name).or_insert(Declared::Enum(self.enums.len()));
            self.enums.push(proto);
        }
    }

    pub(super) fn message(&self, number: usize) -> Option<&Message<'f>> {
        self.messages.get(number)
    }

    pub(super) fn enumeration(&self, number: usize) -> Option<&'f EnumDescriptorProto> {
        self.enums.get(number).copied()
    }

    pub(super) fn file(&self, number: usize) -> Option<&'f File<'f>> {
        self.files.get(number)
    }

    pub(super) fn file_count(&self) -> usize {
        self.files.len()
    }

    /// The package of the schema's own file.
    pub(super) fn package(&self) -> &'f str {
        self.package_of(0)
    }

    fn package_of(&self, file: usize) -> &'f str {
        self.file(file).map_or("", |file| file.proto.package())
    }

    /// The declared messages within another, or at the top of the schema's own file, by their simple name.
    pub(super) fn declared_in(&self, parent: Option<usize>) -> BTreeMap<&'f str, usize> {
        let list = match parent {
            Some(parent) => self.message(parent).map_or(&[][..], |message| &message.nested),
            None => &self.roots,
        };
        let written = list.iter().filter_map(|number| Some((*number, self.message(*number)?)));
        written.filter(|(_, it)| it.is_written).map(|(number, it)| (it.proto.name(), number)).collect()
    }

    /// The message behind a `map<K, V>` of a text, which has no name there.
    pub(super) fn unwritten_entry(&self, message: usize, name: &str) -> Option<usize> {
        let nested = self.message(message)?.nested.iter().copied();
        let mut entries = nested.filter(|number| {
            self.message(*number)
                .is_some_and(|it| !it.is_written && it.is_map_entry && it.proto.name() == name)
        });
        entries.next()
    }

    /// A message's fields by number, groups left out where the text declares them as such. Of two with one number the last counts.
    pub(super) fn fields(&self, message: usize) -> BTreeMap<i32, Field<'f>> {
        let Some(message) = self.message(message) else { return BTreeMap::new() };
        let file = self.file(message.file);
        let is_text = file.is_some_and(|file| file.origin() == Origin::Text);
        let is_proto3 = file.is_some_and(|file| file.proto.syntax() == "proto3");
        let fields = message.proto.field.iter().enumerate();
        let fields = fields.filter(|(_, proto)| !(is_text && proto.r#type == Some(Type::Group.into())));
        let read = fields.map(|(index, proto)| {
            let oneof = if proto.proto3_optional() { None } else { proto.oneof_index };
            let oneof = oneof.and_then(|it| usize::try_from(it).ok());
            let is_silent = is_proto3 && proto.label() == Label::Optional && !proto.proto3_optional();
            let label = Some(proto.label()).filter(|_| oneof.is_none() && !is_silent);
            (proto.number(), Field { proto, index, label, oneof })
        });
        read.collect()
    }

    /// What a type's name means within a message: from the innermost scope outward, as in `protoc`.
    pub(super) fn resolve(&self, message: usize, name: &str) -> Option<Declared> {
        if let Some(absolute) = name.strip_prefix('.') {
            return self.names.get(absolute).copied();
        }
        let mut scope = self.message(message).map_or("", |message| message.full_name.as_str());
        loop {
            if let Some(found) = self.names.get(&qualified(scope, name)) {
                return Some(*found);
            }
            if scope.is_empty() {
                return None;
            }
            scope = scope.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    /// A message's name without its file's package.
    pub(super) fn local_name(&self, message: usize) -> &str {
        let Some(message) = self.message(message) else { return "" };
        without_package(&message.full_name, self.package_of(message.file))
    }

    /// A name that leads nowhere, as far as it can be compared: without the package that it was written in.
    pub(super) fn bare_name<'n>(&self, message: usize, written: &'n str) -> &'n str {
        let package = self.message(message).map_or("", |message| self.package_of(message.file));
        without_package(written.strip_prefix('.').unwrap_or(written), package)
    }
}

/// `scope.name`, or `name` alone where there is no scope.
fn qualified(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

fn without_package<'n>(name: &'n str, package: &str) -> &'n str {
    name.strip_prefix(package).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
}

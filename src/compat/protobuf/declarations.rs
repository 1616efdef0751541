//! What the files of one side declare, and which declaration a name means.

use std::borrow::Cow;
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
    pub(in crate::compat::protobuf) const FIELD_DEFAULT: i32 = 7;
}

/// How many scopes a name is looked for in, from the innermost one outward, before it is looked for without any: more than
/// messages can nest, and packages that people use have parts.
const MAX_SCOPES: usize = 256;

/// Names are cut behind so many characters where people read them: a report names a type very often.
const SHOWN_CHARACTERS: usize = 100;

/// All messages and enums of one side. Names are kept by their parts, each once, so that it takes no more than the texts do.
#[derive(Debug)]
pub(super) struct Declarations<'f> {
    files: &'f [File<'f>],
    messages: Vec<Message<'f>>,
    enums: Vec<&'f EnumDescriptorProto>,
    /// The first is the one around all.
    scopes: Vec<Scope>,
    /// The scope of that name within another.
    children: HashMap<(usize, &'f str), usize>,
    /// The messages that the parser made for `map<K, V>` and for groups, by the message they are in and their name.
    made: HashMap<(usize, &'f str), usize>,
    /// The messages at the top of the schema's own file.
    roots: Vec<usize>,
}

/// A part of a package, a message or an enum.
#[derive(Debug)]
struct Scope {
    parent: usize,
    declared: Option<Declared>,
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
    parent: Option<usize>,
    scope: usize,
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

    /// Whether it is written between two tags, and not behind its length.
    pub(super) fn is_group(&self) -> bool {
        self.proto.r#type == Some(Type::Group.into())
    }
}

/// What messages are declared in.
#[derive(Clone, Copy)]
struct Around<'n> {
    file: usize,
    origin: Origin,
    message: Option<usize>,
    scope: usize,
    path: &'n [i32],
    /// The number of the list that its messages stand in.
    list: i32,
}

impl<'f> Declarations<'f> {
    /// The schema's own file has to be the first. Of two declarations of one name the first counts.
    pub(super) fn of(files: &'f [File<'f>]) -> Self {
        let mut it = Self {
            files,
            messages: Vec::new(),
            enums: Vec::new(),
            scopes: vec![Scope { parent: 0, declared: None }],
            children: HashMap::new(),
            made: HashMap::new(),
            roots: Vec::new(),
        };
        for (index, file) in files.iter().enumerate() {
            let proto = &*file.proto;
            let parts = proto.package().split('.').filter(|part| !part.is_empty());
            let scope = parts.fold(0, |scope, part| it.child(scope, part));
            let list = tag::FILE_MESSAGE;
            let around = Around { file: index, origin: file.origin(), message: None, scope, path: &[], list };
            it.add_enums(scope, &proto.enum_type);
            let added = it.add_messages(around, &proto.message_type, &group_names(&proto.extension));
            if index == 0 {
                it.roots = added;
            }
        }
        it
    }

    /// Recurses as deep as messages nest, which the parser limits to 32.
    fn add_messages(
        &mut self,
        around: Around<'_>,
        messages: &'f [DescriptorProto],
        groups: &HashSet<&str>,
    ) -> Vec<usize> {
        let mut added = Vec::with_capacity(messages.len());
        for (index, proto) in messages.iter().enumerate() {
            let number = self.messages.len();
            let path: Vec<i32> = around.path.iter().copied().chain([around.list, index as i32]).collect();
            let is_written = around.origin == Origin::Descriptor || !is_synthetic(proto, groups);
            let is_map_entry = is_map_entry(proto);
            let scope = if is_written {
                let scope = self.child(around.scope, proto.name());
                self.declare(scope, Declared::Message(number));
                scope
            } else {
                // It has no name; what is in it sees what is around it.
                self.add_scope(around.scope)
            };
            if let Some(parent) = around.message.filter(|_| !is_written) {
                self.made.entry((parent, proto.name())).or_insert(number);
            }
            self.messages.push(Message {
                proto,
                file: around.file,
                parent: around.message,
                scope,
                path: path.clone(),
                is_written,
                is_map_entry,
                nested: Vec::new(),
            });
            let inner =
                Around { message: Some(number), scope, path: &path, list: tag::MESSAGE_NESTED, ..around };
            self.add_enums(scope, &proto.enum_type);
            let groups = group_names(proto.field.iter().chain(&proto.extension));
            let nested = self.add_messages(inner, &proto.nested_type, &groups);
            if let Some(message) = self.messages.get_mut(number) {
                message.nested = nested;
            }
            added.push(number);
        }
        added
    }

    fn add_enums(&mut self, scope: usize, enums: &'f [EnumDescriptorProto]) {
        for proto in enums {
            let scope = self.child(scope, proto.name());
            self.declare(scope, Declared::Enum(self.enums.len()));
            self.enums.push(proto);
        }
    }

    fn child(&mut self, parent: usize, name: &'f str) -> usize {
        if let Some(known) = self.children.get(&(parent, name)) {
            return *known;
        }
        let scope = self.add_scope(parent);
        self.children.insert((parent, name), scope);
        scope
    }

    fn add_scope(&mut self, parent: usize) -> usize {
        self.scopes.push(Scope { parent, declared: None });
        self.scopes.len() - 1
    }

    fn declare(&mut self, scope: usize, declared: Declared) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.declared.get_or_insert(declared);
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

    /// The message behind a `map<K, V>` or a group of a text, which has no name there.
    pub(super) fn made(&self, message: usize, name: &'f str) -> Option<usize> {
        self.made.get(&(message, name)).copied()
    }

    /// A message's fields by number, as Confluent's registry sees them: groups are left out where the text declares them as
    /// such. Of two with one number the last counts.
    pub(super) fn fields(&self, message: usize) -> BTreeMap<i32, Field<'f>> {
        let mut fields = self.all_fields(message);
        if self.is_text(message) {
            fields.retain(|_, field| !field.is_group());
        }
        fields
    }

    /// Whether the file that a message is in is a text, and no descriptor.
    pub(super) fn is_text(&self, message: usize) -> bool {
        let file = self.message(message).and_then(|message| self.file(message.file));
        file.is_some_and(|file| file.origin() == Origin::Text)
    }

    /// A message's fields by number, as messages have them: groups too.
    pub(super) fn all_fields(&self, message: usize) -> BTreeMap<i32, Field<'f>> {
        let Some(message) = self.message(message) else { return BTreeMap::new() };
        let is_proto3 = self.file(message.file).is_some_and(|file| file.proto.syntax() == "proto3");
        let fields = message.proto.field.iter().enumerate();
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
    pub(super) fn resolve(&self, message: usize, name: &'f str) -> Option<Declared> {
        if let Some(absolute) = name.strip_prefix('.') {
            return self.within(0, absolute);
        }
        let mut scope = self.message(message).map_or(0, |message| message.scope);
        for _ in 0..MAX_SCOPES {
            let found = self.within(scope, name);
            if found.is_some() || scope == 0 {
                return found;
            }
            scope = self.scopes.get(scope).map_or(0, |scope| scope.parent);
        }
        self.within(0, name)
    }

    fn within(&self, scope: usize, name: &'f str) -> Option<Declared> {
        let found = name.split('.').try_fold(scope, |scope, part| self.children.get(&(scope, part)).copied());
        self.scopes.get(found?)?.declared
    }

    /// A message's name without its file's package, by its parts.
    pub(super) fn local_parts(&self, message: usize) -> Vec<&'f str> {
        let mut parts = Vec::new();
        let mut next = self.message(message);
        while let Some(message) = next {
            parts.push(message.proto.name());
            next = message.parent.and_then(|parent| self.message(parent));
        }
        parts.reverse();
        parts
    }

    /// The same with its file's package, as codecs find it.
    pub(super) fn full_name(&self, message: usize) -> String {
        let package = self.message(message).map_or("", |it| self.package_of(it.file));
        let parts = self.local_parts(message).join(".");
        if package.is_empty() { parts } else { format!("{package}.{parts}") }
    }

    /// The same for people to read.
    pub(super) fn local_name(&self, message: usize) -> String {
        self.local_parts(message).into_iter().map(shown).collect::<Vec<_>>().join(".")
    }

    /// A name that leads nowhere, as far as it can be compared: without the package that it was written in.
    pub(super) fn bare_name(&self, message: usize, written: &'f str) -> &'f str {
        let package = self.message(message).map_or("", |message| self.package_of(message.file));
        let name = written.strip_prefix('.').unwrap_or(written);
        name.strip_prefix(package).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
    }
}

/// A name as people read it: a very long one is cut short.
pub(super) fn shown(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => Cow::Owned(format!("{}…", name.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(name),
    }
}

//! Messages, enums, extensions and services.

use std::collections::{BTreeMap, HashMap, HashSet};

use prost_types::descriptor_proto::{ExtensionRange, ReservedRange};
use prost_types::enum_descriptor_proto::EnumReservedRange;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, ServiceDescriptorProto,
};

use super::super::Model;
use super::super::indexes::{group_names, is_synthetic};
use super::{Options, Writer, field_options, quoted};

/// Field numbers of the descriptor, for paths.
const FILE_MESSAGE: i32 = 4;
const FILE_ENUM: i32 = 5;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_ENUM: i32 = 4;

/// The largest number of a field, `max` in a range.
const MAX_NUMBER: i32 = 536_870_911;

pub(super) struct Printer<'m> {
    pub(super) model: &'m Model,
    /// Whether maps and groups are printed as such, and not as the messages they stand for.
    pub(super) is_text: bool,
    /// Whether what extends other messages is printed.
    pub(super) extensions: bool,
}

/// The messages that the parser made for maps and groups, by name, and their paths.
type Behind<'m> = HashMap<&'m str, (&'m DescriptorProto, Vec<i32>)>;

/// A message or enum among its siblings.
enum Declared<'m> {
    Message(&'m DescriptorProto),
    Enum(&'m EnumDescriptorProto),
}

impl Printer<'_> {
    pub(super) fn file(&self, file: &FileDescriptorProto, out: &mut Writer) {
        let groups = group_names(&file.extension);
        let types =
            self.in_order((FILE_MESSAGE, &file.message_type), (FILE_ENUM, &file.enum_type), &groups, &[]);
        self.types(&types, out);
        self.extensions(&file.extension, &self.behind((FILE_MESSAGE, &file.message_type), &groups, &[]), out);
        file.service.iter().for_each(|service| print_service(service, out));
    }

    /// Messages and enums as the text declared them, without those that it does not show; from a descriptor, messages first.
    fn in_order<'f>(
        &self,
        (message_tag, messages): (i32, &'f [DescriptorProto]),
        (enum_tag, enums): (i32, &'f [EnumDescriptorProto]),
        groups: &HashSet<&str>,
        path: &[i32],
    ) -> Vec<(Declared<'f>, Vec<i32>)> {
        let child = |tag, index: usize| [path, &[tag, index as i32]].concat();
        let messages = messages.iter().enumerate();
        let messages = messages.filter(|(_, message)| !self.is_text || !is_synthetic(message, groups));
        let messages = messages.map(|(index, it)| (Declared::Message(it), child(message_tag, index)));
        let enums = enums.iter().enumerate();
        let enums = enums.map(|(index, it)| (Declared::Enum(it), child(enum_tag, index)));
        let mut types: Vec<_> = messages.chain(enums).collect();
        if self.is_text {
            types.sort_by_key(|(_, path)| self.model.span(path).map(|span| span.start));
        }
        types
    }

    fn types(&self, types: &[(Declared<'_>, Vec<i32>)], out: &mut Writer) {
        for (declared, path) in types {
            out.section();
            match declared {
                Declared::Message(message) => {
                    out.open(format_args!("message {} {{", message.name()));
                    self.body(message, path, out);
                    out.close("}");
                }
                Declared::Enum(it) => print_enum(it, out),
            }
        }
    }

    fn body(&self, message: &DescriptorProto, path: &[i32], out: &mut Writer) {
        out.section();
        print_reserved(&message.reserved_range, &message.reserved_name, out);
        if let Some(options) = &message.options {
            out.section();
            Options::of_message(options).statements(out);
        }
        let is_group =
            |field: &FieldDescriptorProto| self.is_text && field.r#type == Some(Type::Group.into());
        let groups = group_names(message.field.iter().chain(&message.extension));
        let behind = self.behind((MESSAGE_NESTED, &message.nested_type), &groups, path);
        let (in_oneof, alone): (Vec<_>, Vec<_>) =
            message.field.iter().partition(|field| field.oneof_index.is_some() && !field.proto3_optional());
        out.section();
        for field in alone.iter().filter(|field| !is_group(field)) {
            self.field(field, &behind, out);
        }
        let mut members: BTreeMap<i32, Vec<_>> = BTreeMap::new();
        in_oneof.iter().for_each(|field| members.entry(field.oneof_index()).or_default().push(*field));
        for (index, oneof) in message.oneof_decl.iter().enumerate() {
            // A oneof without members was made for a proto3 `optional`.
            let Some(members) = members.get(&(index as i32)) else { continue };
            out.section();
            out.open(format_args!("oneof {} {{", oneof.name()));
            if let Some(options) = &oneof.options {
                Options::written(&options.uninterpreted_option).statements(out);
                out.section();
            }
            members.iter().for_each(|field| self.field(field, &behind, out));
            out.close("}");
        }
        for field in alone.iter().filter(|field| is_group(field)) {
            out.section();
            self.field(field, &behind, out);
        }
        out.section();
        print_extension_ranges(&message.extension_range, out);
        let types = self.in_order(
            (MESSAGE_NESTED, &message.nested_type),
            (MESSAGE_ENUM, &message.enum_type),
            &groups,
            path,
        );
        self.types(&types, out);
        self.extensions(&message.extension, &behind, out);
    }

    fn behind<'f>(
        &self,
        (tag, messages): (i32, &'f [DescriptorProto]),
        groups: &HashSet<&str>,
        path: &[i32],
    ) -> Behind<'f> {
        let messages = messages.iter().enumerate();
        let made = messages.filter(|(_, message)| self.is_text && is_synthetic(message, groups));
        made.map(|(index, it)| (it.name(), (it, [path, &[tag, index as i32]].concat()))).collect()
    }

    fn field(&self, field: &FieldDescriptorProto, behind: &Behind<'_>, out: &mut Writer) {
        let number = field.number();
        let behind = behind.get(field.type_name());
        if let Some((entry, _)) = behind.filter(|(it, _)| is_map_made_by_parser(it)) {
            let [key, value] = [0, 1].map(|index| entry.field.get(index).map(type_name).unwrap_or_default());
            let start = format!("map<{key}, {value}> {} = {number}", field.name());
            return field_options(field, false).in_brackets(&start, ";", out);
        }
        let label = self.label(field);
        if let Some((group, path)) = behind.filter(|_| field.r#type == Some(Type::Group.into())) {
            let start = format!("{label}group {} = {number}", group.name());
            field_options(field, true).in_brackets(&start, " {", out);
            out.indent();
            self.body(group, path, out);
            return out.close("}");
        }
        let start = format!("{label}{} {} = {number}", type_name(field), field.name());
        field_options(field, false).in_brackets(&start, ";", out);
    }

    /// The label with a space behind it, where the text needs or had one.
    fn label(&self, field: &FieldDescriptorProto) -> &'static str {
        let is_proto3 = self.model.file().syntax() == "proto3";
        match field.label() {
            Label::Repeated => "repeated ",
            Label::Required => "required ",
            Label::Optional if field.proto3_optional() => "optional ",
            Label::Optional if is_proto3 || field.oneof_index.is_some() => "",
            Label::Optional => "optional ",
        }
    }

    fn extensions(&self, fields: &[FieldDescriptorProto], behind: &Behind<'_>, out: &mut Writer) {
        if !self.extensions {
            return;
        }
        for block in fields.chunk_by(|a, b| a.extendee == b.extendee) {
            let extendee = block.first().map(|field| field.extendee()).unwrap_or_default();
            out.section();
            out.open(format_args!("extend {extendee} {{"));
            block.iter().for_each(|field| self.field(field, behind, out));
            out.close("}");
        }
    }
}

fn is_map_made_by_parser(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// A type as it is written: the name as it came, or a keyword.
fn type_name(field: &FieldDescriptorProto) -> String {
    if let Some(name) = &field.type_name {
        return name.clone();
    }
    let name = field.r#type.and_then(|it| Type::try_from(it).ok()).map(|it| it.as_str_name());
    name.and_then(|name| name.strip_prefix("TYPE_")).unwrap_or_default().to_ascii_lowercase()
}

fn print_reserved(ranges: &[ReservedRange], names: &[String], out: &mut Writer) {
    if !ranges.is_empty() {
        let ranges: Vec<_> = ranges.iter().map(|it| range_text(it.start(), it.end())).collect();
        out.line(format_args!("reserved {};", ranges.join(", ")));
    }
    print_reserved_names(names, out);
}

fn print_reserved_names(names: &[String], out: &mut Writer) {
    if !names.is_empty() {
        let names: Vec<_> = names.iter().map(|it| quoted(it.as_bytes())).collect();
        out.line(format_args!("reserved {};", names.join(", ")));
    }
}

/// A range whose end does not belong to it.
fn range_text(start: i32, end: i32) -> String {
    match end.saturating_sub(1) {
        last if last == start => start.to_string(),
        last if last >= MAX_NUMBER => format!("{start} to max"),
        last => format!("{start} to {last}"),
    }
}

fn print_extension_ranges(ranges: &[ExtensionRange], out: &mut Writer) {
    for block in ranges.chunk_by(|a, b| a.options == b.options) {
        let texts: Vec<_> = block.iter().map(|it| range_text(it.start(), it.end())).collect();
        let options = block.first().and_then(|it| it.options.as_ref());
        let options = options.map(|it| Options::written(&it.uninterpreted_option)).unwrap_or_default();
        options.in_brackets(&format!("extensions {}", texts.join(", ")), ";", out);
    }
}

fn print_enum(declared: &EnumDescriptorProto, out: &mut Writer) {
    out.open(format_args!("enum {} {{", declared.name()));
    if !declared.reserved_range.is_empty() {
        let ranges: Vec<_> = declared.reserved_range.iter().map(enum_range_text).collect();
        out.line(format_args!("reserved {};", ranges.join(", ")));
    }
    print_reserved_names(&declared.reserved_name, out);
    if let Some(options) = &declared.options {
        out.section();
        Options::of_enum(options).statements(out);
    }
    out.section();
    for value in &declared.value {
        let options = value.options.as_ref().map(Options::of_enum_value).unwrap_or_default();
        options.in_brackets(&format!("{} = {}", value.name(), value.number()), ";", out);
    }
    out.close("}");
}

/// A range whose end belongs to it.
fn enum_range_text(range: &EnumReservedRange) -> String {
    match (range.start(), range.end()) {
        (start, end) if start == end => start.to_string(),
        (start, i32::MAX) => format!("{start} to max"),
        (start, end) => format!("{start} to {end}"),
    }
}

fn print_service(service: &ServiceDescriptorProto, out: &mut Writer) {
    out.section();
    out.open(format_args!("service {} {{", service.name()));
    if let Some(options) = &service.options {
        Options::of_service(options).statements(out);
        out.section();
    }
    for method in &service.method {
        let stream = |streams: bool| if streams { "stream " } else { "" };
        let start = format!(
            "rpc {} ({}{}) returns ({}{})",
            method.name(),
            stream(method.client_streaming()),
            method.input_type(),
            stream(method.server_streaming()),
            method.output_type(),
        );
        let options = method.options.as_ref().map(Options::of_method).unwrap_or_default();
        if options.is_empty() {
            out.line(format_args!("{start};"));
        } else {
            out.open(format_args!("{start} {{"));
            options.statements(out);
            out.close("}");
        }
    }
    out.close("}");
}

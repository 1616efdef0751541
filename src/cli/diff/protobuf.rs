//! Elements of Protobuf: messages, fields, enums, services by their full names.

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::elements::Elements;

pub(super) fn elements(file: &FileDescriptorProto, out: &mut Elements) {
    out.add("syntax", if file.syntax().is_empty() { "proto2" } else { file.syntax() });
    out.add("package", file.package());
    for import in &file.dependency {
        out.add(format!("import {import}"), "import");
    }
    let scope = file.package();
    file.message_type.iter().for_each(|it| message(it, scope, out));
    file.enum_type.iter().for_each(|it| enumeration(it, scope, out));
    file.extension.iter().for_each(|it| out.add(below(scope, &format!("({})", it.name())), field(it, None)));
    for service in &file.service {
        let name = below(scope, service.name());
        out.add(name.clone(), "service");
        for method in &service.method {
            let stream = |is_stream: bool| if is_stream { "stream " } else { "" };
            let what = format!(
                "({}{}) returns ({}{})",
                stream(method.client_streaming()),
                method.input_type(),
                stream(method.server_streaming()),
                method.output_type()
            );
            out.add(format!("{name}.{}", method.name()), what);
        }
    }
}

/// Messages nest as deep as the parser allows.
fn message(it: &DescriptorProto, scope: &str, out: &mut Elements) {
    let name = below(scope, it.name());
    let is_map = it.options.as_ref().is_some_and(|options| options.map_entry());
    out.add(name.clone(), if is_map { "map entry" } else { "message" });
    for member in &it.field {
        let oneof = member.oneof_index.filter(|_| !member.proto3_optional());
        let oneof =
            oneof.and_then(|index| it.oneof_decl.get(usize::try_from(index).ok()?)).map(|oneof| oneof.name());
        out.add(format!("{name}.{}", member.name()), field(member, oneof));
    }
    for range in &it.reserved_range {
        out.add(format!("{name} reserved {} to {}", range.start(), range.end() - 1), "reserved");
    }
    for reserved in &it.reserved_name {
        out.add(format!("{name} reserved {reserved}"), "reserved");
    }
    it.nested_type.iter().for_each(|nested| message(nested, &name, out));
    it.enum_type.iter().for_each(|nested| enumeration(nested, &name, out));
}

fn enumeration(it: &EnumDescriptorProto, scope: &str, out: &mut Elements) {
    let name = below(scope, it.name());
    out.add(name.clone(), "enum");
    for value in &it.value {
        out.add(format!("{name}.{}", value.name()), format!("= {}", value.number()));
    }
}

fn field(it: &FieldDescriptorProto, oneof: Option<&str>) -> String {
    let label = match it.label() {
        Label::Repeated => "repeated ",
        Label::Required => "required ",
        Label::Optional if it.proto3_optional() => "optional ",
        Label::Optional => "",
    };
    let word = it
        .r#type
        .and_then(|kind| Type::try_from(kind).ok())
        .map(|kind| kind.as_str_name().trim_start_matches("TYPE_").to_ascii_lowercase());
    let kind = if it.type_name().is_empty() { word.unwrap_or_default() } else { it.type_name().to_owned() };
    let oneof = oneof.map(|name| format!(" in oneof {name}")).unwrap_or_default();
    format!("{label}{kind} = {}{oneof}", it.number())
}

fn below(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

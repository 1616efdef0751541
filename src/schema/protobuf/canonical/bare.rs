//! The text without extensions, for those who cannot read them.

use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, UninterpretedOption};

use super::{Model, print};

/// The canonical text without options whose names are in parentheses, and without `extend`; Confluent's
/// `format=ignore_extensions`. Imports stay, and ranges that are open for extensions.
#[must_use]
pub fn without_extensions(model: &Model) -> String {
    let mut bare = model.clone();
    let file = &mut bare.file;
    file.options.iter_mut().for_each(|it| keep_standard(&mut it.uninterpreted_option));
    file.message_type.iter_mut().for_each(strip_message);
    file.enum_type.iter_mut().for_each(strip_enum);
    for service in &mut file.service {
        service.options.iter_mut().for_each(|it| keep_standard(&mut it.uninterpreted_option));
        let options = service.method.iter_mut().filter_map(|method| method.options.as_mut());
        options.for_each(|it| keep_standard(&mut it.uninterpreted_option));
    }
    print(&bare, false)
}

fn strip_message(message: &mut DescriptorProto) {
    message.options.iter_mut().for_each(|it| keep_standard(&mut it.uninterpreted_option));
    message.field.iter_mut().for_each(strip_field);
    let oneofs = message.oneof_decl.iter_mut().filter_map(|oneof| oneof.options.as_mut());
    oneofs.for_each(|it| keep_standard(&mut it.uninterpreted_option));
    let ranges = message.extension_range.iter_mut().filter_map(|range| range.options.as_mut());
    ranges.for_each(|it| keep_standard(&mut it.uninterpreted_option));
    message.nested_type.iter_mut().for_each(strip_message);
    message.enum_type.iter_mut().for_each(strip_enum);
}

fn strip_field(field: &mut FieldDescriptorProto) {
    field.options.iter_mut().for_each(|it| keep_standard(&mut it.uninterpreted_option));
}

fn strip_enum(declared: &mut EnumDescriptorProto) {
    declared.options.iter_mut().for_each(|it| keep_standard(&mut it.uninterpreted_option));
    let values = declared.value.iter_mut().filter_map(|value| value.options.as_mut());
    values.for_each(|it| keep_standard(&mut it.uninterpreted_option));
}

fn keep_standard(options: &mut Vec<UninterpretedOption>) {
    options.retain(|option| !option.name.first().is_some_and(|part| part.is_extension));
}

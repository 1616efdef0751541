//! Options: those of a text are kept as they were written, those of a descriptor are its set fields.

use prost_types::uninterpreted_option::NamePart;
use prost_types::{
    EnumOptions, EnumValueOptions, FieldDescriptorProto, FieldOptions, FileOptions, MessageOptions,
    MethodOptions, ServiceOptions, UninterpretedOption, field_descriptor_proto::Type, field_options,
    file_options, method_options,
};

use super::DELIMITED;
use super::writer::{Writer, quoted};

/// Options as `name = value`.
#[derive(Debug, Default)]
pub(super) struct Options(Vec<String>);

impl Options {
    pub(super) fn written(options: &[UninterpretedOption]) -> Self {
        Self(options.iter().map(written).collect())
    }

    fn add(&mut self, name: &str, value: Option<impl ToString>) -> &mut Self {
        self.0.extend(value.map(|value| format!("{name} = {}", value.to_string())));
        self
    }

    fn add_text(&mut self, name: &str, value: Option<&String>) -> &mut Self {
        self.add(name, value.map(|value| quoted(value.as_bytes())))
    }

    pub(super) fn of_file(options: &FileOptions) -> Self {
        let mut all = Self::default();
        let optimize = options.optimize_for.and_then(|it| file_options::OptimizeMode::try_from(it).ok());
        all.add_text("java_package", options.java_package.as_ref())
            .add_text("java_outer_classname", options.java_outer_classname.as_ref())
            .add("java_multiple_files", options.java_multiple_files)
            .add("java_generate_equals_and_hash", {
                #[expect(deprecated, reason = "old schemas have it")]
                options.java_generate_equals_and_hash
            })
            .add("java_string_check_utf8", options.java_string_check_utf8)
            .add("optimize_for", optimize.map(|it| it.as_str_name()))
            .add_text("go_package", options.go_package.as_ref())
            .add("cc_generic_services", options.cc_generic_services)
            .add("java_generic_services", options.java_generic_services)
            .add("py_generic_services", options.py_generic_services)
            .add("deprecated", options.deprecated)
            .add("cc_enable_arenas", options.cc_enable_arenas)
            .add_text("objc_class_prefix", options.objc_class_prefix.as_ref())
            .add_text("csharp_namespace", options.csharp_namespace.as_ref())
            .add_text("swift_prefix", options.swift_prefix.as_ref())
            .add_text("php_class_prefix", options.php_class_prefix.as_ref())
            .add_text("php_namespace", options.php_namespace.as_ref())
            .add_text("php_metadata_namespace", options.php_metadata_namespace.as_ref())
            .add_text("ruby_package", options.ruby_package.as_ref());
        all.and_written(&options.uninterpreted_option)
    }

    pub(super) fn of_message(options: &MessageOptions) -> Self {
        let mut all = Self::default();
        all.add("message_set_wire_format", options.message_set_wire_format)
            .add("no_standard_descriptor_accessor", options.no_standard_descriptor_accessor)
            .add("deprecated", options.deprecated)
            .add("map_entry", options.map_entry);
        all.and_written(&options.uninterpreted_option)
    }

    pub(super) fn of_enum(options: &EnumOptions) -> Self {
        let mut all = Self::default();
        all.add("allow_alias", options.allow_alias).add("deprecated", options.deprecated);
        all.and_written(&options.uninterpreted_option)
    }

    pub(super) fn of_enum_value(options: &EnumValueOptions) -> Self {
        let mut all = Self::default();
        all.add("deprecated", options.deprecated);
        all.and_written(&options.uninterpreted_option)
    }

    pub(super) fn of_service(options: &ServiceOptions) -> Self {
        let mut all = Self::default();
        all.add("deprecated", options.deprecated);
        all.and_written(&options.uninterpreted_option)
    }

    pub(super) fn of_method(options: &MethodOptions) -> Self {
        let level =
            options.idempotency_level.and_then(|it| method_options::IdempotencyLevel::try_from(it).ok());
        let mut all = Self::default();
        all.add("deprecated", options.deprecated).add("idempotency_level", level.map(|it| it.as_str_name()));
        all.and_written(&options.uninterpreted_option)
    }

    fn of_field(options: &FieldOptions) -> Self {
        let c_type = options.ctype.and_then(|it| field_options::CType::try_from(it).ok());
        let js_type = options.jstype.and_then(|it| field_options::JsType::try_from(it).ok());
        let mut all = Self::default();
        all.add("ctype", c_type.map(|it| it.as_str_name()))
            .add("packed", options.packed)
            .add("jstype", js_type.map(|it| it.as_str_name()))
            .add("lazy", options.lazy)
            .add("deprecated", options.deprecated)
            .add("weak", options.weak);
        all.and_written(&options.uninterpreted_option)
    }

    fn and_written(mut self, options: &[UninterpretedOption]) -> Self {
        self.0.extend(options.iter().map(written));
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as a statement of its own.
    pub(super) fn statements(&self, out: &mut Writer) {
        for option in &self.0 {
            out.line(format_args!("option {option};"));
        }
    }

    /// `start [options]end`, one option a line where there are several.
    pub(super) fn in_brackets(&self, start: &str, end: &str, out: &mut Writer) {
        match self.0.as_slice() {
            [] => out.line(format_args!("{start}{end}")),
            [only] => out.line(format_args!("{start} [{only}]{end}")),
            [all @ .., last] => {
                out.open(format_args!("{start} ["));
                all.iter().for_each(|option| out.line(format_args!("{option},")));
                out.line(format_args!("{last}"));
                out.close(&format!("]{end}"));
            }
        }
    }
}

/// A field's options, its default and JSON name among them. `is_group` says that a group is printed as such.
pub(super) fn field_options(field: &FieldDescriptorProto, is_group: bool) -> Options {
    let mut all = field.options.as_ref().map(Options::of_field).unwrap_or_default();
    if field.r#type == Some(Type::Group.into()) && !is_group {
        all.add(&DELIMITED.0.join("."), Some(DELIMITED.1));
    }
    all.add("default", field.default_value.as_ref().map(|value| default_literal(field, value)));
    all.add_text("json_name", field.json_name.as_ref());
    all
}

/// The literal that reads back as this default, which the descriptor holds as text.
fn default_literal(field: &FieldDescriptorProto, value: &str) -> String {
    match field.r#type.and_then(|it| Type::try_from(it).ok()) {
        Some(Type::String) => quoted(value.as_bytes()),
        // Escaped already.
        Some(Type::Bytes) => format!("\"{value}\""),
        // Shortest text, which never looks like a whole number that is too long to be read as one.
        Some(Type::Float | Type::Double) => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => float_literal(number),
            _ => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

fn float_literal(number: f64) -> String {
    if number.is_infinite() {
        // The literal it was read from was out of range.
        return if number > 0.0 { "1e999".into() } else { "-1e999".into() };
    }
    format!("{number:?}")
}

fn written(option: &UninterpretedOption) -> String {
    let part = |part: &NamePart| match part.is_extension {
        true => format!("({})", part.name_part),
        false => part.name_part.clone(),
    };
    let name = option.name.iter().map(part).collect::<Vec<_>>().join(".");
    let value = if let Some(it) = &option.identifier_value {
        it.clone()
    } else if let Some(it) = option.positive_int_value {
        it.to_string()
    } else if let Some(it) = option.negative_int_value {
        // Minus zero is written with its sign, or it would come back as the positive number.
        if it == 0 { "-0".into() } else { it.to_string() }
    } else if let Some(it) = option.double_value {
        float_literal(it)
    } else if let Some(it) = &option.string_value {
        quoted(it)
    } else {
        format!("{{ {} }}", option.aggregate_value())
    };
    format!("{name} = {value}")
}

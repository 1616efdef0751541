//! What Protobuf's language calls things: scalars, comments, names in JSON, words of its own.

use crate::convert::form::{Count, Form};
use crate::convert::graph::{Float, Kind, Unit, Whole};

/// The word of a scalar, and how its values are shown.
pub(super) fn word(kind: &Kind) -> (&'static str, Form) {
    match kind {
        Kind::Bool => ("bool", Form::Same),
        Kind::Whole(Whole::I8 | Whole::I16 | Whole::I32) => ("int32", Form::Int),
        Kind::Whole(Whole::I64 | Whole::Any) => ("int64", Form::Long),
        Kind::Whole(Whole::U8 | Whole::U16 | Whole::U32) => ("uint32", Form::Unsigned),
        Kind::Whole(Whole::U64) => ("uint64", Form::Unsigned),
        Kind::Whole(Whole::I128 | Whole::U128) => ("string", Form::Digits),
        Kind::Float(Float::Single) => ("float", Form::Same),
        Kind::Float(_) => ("double", Form::Same),
        Kind::Bytes | Kind::Fixed(_) => ("bytes", Form::Same),
        Kind::Date | Kind::Time(Unit::Millis) => ("int32", Form::Count(Count::Int)),
        Kind::LocalTimestamp(Unit::Full) => ("string", Form::Written),
        Kind::Time(_) | Kind::LocalTimestamp(_) => ("int64", Form::Count(Count::Long)),
        Kind::Json => ("string", Form::JsonText),
        Kind::Decimal { .. } | Kind::AnyDecimal | Kind::Uuid | Kind::Duration => ("string", Form::Written),
        _ => ("string", Form::Same),
    }
}

/// Documentation as comments.
pub(super) fn comment(doc: Option<&str>, indent: &str) -> String {
    let lines = doc.unwrap_or_default().lines();
    lines.map(|line| format!("{indent}// {}", line.trim()).trim_end().to_owned() + "\n").collect()
}

/// The name that JSON has for a field, which two fields of a message must not share.
pub(super) fn json_name(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for character in name.chars() {
        match character {
            '_' => upper = true,
            other if upper => {
                out.extend(other.to_uppercase());
                upper = false;
            }
            other => out.push(other),
        }
    }
    // Case counts for the rule, but some readers do not mind it.
    out.to_lowercase()
}

/// Words of the language, which a type's name must not be read as.
pub(super) const WORDS: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "enum",
    "export",
    "extend",
    "extensions",
    "fixed32",
    "fixed64",
    "float",
    "group",
    "import",
    "int32",
    "int64",
    "local",
    "map",
    "message",
    "oneof",
    "option",
    "optional",
    "package",
    "public",
    "repeated",
    "required",
    "reserved",
    "returns",
    "rpc",
    "service",
    "sfixed32",
    "sfixed64",
    "sint32",
    "sint64",
    "stream",
    "string",
    "syntax",
    "to",
    "uint32",
    "uint64",
    "weak",
];

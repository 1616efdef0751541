//! Elements of Avro: named types by their full names, fields and symbols below them.

use super::elements::Elements;
use crate::schema::avro::{Kind, Model, Name, Type};

pub(super) fn elements(model: &Model, out: &mut Elements) {
    if !matches!(model.root.kind, Kind::Record(_) | Kind::Enum(_) | Kind::Fixed(_)) {
        out.add("the schema", shown(&model.root));
    }
    within(&model.root, out);
}

/// What is declared in a type; its depth is bounded by the parser.
fn within(schema: &Type, out: &mut Elements) {
    match &schema.kind {
        Kind::Array(inner) | Kind::Map(inner) => within(inner, out),
        Kind::Union(branches) => branches.iter().for_each(|branch| within(branch, out)),
        Kind::Record(record) => {
            let name = record.name.full();
            out.add(name, format!("record{}", aliases(&record.aliases)));
            for field in &record.fields {
                let default = field.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                let aliases = if field.aliases.is_empty() {
                    String::new()
                } else {
                    format!(", also {}", field.aliases.join(", "))
                };
                out.add(
                    format!("{name}.{}", field.name),
                    format!("{}{default}{aliases}", shown(&field.schema)),
                );
                within(&field.schema, out);
            }
        }
        Kind::Enum(it) => {
            let default = it.default.as_ref().map(|symbol| format!(", default {symbol}")).unwrap_or_default();
            out.add(it.name.full(), format!("enum{default}{}", aliases(&it.aliases)));
            for symbol in &it.symbols {
                out.add(format!("{}.{symbol}", it.name.full()), "symbol");
            }
        }
        Kind::Fixed(it) => out.add(it.name.full(), format!("{}{}", shown(schema), aliases(&it.aliases))),
        _ => {}
    }
}

fn shown(schema: &Type) -> String {
    let plain = match &schema.kind {
        Kind::Array(inner) => format!("array<{}>", shown(inner)),
        Kind::Map(inner) => format!("map<{}>", shown(inner)),
        Kind::Union(branches) => format!("[{}]", branches.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Fixed(it) => format!("fixed {} of {} bytes", it.name.full(), it.size),
        other => other.name().to_owned(),
    };
    let logical = schema
        .properties
        .iter()
        .filter(|it| matches!(it.name.as_str(), "logicalType" | "precision" | "scale"));
    let logical: Vec<String> = logical.map(|it| it.value.to_string().trim_matches('"').to_owned()).collect();
    if logical.is_empty() { plain } else { format!("{plain} ({})", logical.join(", ")) }
}

fn aliases(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::full).collect();
    if names.is_empty() { String::new() } else { format!(", also {}", names.join(", ")) }
}

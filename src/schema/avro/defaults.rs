//! Whether the default of every field fits its type, as strict parsing asks.
//!
//! A default of a union may fit any branch: the specification's text says the first, Avro's own implementations and
//! Confluent's registry take any. A record's default may leave out members that have defaults themselves.

use std::collections::HashMap;

use serde_json::Value;

use super::declarations::{Declarations, Source, each_declared};
use super::{Field, Kind, Type};
use crate::schema::json_text::Document;
use crate::schema::{Format, SchemaError, SchemaErrorKind};

/// How deep a default may nest, together with the defaults that complete it.
const DEPTH: usize = 256;

/// Checks the defaults of all fields that the text declares.
pub(super) fn check(
    root: &Type,
    sources: &[Source<'_>],
    document: &Document,
    text: &str,
) -> Result<(), SchemaError> {
    let mut declarations = Declarations::new();
    let mut records = Vec::new();
    for source in sources {
        each_declared(&source.model.root, &mut |name, schema| {
            declarations.insert(name.full(), schema);
        });
    }
    each_declared(root, &mut |name, schema| {
        declarations.insert(name.full(), schema);
        records.extend(match &schema.kind {
            Kind::Record(record) => Some(&**record),
            _ => None,
        });
    });
    let mut checker = Checker { declarations, fields: HashMap::new(), records: HashMap::new() };
    for field in records.into_iter().flat_map(|record| &record.fields) {
        checker.field(field, 0).map_err(|wrong| {
            let message = format!("the default of field `{}` does not fit its type: {wrong}", field.name);
            let span = field.default_source.as_ref().map_or(field.span, |default| default.span);
            document.error(Format::Avro, SchemaErrorKind::Invalid, message, text, span)
        })?;
    }
    Ok(())
}

struct Checker<'m> {
    declarations: Declarations<'m>,
    /// What is known of a field's own default; `None` while it is being checked.
    fields: HashMap<*const Field, Option<Result<(), String>>>,
    /// What is known of a value as a record. Without it, unions of records cost a power of their size.
    records: HashMap<(*const Type, *const Value), Result<(), String>>,
}

impl<'m> Checker<'m> {
    /// Whether a field's default fits; a field without one has nothing to fit.
    fn field(&mut self, field: &'m Field, depth: usize) -> Result<(), String> {
        let Some(default) = &field.default else { return Ok(()) };
        match self.fields.get(&std::ptr::from_ref(field)) {
            Some(Some(known)) => return known.clone(),
            Some(None) => {
                return Err(format!(
                    "it is completed by itself, through field `{}`, without end",
                    field.name
                ));
            }
            None => {}
        }
        self.fields.insert(field, None);
        let result = self.value(&field.schema, default, depth);
        self.fields.insert(field, Some(result.clone()));
        result
    }

    fn value(&mut self, schema: &'m Type, value: &'m Value, depth: usize) -> Result<(), String> {
        if depth > DEPTH {
            return Err(format!("it nests deeper than {DEPTH} levels"));
        }
        let schema = self.declared(schema);
        let fits = match &schema.kind {
            Kind::Null => value.is_null(),
            Kind::Boolean => value.is_boolean(),
            Kind::Int => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            Kind::Long => value.as_i64().is_some(),
            Kind::Float | Kind::Double => {
                value.is_number() || matches!(value.as_str(), Some("NaN" | "Infinity" | "-Infinity"))
            }
            Kind::String => value.is_string(),
            Kind::Bytes => byte_count(value).is_some(),
            Kind::Fixed(fixed) => byte_count(value) == Some(fixed.size),
            Kind::Enum(it) => {
                value.as_str().is_some_and(|text| it.symbols.iter().any(|symbol| symbol == text))
            }
            Kind::Array(items) => match value.as_array() {
                Some(values) => {
                    return values.iter().try_for_each(|value| self.value(items, value, depth + 1));
                }
                None => false,
            },
            Kind::Map(values) => match value.as_object() {
                Some(members) => {
                    return members.values().try_for_each(|value| self.value(values, value, depth + 1));
                }
                None => false,
            },
            Kind::Union(branches) => {
                branches.iter().any(|branch| self.value(branch, value, depth + 1).is_ok())
            }
            Kind::Record(_) if value.is_object() => return self.record(schema, value, depth),
            Kind::Record(_) => false,
            Kind::Named(name) => return Err(format!("`{name}` is not declared")),
        };
        if fits { Ok(()) } else { Err(mismatch(&schema.kind, value)) }
    }

    fn record(&mut self, schema: &'m Type, value: &'m Value, depth: usize) -> Result<(), String> {
        let key = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        if let Some(known) = self.records.get(&key) {
            return known.clone();
        }
        let Kind::Record(record) = &schema.kind else { return Ok(()) };
        let result = record.fields.iter().try_for_each(|field| match value.get(&field.name) {
            Some(member) => self.value(&field.schema, member, depth + 1),
            None if field.default.is_some() => self.field(field, depth + 1),
            None => Err(format!("`{}` is missing for record `{}`", field.name, record.name)),
        });
        self.records.insert(key, result.clone());
        result
    }

    fn declared(&self, schema: &'m Type) -> &'m Type {
        match &schema.kind {
            Kind::Named(name) => self.declarations.get(name.full()).copied().unwrap_or(schema),
            _ => schema,
        }
    }
}

/// The length of the bytes that a text stands for, a code point each; none where it stands for no bytes.
fn byte_count(value: &Value) -> Option<usize> {
    let text = value.as_str()?;
    text.chars().all(|character| u32::from(character) <= 0xff).then(|| text.chars().count())
}

fn mismatch(kind: &Kind, value: &Value) -> String {
    let mut found: String = value.to_string().chars().take(60).collect();
    if found.len() < value.to_string().len() {
        found.push('…');
    }
    let expected = match kind {
        Kind::Int => "an integer of 32 bits".to_owned(),
        Kind::Long => "an integer of 64 bits".to_owned(),
        Kind::Float | Kind::Double => "a number".to_owned(),
        Kind::Bytes => "a text of code points up to 255".to_owned(),
        Kind::Fixed(fixed) => format!("a text of {} code points up to 255", fixed.size),
        Kind::Enum(it) => format!("one of the symbols {}", it.symbols.join(", ")),
        Kind::Union(branches) => {
            format!(
                "a value of one of {}",
                branches.iter().map(|it| it.kind.name()).collect::<Vec<_>>().join(", ")
            )
        }
        Kind::Record(it) => format!("an object for record `{}`", it.name),
        other => format!("a value of type {}", other.name()),
    };
    format!("expected {expected}, found {found}")
}

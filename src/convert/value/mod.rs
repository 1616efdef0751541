//! Values from one side of a conversion to the other.
//!
//! Most values are the same on both sides already, as a [`Value`] shows what is meant and not how it is written; what is
//! other (texts for logical values in JSON, wrapped lists in Protobuf, unions) is told by the forms of the two sides.

mod choice;
mod fields;
mod scalar;

use super::form::{Form, Wrapped};
use super::graph::{Graph, Kind, Type, TypeId};
use crate::class::Class;
use crate::value::{Value, ValueBuilder, ValueRef, View};

/// How deep values may stand inside each other; twice what the codecs' own limits take by default.
const DEPTH: usize = 128;

/// A value that the other side cannot take, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", at(path))]
pub struct ValueError {
    /// The way to the value, as the report writes it: `tags[3].name`; empty at the root.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

impl ValueError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into() }
    }

    /// What a caller may do about it: the value is at fault.
    #[must_use]
    pub fn class(&self) -> Class {
        Class::BadData
    }

    /// The same error seen from one level further out.
    #[cold]
    fn inside(mut self, step: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{dot}{}", self.path);
        self
    }
}

/// Which way values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Forward,
    Back,
}

/// Translates one value.
pub(super) fn translate(graph: &Graph, way: Way, value: &Value<'_>) -> Result<Value<'static>, ValueError> {
    let mut translation =
        Translation { graph, way, out: ValueBuilder::with_capacity(value.node_count()), depth: 0 };
    translation.value(graph.root, Some(value.root()))?;
    Ok(translation.out.finish())
}

struct Translation<'g> {
    graph: &'g Graph,
    way: Way,
    out: ValueBuilder<'static>,
    depth: usize,
}

impl<'g> Translation<'g> {
    /// The forms of a type: where the value comes from, and where it goes.
    fn forms(&self, schema: &'g Type) -> (&'g Form, &'g Form) {
        match self.way {
            Way::Forward => (&schema.source, &schema.target),
            Way::Back => (&schema.target, &schema.source),
        }
    }

    /// Translates a value of that type; `None` is a value that is not there, which is null.
    fn value(&mut self, id: TypeId, value: Option<ValueRef<'_>>) -> Result<(), ValueError> {
        if self.depth >= DEPTH {
            return Err(ValueError::new(format!("values inside each other deeper than {DEPTH} levels")));
        }
        self.depth += 1;
        let schema = self.graph.get(id);
        let (from, to) = self.forms(schema);
        self.step(schema, from, to, value)?;
        self.depth -= 1;
        Ok(())
    }

    /// Takes wrappers off and puts them on; what is inside goes by its kind.
    fn step(
        &mut self,
        schema: &'g Type,
        from: &'g Form,
        to: &'g Form,
        value: Option<ValueRef<'_>>,
    ) -> Result<(), ValueError> {
        if let Form::Wrapped(wrapped) = from {
            let inner = content(wrapped, value)?;
            return self.step(schema, &wrapped.inner, to, inner).map_err(|it| it.inside(&wrapped.field));
        }
        let Form::Wrapped(wrapped) = to else { return self.plain(schema, from, to, value) };
        let open = if wrapped.as_map { self.out.begin_map() } else { self.out.begin_record(&wrapped.name) };
        let absent = wrapped.absent && self.is_null(schema, from, value);
        if !absent {
            self.key(&wrapped.field, wrapped.as_map);
            self.step(schema, from, &wrapped.inner, value)?;
        }
        self.out.end_with(open, usize::from(!absent));
        Ok(())
    }

    /// Whether an optional type has no value here.
    fn is_null(&self, schema: &Type, from: &Form, value: Option<ValueRef<'_>>) -> bool {
        let Kind::Optional(_) = schema.kind else { return false };
        match (value, from) {
            (None, _) => true,
            (Some(value), Form::EmptyOr) => is_empty(value),
            (Some(value), _) => value.is_null(),
        }
    }

    fn plain(
        &mut self,
        schema: &'g Type,
        from: &'g Form,
        to: &'g Form,
        value: Option<ValueRef<'_>>,
    ) -> Result<(), ValueError> {
        match &schema.kind {
            Kind::Optional(inner) => return self.optional(schema, *inner, from, to, value),
            Kind::Null => {
                self.null(to);
                return Ok(());
            }
            _ => {}
        }
        let value = value.ok_or_else(|| ValueError::new("there is no value, and one is needed"))?;
        match &schema.kind {
            Kind::List(item) => self.list(*item, value, None),
            Kind::Array(item, length) => self.list(*item, value, Some(*length)),
            Kind::Map { key, value: inner } => self.map(*key, *inner, from, to, value),
            Kind::Record(record) => self.record(record, from, to, value),
            Kind::Union(members) => self.choice(members, from, to, value),
            Kind::Choice(choice) => self.choice(&choice.members, from, to, value),
            Kind::Enum(it) => self.symbol(it, from, to, value),
            Kind::Json => self.json(from, to, value),
            kind => self.scalar(kind, to, value),
        }
    }

    fn null(&mut self, to: &Form) {
        match to {
            Form::Empty => {
                let open = self.out.begin_record("google.protobuf.Empty");
                self.out.end_with(open, 0);
            }
            _ => {
                self.out.null();
            }
        }
    }

    fn optional(
        &mut self,
        schema: &'g Type,
        inner: TypeId,
        from: &'g Form,
        to: &'g Form,
        value: Option<ValueRef<'_>>,
    ) -> Result<(), ValueError> {
        if self.is_null(schema, from, value) {
            match to {
                Form::Nullable { null: Some(branch), .. } => {
                    self.out.branch(*branch).null();
                }
                Form::EmptyOr => {
                    let name = match self.forms(self.graph.get(inner)).1 {
                        Form::Tagged(tagged) => &tagged.name,
                        _ => "",
                    };
                    let open = self.out.begin_record(name);
                    self.out.end_with(open, 0);
                }
                _ => {
                    self.out.null();
                }
            }
            return Ok(());
        }
        let value = match (from, value) {
            (Form::Item, Some(value)) => value.item(0),
            (_, value) => value,
        };
        match to {
            Form::Item => {
                let open = self.out.begin_array();
                self.value(inner, value)?;
                self.out.end_with(open, 1);
                Ok(())
            }
            Form::Nullable { some: Some(branch), .. } => {
                self.out.branch(*branch);
                self.value(inner, value)
            }
            _ => self.value(inner, value),
        }
    }

    fn list(&mut self, item: TypeId, value: ValueRef<'_>, length: Option<usize>) -> Result<(), ValueError> {
        let View::Array(items) = value.view() else { return Err(mismatch("a list", value)) };
        let count = items.len();
        if let Some(length) = length.filter(|it| *it != count) {
            return Err(ValueError::new(format!("a list of {count} items where it has to be {length}")));
        }
        let open = self.out.begin_array();
        for (place, value) in items.enumerate() {
            self.value(item, Some(value)).map_err(|error| error.inside(&format!("[{place}]")))?;
        }
        self.out.end_with(open, count);
        Ok(())
    }

    /// Writes the name of a field, or the key that it is in a map.
    fn key(&mut self, name: &str, as_map: bool) {
        if as_map {
            self.out.copied_text(name);
        } else {
            self.out.name(name);
        }
    }
}

/// What a wrapper holds.
fn content<'v>(wrapped: &Wrapped, value: Option<ValueRef<'v>>) -> Result<Option<ValueRef<'v>>, ValueError> {
    let Some(value) = value else { return Ok(None) };
    match value.field(&wrapped.field) {
        Some(inner) => Ok(Some(inner)),
        None if wrapped.absent => Ok(None),
        None => Err(ValueError::new(format!("a record without its field `{}`", wrapped.field))),
    }
}

/// Whether it is a record or map without entries.
fn is_empty(value: ValueRef<'_>) -> bool {
    match value.view() {
        View::Record(entries) | View::Map(entries) => entries.len() == 0,
        view => view == View::Null,
    }
}

/// An error that says what is there instead of what is expected.
#[cold]
fn mismatch(expected: &str, found: ValueRef<'_>) -> ValueError {
    let found = match found.view() {
        View::Null => "null",
        View::Bool(_) => "a boolean",
        View::Int(_) | View::Long(_) | View::Unsigned(_) => "a whole number",
        View::Float(_) | View::Double(_) => "a float",
        View::Text(_) => "text",
        View::Bytes(_) => "bytes",
        View::Symbol { .. } => "a symbol",
        View::Array(_) => "a list",
        View::Map(_) => "a map",
        View::Record(_) => "a record",
        _ => "a logical value",
    };
    ValueError::new(format!("expected {expected}, found {found}"))
}

//! Records and maps.

use super::{Translation, ValueError, mismatch};
use crate::convert::form::{FieldForm, Form};
use crate::convert::graph::{Graph, Kind, Member, Record, TypeId};
use crate::value::{Entries, ValueRef, View};

/// A field's value as it was found: `None` where it is not there; with its member where it is one of a choice.
struct Found<'v> {
    value: Option<ValueRef<'v>>,
    member: Option<usize>,
}

impl Translation<'_> {
    /// A record, its fields in the order of the schema.
    pub(super) fn record(
        &mut self,
        record: &Record,
        from: &Form,
        to: &Form,
        value: ValueRef<'_>,
    ) -> Result<(), ValueError> {
        let found = find(record, from, value)?;
        match to {
            Form::Places => {
                let open = self.out.begin_array();
                for (field, it) in record.fields.iter().zip(&found) {
                    self.content(field.schema, it).map_err(|error| error.inside(&field.name))?;
                }
                self.out.end_with(open, found.len());
                Ok(())
            }
            Form::Fields(form) => {
                let open = if form.as_map { self.out.begin_map() } else { self.out.begin_record(&form.name) };
                let mut count = 0;
                let fields = record.fields.iter().zip(&form.fields).zip(&found);
                for ((field, field_form), it) in fields {
                    let written = self.field(field.schema, field_form, form.as_map, it);
                    count += usize::from(written.map_err(|error| error.inside(&field.name))?);
                }
                self.out.end_with(open, count);
                Ok(())
            }
            _ => match (record.fields.first(), found.first()) {
                (Some(field), Some(it)) => self.content(field.schema, it),
                _ => {
                    self.out.null();
                    Ok(())
                }
            },
        }
    }

    /// Writes what was found of a field.
    fn content(&mut self, id: TypeId, found: &Found<'_>) -> Result<(), ValueError> {
        match found.member {
            Some(member) => self.member_of(id, member, found.value),
            None => self.value(id, found.value),
        }
    }

    /// Writes a field, and says whether there was anything to write.
    fn field(
        &mut self,
        id: TypeId,
        form: &FieldForm,
        as_map: bool,
        found: &Found<'_>,
    ) -> Result<bool, ValueError> {
        match form {
            FieldForm::Named { name, absent } => {
                if found.member.is_none() && *absent && self.field_is_null(id, found.value) {
                    return Ok(false);
                }
                self.key(name, as_map);
                self.content(id, found)?;
                Ok(true)
            }
            FieldForm::Inline(names) => {
                let (member, value) = match found.member {
                    Some(member) => (member, found.value),
                    None => match self.chosen(id, found.value)? {
                        Some(chosen) => chosen,
                        None => return Ok(false),
                    },
                };
                let (_, members) = self.members_of(id);
                let (Some(name), Some(schema)) = (names.get(member), members.get(member)) else {
                    return Err(ValueError::new("a member that the schema does not have"));
                };
                self.key(name, as_map);
                self.value(schema.schema, value)?;
                Ok(true)
            }
        }
    }

    fn field_is_null(&self, id: TypeId, value: Option<ValueRef<'_>>) -> bool {
        let schema = self.graph.get(id);
        let (from, _) = self.forms(schema);
        self.is_null(schema, from, value)
    }

    pub(super) fn map(
        &mut self,
        key: TypeId,
        inner: TypeId,
        from: &Form,
        to: &Form,
        value: ValueRef<'_>,
    ) -> Result<(), ValueError> {
        let entries = entries(from, value)?;
        let open = match to {
            Form::Entries { .. } => self.out.begin_array(),
            _ => self.out.begin_map(),
        };
        let count = entries.len();
        for (place, (name, item)) in entries.into_iter().enumerate() {
            let in_entry = |error: ValueError| match name.as_str() {
                Some(name) => error.inside(&format!("[{name:?}]")),
                None => error.inside(&format!("[{place}]")),
            };
            match to {
                Form::Entries { name: record, as_map } => {
                    let entry = if *as_map { self.out.begin_map() } else { self.out.begin_record(record) };
                    self.key("key", *as_map);
                    self.value(key, Some(name)).map_err(in_entry)?;
                    self.key("value", *as_map);
                    self.value(inner, Some(item)).map_err(in_entry)?;
                    self.out.end_with(entry, 2);
                }
                _ => {
                    self.value(key, Some(name)).map_err(in_entry)?;
                    self.value(inner, Some(item)).map_err(in_entry)?;
                }
            }
        }
        self.out.end_with(open, count);
        Ok(())
    }
}

/// Keys and values of a map, in whichever form.
fn entries<'v>(from: &Form, value: ValueRef<'v>) -> Result<Vec<(ValueRef<'v>, ValueRef<'v>)>, ValueError> {
    match (from, value.view()) {
        (Form::Entries { .. }, View::Array(items)) => items
            .map(|it| it.field("key").zip(it.field("value")).ok_or_else(|| mismatch("key and value", it)))
            .collect(),
        (_, View::Map(entries) | View::Record(entries)) => Ok(entries.collect()),
        _ => Err(mismatch("a map", value)),
    }
}

/// The fields of a record in the order of its schema.
fn find<'v>(record: &Record, from: &Form, value: ValueRef<'v>) -> Result<Vec<Found<'v>>, ValueError> {
    let plain = |value| Found { value: Some(value), member: None };
    let form = match from {
        Form::Fields(form) => form,
        Form::Places => {
            let View::Array(items) = value.view() else { return Err(mismatch("a list", value)) };
            if items.len() != record.fields.len() {
                let message = format!("{} items where there are {} places", items.len(), record.fields.len());
                return Err(ValueError::new(message));
            }
            return Ok(items.map(plain).collect());
        }
        _ => return Ok(vec![plain(value)]),
    };
    let (View::Record(entries) | View::Map(entries)) = value.view() else {
        return Err(mismatch("a record", value));
    };
    let mut ahead = entries;
    let mut count = 0;
    let mut found = Vec::with_capacity(form.fields.len());
    for field in &form.fields {
        let it = match field {
            FieldForm::Named { name, absent } => {
                let value = take(&mut ahead, entries, name);
                if value.is_none() && !absent {
                    return Err(ValueError::new("the field is missing").inside(name));
                }
                Found { value, member: None }
            }
            FieldForm::Inline(names) => {
                let chosen = names
                    .iter()
                    .enumerate()
                    .find_map(|(member, name)| Some((member, take(&mut ahead, entries, name)?)));
                Found { value: chosen.map(|it| it.1), member: chosen.map(|it| it.0) }
            }
        };
        count += usize::from(it.value.is_some());
        found.push(it);
    }
    if count < entries.len() {
        return Err(unknown(&form.fields, entries));
    }
    Ok(found)
}

/// The entry of that name; entries mostly come in the schema's order, so that the next one is looked at first.
fn take<'v>(ahead: &mut Entries<'v>, all: Entries<'v>, name: &str) -> Option<ValueRef<'v>> {
    let mut next = *ahead;
    if let Some((key, value)) = next.next()
        && key.as_str() == Some(name)
    {
        *ahead = next;
        return Some(value);
    }
    all.clone().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value)
}

#[cold]
fn unknown(fields: &[FieldForm], entries: Entries<'_>) -> ValueError {
    let known = |name: &str| {
        fields.iter().any(|it| match it {
            FieldForm::Named { name: known, .. } => known == name,
            FieldForm::Inline(names) => names.iter().any(|it| it == name),
        })
    };
    let mut names = entries.filter_map(|(key, _)| key.as_str());
    match names.find(|name| !known(name)) {
        Some(name) => ValueError::new("the schema has no such field, so it is not carried").inside(name),
        None => ValueError::new("a field is given twice"),
    }
}

impl<'g> Translation<'g> {
    /// Whether a choice may be null, and its members.
    pub(super) fn members_of(&self, id: TypeId) -> (bool, &'g [Member]) {
        let graph: &'g Graph = self.graph;
        match graph.kind(id) {
            Kind::Optional(inner) => (true, self.members_of(*inner).1),
            Kind::Union(members) => (false, members),
            Kind::Choice(choice) => (false, &choice.members),
            _ => (false, &[]),
        }
    }
}

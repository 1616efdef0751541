//! Unions and choices: which member a value is, and how the other side says so.

use super::{Translation, ValueError, is_empty, mismatch};
use crate::convert::form::{Form, Tagged};
use crate::convert::graph::{Enum, Kind, Member, TypeId};
use crate::value::{ValueRef, View};

/// A member, and its value; none for a member without content.
pub(super) type Chosen<'v> = (usize, Option<ValueRef<'v>>);

impl<'g> Translation<'g> {
    pub(super) fn choice(
        &mut self,
        members: &'g [Member],
        from: &Form,
        to: &Form,
        value: ValueRef<'_>,
    ) -> Result<(), ValueError> {
        let chosen = self.member(members, from, value)?;
        self.write_member(members, to, chosen)
    }

    /// Writes the value of a choice's member where the choice, or null, may stand.
    pub(super) fn member_of(
        &mut self,
        id: TypeId,
        member: usize,
        value: Option<ValueRef<'_>>,
    ) -> Result<(), ValueError> {
        let schema = self.graph.get(id);
        match &schema.kind {
            Kind::Optional(inner) => {
                if let (_, Form::Nullable { some: Some(branch), .. }) = self.forms(schema) {
                    self.out.branch(*branch);
                }
                self.member_of(*inner, member, value)
            }
            Kind::Union(members) => {
                let (_, to) = self.forms(schema);
                self.write_member(members, to, (member, value))
            }
            Kind::Choice(choice) => {
                let (_, to) = self.forms(schema);
                self.write_member(&choice.members, to, (member, value))
            }
            _ => self.value(id, value),
        }
    }

    /// The member that a choice's value, or null, is; `None` for null.
    pub(super) fn chosen<'v>(
        &self,
        id: TypeId,
        value: Option<ValueRef<'v>>,
    ) -> Result<Option<Chosen<'v>>, ValueError> {
        let schema = self.graph.get(id);
        let (from, _) = self.forms(schema);
        match &schema.kind {
            Kind::Optional(_) if self.is_null(schema, from, value) => Ok(None),
            Kind::Optional(inner) => {
                let value = if *from == Form::Item { value.and_then(|it| it.item(0)) } else { value };
                self.chosen(*inner, value)
            }
            Kind::Union(_) | Kind::Choice(_) => {
                let value = value.ok_or_else(|| ValueError::new("there is no value, and one is needed"))?;
                self.member(self.members_of(id).1, from, value).map(Some)
            }
            _ => Err(ValueError::new("no choice")),
        }
    }

    /// The member that a value is.
    fn member<'v>(
        &self,
        members: &[Member],
        from: &Form,
        value: ValueRef<'v>,
    ) -> Result<Chosen<'v>, ValueError> {
        match from {
            Form::Bare(branches) => {
                let named = value.branch().and_then(|it| branches.iter().position(|at| *at == Some(it)));
                let member = named.or_else(|| self.suited(members, value));
                member.map(|it| (it, Some(value))).ok_or_else(|| mismatch("a branch of the union", value))
            }
            Form::Boxes(names) => {
                let name = value.type_name().unwrap_or_default();
                let member = names.iter().position(|it| it == name);
                let member = member.ok_or_else(|| mismatch("a record for a member", value))?;
                Ok((member, value.field("value")))
            }
            Form::Tagged(tagged) => tag(tagged, value),
            _ => {
                let member = self.suited(members, value);
                member.map(|it| (it, Some(value))).ok_or_else(|| mismatch("a member of the union", value))
            }
        }
    }

    fn from(&self, id: TypeId) -> &Form {
        self.forms(self.graph.get(id)).0
    }

    /// The first member whose outside a value without a mark has.
    fn suited(&self, members: &[Member], value: ValueRef<'_>) -> Option<usize> {
        let view = value.view();
        let suits = |id: TypeId| match (self.graph.kind(id), &view) {
            (Kind::Null, View::Null) | (Kind::Bool, View::Bool(_)) => true,
            (Kind::Whole(it), View::Int(_) | View::Long(_) | View::Unsigned(_)) => {
                let (least, most) = it.range();
                value.as_i64().is_none_or(|it| (least..=most).contains(&it.into()))
            }
            (Kind::Float(_), View::Float(_) | View::Double(_)) => true,
            (Kind::Float(_), View::Int(_) | View::Long(_) | View::Unsigned(_)) => true,
            (Kind::Bytes | Kind::Fixed(_), View::Bytes(_)) => true,
            (Kind::Enum(it), View::Symbol { name, .. }) => it.symbols.iter().any(|symbol| symbol == name),
            (Kind::Enum(it), View::Text(name)) => it.symbols.iter().any(|symbol| symbol == name),
            (Kind::List(_) | Kind::Array(..), View::Array(_)) => true,
            (Kind::Map { .. }, View::Array(_)) => matches!(self.from(id), Form::Entries { .. }),
            (Kind::Map { .. }, View::Map(_)) => !matches!(self.from(id), Form::Entries { .. }),
            (Kind::Record(_), View::Array(_)) => *self.from(id) == Form::Places,
            (Kind::Record(_), View::Record(_) | View::Map(_)) => *self.from(id) != Form::Places,
            (Kind::Decimal { .. } | Kind::AnyDecimal, View::Decimal(_)) => true,
            (Kind::Uuid, View::Uuid(_)) | (Kind::Date, View::Date(_)) | (Kind::Time(_), View::Time(_)) => {
                true
            }
            (Kind::Timestamp(_), View::Timestamp(_)) | (Kind::Duration, View::Duration(_)) => true,
            (Kind::LocalTimestamp(_), View::LocalTimestamp(_)) => true,
            (Kind::Json, _) => true,
            // A text stands for whatever has no form of its own in JSON; two of those are never side by side there.
            (
                Kind::Null
                | Kind::Bool
                | Kind::Whole(_)
                | Kind::Float(_)
                | Kind::List(_)
                | Kind::Array(..)
                | Kind::Map { .. }
                | Kind::Record(_)
                | Kind::Enum(_),
                _,
            ) => false,
            (_, View::Text(_)) => true,
            _ => false,
        };
        let is_named = |id: TypeId| match self.graph.kind(id) {
            Kind::Record(it) => value.type_name() == Some(&it.name),
            _ => false,
        };
        let named = members.iter().position(|it| is_named(it.schema));
        named.or_else(|| members.iter().position(|it| suits(it.schema)))
    }

    fn write_member(
        &mut self,
        members: &[Member],
        to: &Form,
        (member, value): Chosen<'_>,
    ) -> Result<(), ValueError> {
        let Some(Member { name, schema }) = members.get(member) else {
            return Err(ValueError::new("a member that the schema does not have"));
        };
        let (name, schema) = (name.as_str(), *schema);
        let is_unit = matches!(self.graph.kind(schema), Kind::Null);
        match to {
            Form::Bare(branches) => {
                if let Some(Some(branch)) = branches.get(member) {
                    self.out.branch(*branch);
                }
                self.value(schema, value)
            }
            Form::Boxes(names) => {
                let open = self.out.begin_record(names.get(member).map_or("", |it| it));
                if !is_unit {
                    self.out.name("value");
                    self.value(schema, value).map_err(|error| error.inside(name))?;
                }
                self.out.end_with(open, usize::from(!is_unit));
                Ok(())
            }
            Form::Tagged(tagged) => {
                let given = tagged.members.get(member).map_or("", |it| it);
                if is_unit && tagged.symbols {
                    if tagged.as_map {
                        self.out.copied_text(given);
                    } else {
                        self.out.symbol(member as u32, given);
                    }
                    return Ok(());
                }
                let open =
                    if tagged.as_map { self.out.begin_map() } else { self.out.begin_record(&tagged.name) };
                self.key(given, tagged.as_map);
                self.value(schema, value).map_err(|error| error.inside(name))?;
                self.out.end_with(open, 1);
                Ok(())
            }
            _ => self.value(schema, value),
        }
    }

    pub(super) fn symbol(
        &mut self,
        it: &Enum,
        from: &Form,
        to: &Form,
        value: ValueRef<'_>,
    ) -> Result<(), ValueError> {
        let Some(name) = value.as_str() else { return Err(mismatch("a symbol", value)) };
        let place = match from {
            Form::Symbols(symbols) => symbols.iter().position(|(_, it)| it == name),
            Form::SymbolTexts(symbols) => symbols.iter().position(|it| it == name),
            _ => it.symbols.iter().position(|it| it == name),
        };
        let place =
            place.ok_or_else(|| ValueError::new(format!("`{name}` is no symbol of `{}`", it.name)))?;
        match to {
            Form::Symbols(symbols) => {
                let (number, name) = symbols.get(place).map_or((0, ""), |(number, name)| (*number, name));
                self.out.symbol(number, name);
            }
            Form::SymbolTexts(symbols) => {
                self.out.copied_text(symbols.get(place).map_or("", |it| it));
            }
            _ => {
                self.out.symbol(place as u32, name);
            }
        }
        Ok(())
    }
}

/// The member that is named beside its content.
fn tag<'v>(tagged: &Tagged, value: ValueRef<'v>) -> Result<Chosen<'v>, ValueError> {
    let (name, content) = match value.view() {
        View::Symbol { name, .. } | View::Text(name) => (name, None),
        View::Record(mut entries) | View::Map(mut entries) if entries.len() == 1 => {
            let entry = entries.next().and_then(|(key, content)| Some((key.as_str()?, Some(content))));
            entry.unwrap_or_default()
        }
        _ if is_empty(value) => return Err(ValueError::new("none of the members is set")),
        _ => return Err(mismatch("one member by its name", value)),
    };
    let member = tagged.members.iter().position(|it| it == name);
    let member = member.ok_or_else(|| ValueError::new(format!("`{name}` is none of the members")))?;
    Ok((member, content))
}

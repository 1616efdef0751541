//! bincode: values compared along both layouts.

use super::scalars::same_scalar;
use crate::schema::bincode::{Definition, Kind, Linked, LinkedType, Shape, TypeIndex};
use crate::schema::{Model, Schema};
use crate::value::{Value, ValueRef, View};

/// Both layouts.
#[derive(Debug)]
pub(super) struct Comparison {
    writer: Linked,
    reader: Linked,
}

impl Comparison {
    pub(super) fn of(writer: &Schema, reader: &Schema) -> Option<Self> {
        let (Model::Bincode(w), Model::Bincode(r)) = (writer.model(), reader.model()) else { return None };
        Some(Self { writer: w.linked().clone(), reader: r.linked().clone() })
    }

    /// Whether the reader's value says what the writer's does, as far as the reader looks.
    pub(super) fn is_same(&self, written: &Value<'_>, read: &Value<'_>) -> bool {
        self.same((self.writer.root, written.root()), (self.reader.root, read.root()))
    }

    fn same(&self, written: (TypeIndex, ValueRef<'_>), read: (TypeIndex, ValueRef<'_>)) -> bool {
        let (w, r) = (without_newtypes(&self.writer, written.0), without_newtypes(&self.reader, read.0));
        match (self.writer.get(w), self.reader.get(r)) {
            (LinkedType::Plain(Kind::Option(w)), LinkedType::Plain(Kind::Option(r))) => {
                if written.1.is_null() || read.1.is_null() {
                    return written.1.is_null() && read.1.is_null();
                }
                let inner = (*w, behind(&self.writer, *w, written.1));
                self.same(inner, (*r, behind(&self.reader, *r, read.1)))
            }
            (LinkedType::Plain(Kind::Option(w)), _) => {
                self.same((*w, behind(&self.writer, *w, written.1)), (r, read.1))
            }
            (_, LinkedType::Plain(Kind::Option(r))) => {
                self.same((w, written.1), (*r, behind(&self.reader, *r, read.1)))
            }
            (LinkedType::Named(a), LinkedType::Named(b)) => match (&a.definition, &b.definition) {
                (Definition::Struct(a), Definition::Struct(b)) => self.shapes(a, b, written.1, read.1),
                (Definition::Enum(a), Definition::Enum(b)) => {
                    let (Some((name, inner)), Some((seen, content))) = (variant(written.1), variant(read.1))
                    else {
                        return false;
                    };
                    let one = a.iter().find(|it| &*it.name == name);
                    let other = b.iter().find(|it| &*it.name == seen);
                    let (Some(one), Some(other)) = (one, other) else { return false };
                    let known = one.name == other.name || other.aliases.contains(&one.name);
                    known
                        && match (inner, content) {
                            (None, None) => true,
                            (Some(inner), Some(content)) => {
                                self.shapes(&one.shape, &other.shape, inner, content)
                            }
                            _ => false,
                        }
                }
                _ => written.1 == read.1,
            },
            // A tuple struct has the bytes of a tuple, a unit struct those of a unit.
            (a, b) => match (a.plain(), b.plain()) {
                (Some(a), Some(b)) => self.plain(&a, &b, written.1, read.1),
                _ => written.1 == read.1,
            },
        }
    }

    fn shapes(
        &self,
        w: &Shape<TypeIndex>,
        r: &Shape<TypeIndex>,
        written: ValueRef<'_>,
        read: ValueRef<'_>,
    ) -> bool {
        match (w, r) {
            (Shape::Struct(from), Shape::Struct(to)) => to.iter().all(|field| {
                let named = from.iter().find(|it| it.name == field.name);
                let found = named.or_else(|| from.iter().find(|it| field.aliases.contains(&it.name)));
                // What the writer does not have is the reader's default.
                let Some(other) = found else { return true };
                let values = written.field(&other.name).zip(read.field(&field.name));
                values.is_some_and(|(written, read)| self.same((other.schema, written), (field.schema, read)))
            }),
            (Shape::Newtype(w), Shape::Newtype(r)) => self.same((*w, written), (*r, read)),
            (Shape::Tuple(w), Shape::Tuple(r)) => self.each(Items::Each(w), Items::Each(r), written, read),
            _ => written == read,
        }
    }

    fn plain(
        &self,
        w: &Kind<TypeIndex>,
        r: &Kind<TypeIndex>,
        written: ValueRef<'_>,
        read: ValueRef<'_>,
    ) -> bool {
        if let (Some(w), Some(r)) = (Items::of(w), Items::of(r)) {
            return self.each(w, r, written, read);
        }
        match (w, r) {
            (Kind::Map(w_key, w), Kind::Map(r_key, r)) => {
                let (View::Map(one), View::Map(other)) = (written.view(), read.view()) else { return false };
                one.len() == other.len()
                    && one.zip(other).all(|((key, value), (read_key, read))| {
                        self.same((*w_key, key), (*r_key, read_key)) && self.same((*w, value), (*r, read))
                    })
            }
            _ => same_scalar(written, read),
        }
    }

    fn each(&self, w: Items<'_>, r: Items<'_>, written: ValueRef<'_>, read: ValueRef<'_>) -> bool {
        let (View::Array(one), View::Array(other)) = (written.view(), read.view()) else {
            return octets(written) == octets(read);
        };
        one.len() == other.len()
            && one.zip(other).enumerate().all(|(at, (written, read))| {
                let types = w.at(at).zip(r.at(at));
                types.is_some_and(|(w, r)| self.same((w, written), (r, read)))
            })
    }
}

/// The types of the items of a sequence, an array or a tuple.
#[derive(Debug, Clone, Copy)]
enum Items<'l> {
    All(TypeIndex),
    Each(&'l [TypeIndex]),
}

impl<'l> Items<'l> {
    fn of(kind: &'l Kind<TypeIndex>) -> Option<Self> {
        match kind {
            Kind::Seq(item) | Kind::Array(item, _) => Some(Self::All(*item)),
            Kind::Tuple(items) => Some(Self::Each(items)),
            _ => None,
        }
    }

    fn at(self, index: usize) -> Option<TypeIndex> {
        match self {
            Self::All(item) => Some(item),
            Self::Each(items) => items.get(index).copied(),
        }
    }
}

/// Numbers from 0 to 255 as a list, whether they are shown as bytes or as numbers.
fn octets(value: ValueRef<'_>) -> Option<Vec<i64>> {
    match value.view() {
        View::Bytes(bytes) => Some(bytes.iter().map(|byte| i64::from(*byte)).collect()),
        View::Array(items) => items.map(ValueRef::as_i64).collect(),
        _ => None,
    }
}

/// The name of a variant, and its content.
fn variant(value: ValueRef<'_>) -> Option<(&str, Option<ValueRef<'_>>)> {
    match value.view() {
        View::Symbol { name, .. } => Some((name, None)),
        View::Record(mut entries) => {
            let (name, content) = entries.next()?;
            Some((name.as_str()?, Some(content)))
        }
        _ => None,
    }
}

/// What is there in an option; where it may itself be null it is the only item of an array.
fn behind<'v>(linked: &Linked, inner: TypeIndex, value: ValueRef<'v>) -> ValueRef<'v> {
    let is_nested = match linked.get(without_newtypes(linked, inner)) {
        LinkedType::Plain(kind) => matches!(kind, Kind::Unit | Kind::Option(_)),
        LinkedType::Named(named) => matches!(named.definition, Definition::Struct(Shape::Unit)),
    };
    if is_nested { value.item(0).unwrap_or(value) } else { value }
}

fn without_newtypes(linked: &Linked, mut index: TypeIndex) -> TypeIndex {
    loop {
        match linked.get(index) {
            LinkedType::Named(named) => match &named.definition {
                Definition::Struct(Shape::Newtype(inner)) => index = *inner,
                _ => return index,
            },
            LinkedType::Plain(_) => return index,
        }
    }
}

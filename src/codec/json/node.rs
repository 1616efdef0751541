//! A [`ValueRef`] as the validator sees it, so that no second tree is built for it.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object, cmp};
use serde_json::Number;

use crate::value::{Elements, Entries, ValueRef, View};

/// The representation: values that were read from JSON (null, booleans, numbers, text, arrays, maps).
#[derive(Debug)]
pub(super) struct Arena;

/// One JSON value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cursor<'v> {
    /// A value of the arena.
    Value(ValueRef<'v>),
    /// A member's name, where `propertyNames` looks at it as a value.
    Name(&'v str),
}

impl Json for Arena {
    type Node<'v> = Cursor<'v>;
    type PreparedKey = String;
    type StringBuffer = ();

    /// A lookup goes through the members, so one pass over them is always cheaper than two lookups.
    const KEYS_PER_LOOKUP: usize = usize::MAX >> 16;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Cursor<'_>) -> T) -> T {
        f(Cursor::Name(string))
    }
}

impl<'v> Cursor<'v> {
    fn view(&self) -> View<'v> {
        match self {
            Self::Value(value) => value.view(),
            Self::Name(name) => View::Text(name),
        }
    }
}

impl<'v> Node<'v, Arena> for Cursor<'v> {
    type Object = Members<'v>;
    type Array = Items<'v>;
    type Number = Number;

    fn as_object(&self) -> Option<Members<'v>> {
        match self.view() {
            View::Map(entries) => Some(Members(entries)),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'v>> {
        match self.view() {
            View::Array(items) => Some(Items(items)),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'v, str>> {
        match self.view() {
            View::Text(text) => Some(text.into()),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Number> {
        match self.view() {
            View::Int(it) => Some(it.into()),
            View::Long(it) => Some(it.into()),
            View::Unsigned(it) => Some(it.into()),
            View::Double(it) => Number::from_f64(it),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.view() {
            View::Bool(it) => Some(it),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.view(), View::Null)
    }

    fn json_type(&self) -> JsonType {
        match self.view() {
            View::Bool(_) => JsonType::Boolean,
            View::Int(_) | View::Long(_) | View::Unsigned(_) | View::Double(_) => JsonType::Number,
            View::Text(_) => JsonType::String,
            View::Array(_) => JsonType::Array,
            View::Map(_) => JsonType::Object,
            _ => JsonType::Null,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        match (self.view(), expected) {
            (View::Text(text), serde_json::Value::String(other)) => text == other,
            (View::Text(_), _) | (_, serde_json::Value::String(_)) => false,
            _ => cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'v, serde_json::Value> {
        Cow::Owned(match self.view() {
            View::Bool(it) => it.into(),
            View::Text(text) => text.into(),
            View::Array(items) => items.map(|it| Self::Value(it).to_value().into_owned()).collect(),
            View::Map(entries) => {
                let member = |(name, value): (ValueRef<'v>, _)| {
                    (name.as_str().unwrap_or_default().to_owned(), Self::Value(value).to_value().into_owned())
                };
                entries.map(member).collect()
            }
            _ => self.as_number().map_or(serde_json::Value::Null, serde_json::Value::Number),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(match self {
            Self::Value(value) => {
                let (arena, index) = value.place();
                NodeIdentity::tagged(arena, index as u32)
            }
            Self::Name(name) => NodeIdentity::new(name.as_ptr() as usize),
        })
    }
}

/// The members of an object.
#[derive(Debug)]
pub(super) struct Members<'v>(Entries<'v>);

impl<'v> Object<'v, Arena> for Members<'v> {
    type Node = Cursor<'v>;
    type MemberName = &'v str;
    type MembersIter = MembersIter<'v>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, key: &String) -> Option<Cursor<'v>> {
        self.members().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    fn members(&self) -> MembersIter<'v> {
        MembersIter(self.0)
    }
}

/// Goes through the members of an object.
#[derive(Debug)]
pub(super) struct MembersIter<'v>(Entries<'v>);

impl<'v> Iterator for MembersIter<'v> {
    type Item = (&'v str, Cursor<'v>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_str().unwrap_or_default(), Cursor::Value(value)))
    }
}

/// The items of an array.
#[derive(Debug)]
pub(super) struct Items<'v>(Elements<'v>);

impl<'v> Array<'v, Arena> for Items<'v> {
    type Node = Cursor<'v>;
    type ElementsIter = std::iter::Map<Elements<'v>, fn(ValueRef<'v>) -> Cursor<'v>>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> Self::ElementsIter {
        self.0.map(Cursor::Value)
    }
}

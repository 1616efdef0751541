//! A [`ValueRef`] as the validator sees it, so that no second tree is built for it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object, cmp};
use serde_json::Number;

use crate::value::{Elements, Entries, ValueRef, View};

/// The representation: values that were read from JSON (null, booleans, numbers, text, arrays, maps).
#[derive(Debug)]
pub(super) struct Arena;

/// Where the members of large objects are, filled on the first lookup: a payload of a million members times a schema of a
/// thousand properties shall not be a thousand million comparisons.
#[derive(Debug, Default)]
pub(super) struct Directory<'v>(RefCell<HashMap<usize, Vec<(&'v str, ValueRef<'v>)>>>);

/// Objects of more members are looked up in the directory.
const LARGE: usize = 64;

/// One JSON value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cursor<'v> {
    /// A value of the arena.
    Value(ValueRef<'v>, &'v Directory<'v>),
    /// A member's name, where `propertyNames` looks at it as a value.
    Name(&'v str),
}

impl Json for Arena {
    type Node<'v> = Cursor<'v>;
    type PreparedKey = String;
    type StringBuffer = ();

    /// A lookup goes through about half the members of a small object.
    const KEYS_PER_LOOKUP: usize = LARGE / 2;

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
            Self::Value(value, _) => value.view(),
            Self::Name(name) => View::Text(name),
        }
    }
}

impl<'v> Node<'v, Arena> for Cursor<'v> {
    type Object = Members<'v>;
    type Array = Items<'v>;
    type Number = Number;

    fn as_object(&self) -> Option<Members<'v>> {
        match self {
            Self::Value(value, directory) => match value.view() {
                View::Map(entries) => Some(Members { entries, object: value.place().1, directory }),
                _ => None,
            },
            Self::Name(_) => None,
        }
    }

    fn as_array(&self) -> Option<Items<'v>> {
        match self {
            Self::Value(value, directory) => match value.view() {
                View::Array(items) => Some(Items { items, directory }),
                _ => None,
            },
            Self::Name(_) => None,
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
        // Objects and arrays are built item by item; the depth of a payload is bounded before it comes here.
        Cow::Owned(match (self.as_object(), self.as_array(), self.view()) {
            (Some(object), ..) => object
                .members()
                .map(|(name, value)| (name.to_owned(), value.to_value().into_owned()))
                .collect(),
            (_, Some(array), _) => array.elements().map(|item| item.to_value().into_owned()).collect(),
            (.., View::Bool(it)) => it.into(),
            (.., View::Text(text)) => text.into(),
            _ => self.as_number().map_or(serde_json::Value::Null, serde_json::Value::Number),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(match self {
            Self::Value(value, _) => {
                let (arena, index) = value.place();
                NodeIdentity::tagged(arena, index as u32)
            }
            Self::Name(name) => NodeIdentity::new(name.as_ptr() as usize),
        })
    }
}

/// The members of an object.
#[derive(Debug)]
pub(super) struct Members<'v> {
    entries: Entries<'v>,
    /// The object's index in its arena.
    object: usize,
    directory: &'v Directory<'v>,
}

impl<'v> Object<'v, Arena> for Members<'v> {
    type Node = Cursor<'v>;
    type MemberName = &'v str;
    type MembersIter = MembersIter<'v>;

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn get(&self, key: &String) -> Option<Cursor<'v>> {
        if self.entries.len() <= LARGE {
            return self.members().find(|(name, _)| name == key).map(|(_, value)| value);
        }
        let mut known = self.directory.0.borrow_mut();
        let sorted = known.entry(self.object).or_insert_with(|| {
            let mut sorted: Vec<_> =
                self.entries.map(|(name, value)| (name.as_str().unwrap_or_default(), value)).collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            sorted
        });
        let at = sorted.binary_search_by_key(&key.as_str(), |(name, _)| *name).ok()?;
        sorted.get(at).map(|(_, value)| Cursor::Value(*value, self.directory))
    }

    fn members(&self) -> MembersIter<'v> {
        MembersIter { entries: self.entries, directory: self.directory }
    }
}

/// Goes through the members of an object.
#[derive(Debug)]
pub(super) struct MembersIter<'v> {
    entries: Entries<'v>,
    directory: &'v Directory<'v>,
}

impl<'v> Iterator for MembersIter<'v> {
    type Item = (&'v str, Cursor<'v>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.entries.next()?;
        Some((name.as_str().unwrap_or_default(), Cursor::Value(value, self.directory)))
    }
}

/// The items of an array.
#[derive(Debug)]
pub(super) struct Items<'v> {
    items: Elements<'v>,
    directory: &'v Directory<'v>,
}

impl<'v> Array<'v, Arena> for Items<'v> {
    type Node = Cursor<'v>;
    type ElementsIter = ItemsIter<'v>;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> ItemsIter<'v> {
        ItemsIter { items: self.items, directory: self.directory }
    }
}

/// Goes through the items of an array.
#[derive(Debug)]
pub(super) struct ItemsIter<'v> {
    items: Elements<'v>,
    directory: &'v Directory<'v>,
}

impl<'v> Iterator for ItemsIter<'v> {
    type Item = Cursor<'v>;

    fn next(&mut self) -> Option<Cursor<'v>> {
        self.items.next().map(|item| Cursor::Value(item, self.directory))
    }
}

//! A value of the arena as the validator sees it, so that no second tree is built for it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object, cmp};
use serde_json::Number;

use crate::value::{Plain, Value};

/// The representation: values that were read from JSON (null, booleans, numbers, text, arrays, maps).
#[derive(Debug)]
pub(super) struct Arena;

/// Where the members of large objects are, filled on the first lookup: a payload of a million members times a schema of a
/// thousand properties shall not be a thousand million comparisons.
#[derive(Debug, Default)]
pub(super) struct Directory<'v>(RefCell<HashMap<usize, Vec<(&'v str, usize)>>>);

/// Objects of more members are looked up in the directory.
const LARGE: usize = 64;

/// One JSON value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cursor<'v> {
    /// The value at a place of the arena.
    Value { value: &'v Value<'v>, index: usize, directory: &'v Directory<'v> },
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
    #[inline]
    fn plain(&self) -> Plain<'v, 'v> {
        match self {
            Self::Value { value, index, .. } => value.plain(*index),
            Self::Name(name) => Plain::Lent(name),
        }
    }

    /// The container's content, and how many items or members it has.
    #[inline]
    fn inside(&self, length: usize) -> Option<Inside<'v>> {
        match self {
            Self::Value { value, index, directory } => {
                Some(Inside { value, start: index + 1, length, directory })
            }
            Self::Name(_) => None,
        }
    }
}

impl<'v> Node<'v, Arena> for Cursor<'v> {
    type Object = Inside<'v>;
    type Array = Inside<'v>;
    type Number = Number;

    #[inline]
    fn as_object(&self) -> Option<Inside<'v>> {
        match self.plain() {
            Plain::Map(length) => self.inside(length),
            _ => None,
        }
    }

    #[inline]
    fn as_array(&self) -> Option<Inside<'v>> {
        match self.plain() {
            Plain::Array(length) => self.inside(length),
            _ => None,
        }
    }

    #[inline]
    fn as_string(&self) -> Option<Cow<'v, str>> {
        match self.plain() {
            Plain::Lent(text) | Plain::Own(text) => Some(text.into()),
            _ => None,
        }
    }

    #[inline]
    fn as_number(&self) -> Option<Number> {
        match self.plain() {
            Plain::Integer(it) => Some(it.into()),
            Plain::Unsigned(it) => Some(it.into()),
            Plain::Double(it) => Number::from_f64(it),
            _ => None,
        }
    }

    #[inline]
    fn as_boolean(&self) -> Option<bool> {
        match self.plain() {
            Plain::Bool(it) => Some(it),
            _ => None,
        }
    }

    #[inline]
    fn is_null(&self) -> bool {
        matches!(self.plain(), Plain::Null)
    }

    #[inline]
    fn is_string(&self) -> bool {
        matches!(self.plain(), Plain::Lent(_) | Plain::Own(_))
    }

    #[inline]
    fn is_number(&self) -> bool {
        matches!(self.plain(), Plain::Integer(_) | Plain::Unsigned(_) | Plain::Double(_))
    }

    #[inline]
    fn json_type(&self) -> JsonType {
        match self.plain() {
            Plain::Bool(_) => JsonType::Boolean,
            Plain::Integer(_) | Plain::Unsigned(_) | Plain::Double(_) => JsonType::Number,
            Plain::Lent(_) | Plain::Own(_) => JsonType::String,
            Plain::Array(_) => JsonType::Array,
            Plain::Map(_) => JsonType::Object,
            Plain::Null | Plain::Other => JsonType::Null,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        match (self.plain(), expected) {
            (Plain::Lent(text) | Plain::Own(text), serde_json::Value::String(other)) => text == other,
            (Plain::Lent(_) | Plain::Own(_), _) | (_, serde_json::Value::String(_)) => false,
            _ => cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'v, serde_json::Value> {
        // Objects and arrays are built item by item; the depth of a payload is bounded before it comes here.
        Cow::Owned(match (self.as_object(), self.as_array(), self.plain()) {
            (Some(object), ..) => object
                .members()
                .map(|(name, value)| (name.to_owned(), value.to_value().into_owned()))
                .collect(),
            (_, Some(array), _) => array.elements().map(|item| item.to_value().into_owned()).collect(),
            (.., Plain::Bool(it)) => it.into(),
            (.., Plain::Lent(text) | Plain::Own(text)) => text.into(),
            _ => self.as_number().map_or(serde_json::Value::Null, serde_json::Value::Number),
        })
    }

    #[inline]
    fn identity(&self) -> Option<NodeIdentity> {
        Some(match self {
            Self::Value { value, index, .. } => {
                NodeIdentity::tagged(std::ptr::from_ref(*value) as usize, *index as u32)
            }
            Self::Name(name) => NodeIdentity::new(name.as_ptr() as usize),
        })
    }
}

/// The content of an array or an object.
#[derive(Debug)]
pub(super) struct Inside<'v> {
    value: &'v Value<'v>,
    /// Where the first item or name is.
    start: usize,
    length: usize,
    directory: &'v Directory<'v>,
}

impl<'v> Object<'v, Arena> for Inside<'v> {
    type Node = Cursor<'v>;
    type MemberName = &'v str;
    type MembersIter = Walk<'v>;

    #[inline]
    fn len(&self) -> usize {
        self.length
    }

    fn get(&self, key: &String) -> Option<Cursor<'v>> {
        if self.length <= LARGE {
            return self.members().find(|(name, _)| name == key).map(|(_, value)| value);
        }
        let mut known = self.directory.0.borrow_mut();
        let sorted = known.entry(self.start).or_insert_with(|| {
            let mut walk = self.members();
            let mut sorted: Vec<_> = std::iter::from_fn(|| walk.step()).collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            sorted
        });
        let at = sorted.binary_search_by_key(&key.as_str(), |(name, _)| *name).ok()?;
        let (value, directory) = (self.value, self.directory);
        sorted.get(at).map(|(_, index)| Cursor::Value { value, index: *index, directory })
    }

    #[inline]
    fn members(&self) -> Walk<'v> {
        Walk { value: self.value, next: self.start, left: self.length, directory: self.directory }
    }
}

impl<'v> Array<'v, Arena> for Inside<'v> {
    type Node = Cursor<'v>;
    type ElementsIter = Items<'v>;

    #[inline]
    fn len(&self) -> usize {
        self.length
    }

    #[inline]
    fn elements(&self) -> Items<'v> {
        Items(Object::members(self))
    }
}

/// Goes through the members of an object.
#[derive(Debug)]
pub(super) struct Walk<'v> {
    value: &'v Value<'v>,
    next: usize,
    left: usize,
    directory: &'v Directory<'v>,
}

impl<'v> Walk<'v> {
    /// The next name, and where its value is.
    #[inline]
    fn step(&mut self) -> Option<(&'v str, usize)> {
        self.left = self.left.checked_sub(1)?;
        let name = match self.value.plain(self.next) {
            Plain::Lent(name) | Plain::Own(name) => name,
            _ => "",
        };
        let index = self.next + 1;
        self.next = self.value.behind(index);
        Some((name, index))
    }
}

impl<'v> Iterator for Walk<'v> {
    type Item = (&'v str, Cursor<'v>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (name, index) = self.step()?;
        Some((name, Cursor::Value { value: self.value, index, directory: self.directory }))
    }
}

/// Goes through the items of an array.
#[derive(Debug)]
pub(super) struct Items<'v>(Walk<'v>);

impl<'v> Iterator for Items<'v> {
    type Item = Cursor<'v>;

    #[inline]
    fn next(&mut self) -> Option<Cursor<'v>> {
        let Walk { value, next, left, directory } = &mut self.0;
        *left = left.checked_sub(1)?;
        let index = std::mem::replace(next, value.behind(*next));
        Some(Cursor::Value { value, index, directory })
    }
}

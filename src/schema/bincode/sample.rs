//! Values of a Rust type that between them take every option, item and variant; made by asking its `Deserialize`.
//!
//! Each run of [`Sampler`] makes one value. A run that finds out something new about the type (an alias, the number of
//! an enum's variants) is thrown away and repeated.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde::de::value::{StrDeserializer, U32Deserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

/// How deep a sample may nest.
const DEPTH: usize = 96;

/// What is known about a type, and which value of it comes next.
#[derive(Debug, Default)]
pub(super) struct Sampler {
    /// Of each enum: which variant comes next, and how many there are.
    pub(super) enums: BTreeMap<&'static str, Variants>,
    /// Of each struct: its fields, and the enums' state that led to it.
    pub(super) structs: BTreeMap<Place, Fields>,
    /// Leaves options and collections empty.
    pub(super) empty: bool,
    /// Leaves that field out, to see whether the type has a default for it.
    pub(super) without: Option<(Place, &'static str)>,
    /// Where that field was left out first.
    pub(super) left_out_at: Option<Vec<Step>>,
    /// The variant that each enum was at when the run began.
    start: BTreeMap<&'static str, u32>,
    path: Vec<Step>,
    open: Vec<&'static str>,
}

/// A struct, or a struct-like variant of an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) variant: Option<u32>,
}

/// What is known about an enum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Variants {
    pub(super) next: u32,
    /// At most that many: the names that serde gives, aliases among them, until a number turns out to be none.
    pub(super) count: u32,
}

/// What is known about a struct's fields.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// Names as serde gives them: the fields', mixed with their aliases.
    pub(super) names: &'static [&'static str],
    known: BTreeSet<&'static str>,
    pub(super) aliases: BTreeMap<&'static str, &'static str>,
    /// The variant that each enum was at when the run began in which the struct was met first.
    pub(super) reached: BTreeMap<&'static str, u32>,
}

/// One step into the JSON of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Field(&'static str),
    Item(usize),
    /// The one member of an object: a map's entry, or an enum's variant.
    Only,
}

/// Why a run gave no value.
#[derive(Debug)]
pub(super) enum Fault {
    /// Something new is known: run again.
    Again,
    /// A field came twice, or is missing, by its name.
    Duplicate(&'static str),
    Missing(&'static str),
    /// The type cannot be sampled.
    Failed(String),
}

impl Sampler {
    /// Whether every variant of every enum met so far has been given.
    pub(super) fn is_complete(&self) -> bool {
        self.enums.values().all(|it| it.next >= it.count)
    }

    /// Forgets where the last run stopped; the next one begins with the enums as they are now.
    pub(super) fn restart(&mut self) {
        self.start = self.enums.iter().map(|(name, it)| (*name, it.next)).collect();
        self.path.clear();
        self.open.clear();
        self.left_out_at = None;
    }

    fn enter(&mut self, name: &'static str) -> Result<(), Fault> {
        if self.open.len() >= DEPTH {
            return Err(Fault::Failed(format!("`{name}` nests without end: trace it from values instead")));
        }
        self.open.push(name);
        Ok(())
    }

    /// Inside a type that is inside itself, or where nothing is wanted, collections are empty.
    fn is_empty_here(&self) -> bool {
        let again = |name: &&str| self.open.iter().filter(|it| *it == name).count() > 1;
        self.empty || self.open.iter().any(again)
    }

    fn inside<T>(&mut self, step: Step, run: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.path.push(step);
        let result = run(self);
        self.path.pop();
        result
    }

    fn fields<'de, V: Visitor<'de>>(
        &mut self,
        place: Place,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        // An enum's variant is inside the enum already.
        if place.variant.is_none() {
            self.enter(place.name)?;
        }
        let reached = &self.start;
        let new = || Fields { names, reached: reached.clone(), ..Fields::default() };
        let fields = self.structs.entry(place).or_insert_with(new);
        // Fields that are known come first, so that it is the alias that comes as a duplicate.
        let (mut keys, rest): (Vec<&'static str>, Vec<&'static str>) =
            names.iter().partition(|it| fields.known.contains(**it));
        keys.extend(rest.into_iter().filter(|it| !fields.aliases.contains_key(it)));
        if let Some((_, name)) = self.without.filter(|(it, _)| *it == place) {
            keys.retain(|it| *it != name);
            let path = &self.path;
            self.left_out_at.get_or_insert_with(|| [path, &[Step::Field(name)][..]].concat());
        }
        let mut last = "";
        let result = visitor.visit_map(Keys { sampler: self, keys: keys.into_iter(), last: &mut last });
        if place.variant.is_none() {
            self.open.pop();
        }
        match result {
            Err(Fault::Duplicate(field)) => {
                let fields = self.structs.entry(place).or_default();
                let new = match field == last {
                    true => fields.known.insert(field),
                    false => fields.aliases.insert(last, field).is_none(),
                };
                let message = || format!("`{}` takes its field `{field}` for another one", place.name);
                Err(if new { Fault::Again } else { Fault::Failed(message()) })
            }
            result => result,
        }
    }
}

/// The fields of a struct as a map.
struct Keys<'s, 'k> {
    sampler: &'s mut Sampler,
    keys: std::vec::IntoIter<&'static str>,
    last: &'k mut &'static str,
}

impl<'de> MapAccess<'de> for Keys<'_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(key) = self.keys.next() else { return Ok(None) };
        *self.last = key;
        seed.deserialize(StrDeserializer::<Fault>::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        self.sampler.inside(Step::Field(self.last), |sampler| seed.deserialize(sampler))
    }
}

/// Items, or one map entry, each made anew.
struct Items<'s> {
    sampler: &'s mut Sampler,
    given: usize,
    length: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.given == self.length {
            return Ok(None);
        }
        self.given += 1;
        self.sampler.inside(Step::Item(self.given - 1), |sampler| seed.deserialize(sampler)).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        if self.given == self.length {
            return Ok(None);
        }
        self.given += 1;
        seed.deserialize(&mut *self.sampler).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        self.sampler.inside(Step::Only, |sampler| seed.deserialize(sampler))
    }
}

/// A variant of an enum, by its number.
struct Chosen<'s> {
    sampler: &'s mut Sampler,
    place: Place,
}

impl<'de> EnumAccess<'de> for Chosen<'_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let index = self.place.variant.unwrap_or_default();
        match seed.deserialize(U32Deserializer::<Fault>::new(index)) {
            Ok(value) => Ok((value, self)),
            Err(fault) if index == 0 => Err(fault),
            Err(_) => {
                let variants = self.sampler.enums.entry(self.place.name).or_default();
                variants.count = variants.count.min(index);
                Err(Fault::Again)
            }
        }
    }
}

impl<'de> VariantAccess<'de> for Chosen<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        self.sampler.inside(Step::Only, |sampler| seed.deserialize(sampler))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.sampler.inside(Step::Only, |sampler| visitor.visit_seq(Items { sampler, given: 0, length }))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let place = self.place;
        self.sampler.inside(Step::Only, |sampler| sampler.fields(place, fields, visitor))
    }
}

/// Each method answers with a value that most types accept: 1 is no zero, 16 bytes are a UUID.
macro_rules! answer {
    ($($method:ident => $visit:ident($($value:expr)?)),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit($($value)?)
        }
    )+};
}

impl<'de> Deserializer<'de> for &mut Sampler {
    type Error = Fault;

    answer! {
        deserialize_bool => visit_bool(true),
        deserialize_i8 => visit_i8(1),
        deserialize_i16 => visit_i16(1),
        deserialize_i32 => visit_i32(1),
        deserialize_i64 => visit_i64(1),
        deserialize_i128 => visit_i128(1),
        deserialize_u8 => visit_u8(1),
        deserialize_u16 => visit_u16(1),
        deserialize_u32 => visit_u32(1),
        deserialize_u64 => visit_u64(1),
        deserialize_u128 => visit_u128(1),
        deserialize_f32 => visit_f32(1.0),
        deserialize_f64 => visit_f64(1.0),
        deserialize_char => visit_char('1'),
        deserialize_str => visit_borrowed_str("1"),
        deserialize_string => visit_borrowed_str("1"),
        deserialize_bytes => visit_borrowed_bytes(&[1; 16]),
        deserialize_byte_buf => visit_borrowed_bytes(&[1; 16]),
        deserialize_unit => visit_unit(),
        deserialize_ignored_any => visit_unit(),
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Fault> {
        let message = "the type asks the bytes what they are (`untagged`, `tag`, or a value of any type); bincode's do not say";
        Err(Fault::Failed(message.into()))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Fault> {
        let message = "the type takes its fields from a map (`flatten`); bincode writes no names";
        Err(Fault::Failed(message.into()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_empty_here() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.enter(name)?;
        let result = visitor.visit_newtype_struct(&mut *self);
        self.open.pop();
        result
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let length = usize::from(!self.is_empty_here());
        visitor.visit_seq(Items { sampler: self, given: 0, length })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Items { sampler: self, given: 0, length })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.enter(name)?;
        let result = visitor.visit_seq(Items { sampler: self, given: 0, length });
        self.open.pop();
        result
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let length = usize::from(!self.is_empty_here());
        visitor.visit_map(Items { sampler: self, given: 0, length })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.fields(Place { name, variant: None }, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        // An enum inside itself takes another variant than around it, so that it ends. Variants that come where
        // collections are empty do not show all of themselves, and do not count.
        let around = self.open.iter().filter(|it| **it == name).count() as u32;
        let counts = around == 0 && !self.is_empty_here();
        self.enter(name)?;
        let start = Variants { next: 0, count: names.len() as u32 };
        let variants = self.enums.entry(name).or_insert(start);
        let index = match counts {
            true => variants.next % variants.count.max(1),
            false => around.min(variants.count.saturating_sub(1)),
        };
        variants.next = variants.next.saturating_add(u32::from(counts));
        let place = Place { name, variant: Some(index) };
        let result = visitor.visit_enum(Chosen { sampler: self, place });
        self.open.pop();
        result
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

impl serde::de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::Failed(message.to_string())
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Duplicate(field)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Again => f.write_str("the type is not known well enough yet"),
            Self::Duplicate(field) => write!(f, "the field `{field}` comes twice"),
            Self::Missing(field) => write!(f, "the field `{field}` is missing"),
            Self::Failed(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Fault {}

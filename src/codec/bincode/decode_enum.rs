//! The variant that a payload has, for serde.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, VariantAccess, Visitor};

use super::decode::Typed;
use super::fault::Fault;
use super::input::Input;
use super::plan::{Content, Index, Plan, Step, VariantStep};
use super::skip::skip;
use crate::codec::DecodeErrorKind;

/// A variant whose number is read, and whose content comes next.
pub(super) struct VariantOf<'p, 'i, 'de> {
    pub(super) plan: &'p Plan,
    pub(super) input: &'i mut Input<'de>,
    pub(super) variant: &'p VariantStep,
    /// The names that the type knows.
    pub(super) names: Option<&'static [&'static str]>,
}

impl<'p, 'i, 'de> VariantOf<'p, 'i, 'de> {
    /// Shows it to a type that did not ask for an enum.
    pub(super) fn visit_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.variant.content {
            Content::Unit => visitor.visit_str(&self.variant.name.text),
            _ => visitor.visit_map(Only { variant: Some(self), named: false }),
        }
    }

    fn at(self, index: Index) -> Typed<'p, 'i, 'de> {
        Typed { plan: self.plan, input: self.input, index }
    }

    fn name(&self) -> &'p str {
        &self.variant.name.text
    }

    #[cold]
    fn mismatch(&self, wanted: &str) -> Fault {
        let message = format!("the variant `{}` is no {wanted} in the writer's layout", self.name());
        self.input.error(DecodeErrorKind::Type, message)
    }
}

impl<'de> EnumAccess<'de> for VariantOf<'_, '_, 'de> {
    type Error = Fault;
    type Variant = Self;

    /// Always by name: numbers mean another variant as soon as the type's variants move.
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let name = seed.deserialize(StrDeserializer::<Fault>::new(self.name()));
        name.map(|name| (name, self)).map_err(|error| error.of_kind(DecodeErrorKind::Unresolvable))
    }
}

impl<'de> VariantAccess<'de> for VariantOf<'_, '_, 'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.variant.content {
            Content::Unit => Ok(()),
            // Only the variant that stands for all unknown ones (`other`) may drop a content.
            _ if self.names.is_some_and(|names| names.contains(&self.name())) => {
                Err(self.mismatch("unit variant"))
            }
            Content::Newtype(index) | Content::Tuple(index) | Content::Struct(index) => {
                let name = self.name();
                skip(self.plan, self.input, index).map_err(|error| error.inside(name))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let name = self.name();
        match self.variant.content {
            Content::Unit => Err(self.mismatch("newtype variant")),
            Content::Newtype(index) | Content::Tuple(index) | Content::Struct(index) => {
                seed.deserialize(self.at(index)).map_err(|error| error.inside(name))
            }
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        let name = self.name();
        match self.variant.content {
            Content::Newtype(index) | Content::Tuple(index) => {
                self.at(index).deserialize_tuple(length, visitor).map_err(|error| error.inside(name))
            }
            _ => Err(self.mismatch("tuple variant")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let name = self.name();
        match self.variant.content {
            Content::Newtype(index) | Content::Struct(index) => {
                let content = self.at(index);
                let result = match content.plan.step(index) {
                    Step::Struct(step) => content.fields(step, Some(fields), visitor),
                    _ => content.deserialize_any(visitor),
                };
                result.map_err(|error| error.inside(name))
            }
            _ => Err(self.mismatch("struct variant")),
        }
    }
}

/// A variant as a map of one entry: its name, and its content.
struct Only<'p, 'i, 'de> {
    variant: Option<VariantOf<'p, 'i, 'de>>,
    named: bool,
}

impl<'de> MapAccess<'de> for Only<'_, '_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        match &self.variant {
            Some(variant) if !self.named => {
                self.named = true;
                seed.deserialize(StrDeserializer::<Fault>::new(variant.name())).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        match self.variant.take() {
            Some(variant) => variant.newtype_variant_seed(seed),
            None => Err(Fault::custom("the type asks for a value without a key")),
        }
    }
}

//! Rust enums: a unit variant for a symbol of an Avro enum, a variant of any shape for a branch of a union.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};

use super::NodeDeserializer;
use crate::codec::DecodeErrorKind;
use crate::codec::avro::fault::{Fault, list};
use crate::codec::avro::plan::{Node, TypeNames};

/// A Rust enum from any node.
///
/// A union's branch is the variant of its name; where no variant has that name, the branch's own value may be one (an Avro enum inside the union).
pub(super) fn deserialize<'de, V: Visitor<'de>>(
    this: NodeDeserializer<'_, 'de, '_>,
    name: &'static str,
    variants: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, Fault> {
    let NodeDeserializer { decoder, mut node } = this;
    let plan = decoder.plan;
    if let Node::Union(union) = node {
        node = Node::Chosen(decoder.branch(union)?);
    }
    if let Node::Chosen(branch) = node {
        let branch = plan.branch(branch);
        node = branch.node;
        if let Some(variant) = variant_for(variants, branch.names) {
            return visitor.visit_enum(Variant { this: NodeDeserializer::new(decoder, node), variant });
        }
    }
    match node {
        Node::Enum(number) => {
            visitor.visit_enum(BorrowedStrDeserializer::new(decoder.symbol(number)?.name.text))
        }
        Node::String => visitor.visit_enum(BorrowedStrDeserializer::new(decoder.text()?)),
        Node::Unresolvable(number) => Err(decoder.unresolvable(number)),
        _ => match variant_for(variants, plan.names(node)) {
            Some(variant) => {
                visitor.visit_enum(Variant { this: NodeDeserializer::new(decoder, node), variant })
            }
            None => {
                let has = plan.names(node).full;
                let message = format!(
                    "the schema has `{has}` here; the Rust enum `{name}` has no variant of that name, but {}",
                    list(variants)
                );
                Err(decoder.fault(DecodeErrorKind::Type, message))
            }
        },
    }
}

/// The variant that a type's name means: the very name first, then the only one that differs in case alone (`Long` for `long`).
fn variant_for(variants: &'static [&'static str], names: TypeNames) -> Option<&'static str> {
    if let Some(exact) = variants.iter().find(|it| names.are(it)) {
        return Some(exact);
    }
    let mut alike = variants.iter().filter(|it| names.resemble(it));
    match (alike.next(), alike.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// A branch of a union as a variant.
struct Variant<'a, 'de, 'p> {
    this: NodeDeserializer<'a, 'de, 'p>,
    variant: &'static str,
}

impl<'de, 'a, 'p> EnumAccess<'de> for Variant<'a, 'de, 'p> {
    type Error = Fault;
    type Variant = NodeDeserializer<'a, 'de, 'p>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), Fault> {
        let value = seed.deserialize(BorrowedStrDeserializer::new(self.variant))?;
        Ok((value, self.this))
    }
}

impl<'de> VariantAccess<'de> for NodeDeserializer<'_, 'de, '_> {
    type Error = Fault;

    /// A variant without content takes nothing of the branch's value.
    fn unit_variant(self) -> Result<(), Fault> {
        self.decoder.skip(self.node)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}

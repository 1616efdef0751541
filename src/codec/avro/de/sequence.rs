//! Arrays, maps, and whatever else Rust types take one by one.

use std::marker::PhantomData;

use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::{NodeDeserializer, record};
use crate::codec::DecodeErrorKind;
use crate::codec::avro::blocks::Blocks;
use crate::codec::avro::fault::Fault;
use crate::codec::avro::item::{
    AnyItem, DoubleItem, FloatAsDoubleItem, FloatItem, IntAsLongItem, IntItem, Item, LongItem, StringItem,
};
use crate::codec::avro::plan::Node;
use crate::codec::avro::read::Decoder;

/// A sequence from any node that can be one; a tuple's length is checked.
pub(super) fn any<'de, V: Visitor<'de>>(
    this: NodeDeserializer<'_, 'de, '_>,
    length: Option<usize>,
    visitor: V,
) -> Result<V::Value, Fault> {
    let NodeDeserializer { decoder, node } = this;
    let bytes = match node {
        Node::Array(number) => return array(decoder, number, length, visitor),
        Node::Record(number) => return record::positions(decoder, number, length, visitor),
        Node::Unresolvable(number) => return Err(decoder.unresolvable(number)),
        Node::Bytes => decoder.bytes()?,
        Node::Fixed(size) => decoder.take(size as usize, "a fixed")?,
        Node::UuidFixed => decoder.take(16, "a UUID")?,
        Node::Duration => decoder.take(12, "a duration")?,
        Node::Decimal(number) => decoder.decimal_bytes(number)?,
        _ => return Err(NodeDeserializer { decoder, node }.mismatch("a sequence")),
    };
    // `Vec<u8>` and `[u8; N]` ask for their bytes one by one.
    if length.is_some_and(|length| length != bytes.len()) {
        let message =
            format!("the value has {} bytes, the Rust type takes {}", bytes.len(), length.unwrap_or(0));
        return Err(decoder.fault(DecodeErrorKind::Type, message));
    }
    let mut access = SeqDeserializer::<_, Fault>::new(bytes.iter().copied());
    visitor.visit_seq(&mut access)
}

/// An array. The kind of a primitive item is settled here, once, rather than for every item.
pub(super) fn array<'de, V: Visitor<'de>>(
    decoder: &mut Decoder<'de, '_>,
    number: u32,
    length: Option<usize>,
    visitor: V,
) -> Result<V::Value, Fault> {
    match decoder.plan.item(number) {
        Node::Int => items::<IntItem, V>(decoder, Node::Int, length, visitor),
        Node::Long => items::<LongItem, V>(decoder, Node::Long, length, visitor),
        Node::Float => items::<FloatItem, V>(decoder, Node::Float, length, visitor),
        Node::Double => items::<DoubleItem, V>(decoder, Node::Double, length, visitor),
        Node::FloatAsDouble => items::<FloatAsDoubleItem, V>(decoder, Node::FloatAsDouble, length, visitor),
        Node::IntAsLong => items::<IntAsLongItem, V>(decoder, Node::IntAsLong, length, visitor),
        Node::String => items::<StringItem, V>(decoder, Node::String, length, visitor),
        item => items::<AnyItem, V>(decoder, item, length, visitor),
    }
}

fn items<'de, I: Item, V: Visitor<'de>>(
    decoder: &mut Decoder<'de, '_>,
    item: Node,
    length: Option<usize>,
    visitor: V,
) -> Result<V::Value, Fault> {
    decoder.enter()?;
    let mut blocks = Blocks::default();
    // The first header is read before the visitor asks how much room to make.
    let more = blocks.open(decoder)?;
    let mut access = Items::<I> { decoder, item, blocks, left: 0, more, kind: PhantomData };
    let value = visitor.visit_seq(&mut access)?;
    access.finish(length)?;
    decoder.leave();
    Ok(value)
}

struct Items<'a, 'de, 'p, I> {
    decoder: &'a mut Decoder<'de, 'p>,
    item: Node,
    blocks: Blocks,
    /// Items of the open block that are still to come, and whose memory is paid for.
    left: usize,
    more: bool,
    kind: PhantomData<I>,
}

impl<I> Items<'_, '_, '_, I> {
    /// The array must end where the visitor stopped.
    fn finish(&mut self, length: Option<usize>) -> Result<(), Fault> {
        if self.left == 0 && self.more {
            self.more = self.blocks.open(self.decoder)?;
        }
        if self.left == 0 && !self.more {
            return Ok(());
        }
        let takes = length.unwrap_or(self.place());
        let message = format!("the array has more items than the {takes} that the Rust type takes");
        Err(self.decoder.fault(DecodeErrorKind::Type, message))
    }

    /// The place of the next item in the array.
    fn place(&self) -> usize {
        self.blocks.seen - self.left
    }

    #[cold]
    fn failed(&self, fault: Fault) -> Fault {
        fault.at(self.decoder.offset()).inside_item(self.place())
    }
}

impl<I: Item> Items<'_, '_, '_, I> {
    /// Between blocks: the next header, and the memory that its items will take, `size` each; `false` at the end of the array.
    #[inline(never)]
    fn refill(&mut self, size: usize) -> Result<bool, Fault> {
        if self.more {
            self.more = self.blocks.open(self.decoder)?;
        }
        if !self.more {
            return Ok(false);
        }
        self.left = self.blocks.take();
        if I::node(self.item) == Node::String {
            self.decoder.look_ahead(self.left);
        }
        // Records pay for themselves.
        if !matches!(I::node(self.item), Node::Record(_)) {
            self.decoder.spend_bytes(self.left.saturating_mul(size))?;
        }
        Ok(true)
    }
}

impl<'de, I: Item> SeqAccess<'de> for Items<'_, 'de, '_, I> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.left == 0 && !self.refill(size_of::<T::Value>())? {
            return Ok(None);
        }
        match seed.deserialize(NodeDeserializer::new(self.decoder, I::node(self.item))) {
            Ok(value) => {
                self.left -= 1;
                Ok(Some(value))
            }
            Err(fault) => Err(self.failed(fault)),
        }
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some((self.left + self.blocks.left).min(self.decoder.remaining()))
    }
}

/// A map, entry by entry.
pub(super) fn map<'de, V: Visitor<'de>>(
    decoder: &mut Decoder<'de, '_>,
    number: u32,
    visitor: V,
) -> Result<V::Value, Fault> {
    decoder.enter()?;
    let value_node = decoder.plan.item(number);
    let mut blocks = Blocks::default();
    let more = blocks.open(decoder)?;
    let mut access = MapEntries { decoder, value: value_node, blocks, key: "", more };
    access.look_ahead();
    let value = visitor.visit_map(&mut access)?;
    // A visitor that stopped early leaves entries, which are passed over.
    while access.next_key::<serde::de::IgnoredAny>()?.is_some() {
        access.next_value::<serde::de::IgnoredAny>()?;
    }
    decoder.leave();
    Ok(value)
}

/// The entries of a map.
struct MapEntries<'a, 'de, 'p> {
    decoder: &'a mut Decoder<'de, 'p>,
    value: Node,
    blocks: Blocks,
    key: &'de str,
    more: bool,
}

impl MapEntries<'_, '_, '_> {
    /// Between blocks: the next header; `false` at the end of the map.
    #[inline(never)]
    fn refill(&mut self) -> Result<bool, Fault> {
        if self.more {
            self.more = self.blocks.open(self.decoder)?;
            self.look_ahead();
        }
        Ok(self.more)
    }

    fn look_ahead(&mut self) {
        if self.value == Node::String {
            self.decoder.look_ahead(self.blocks.left.saturating_mul(2));
        }
    }
}

impl<'de> MapAccess<'de> for MapEntries<'_, 'de, '_> {
    type Error = Fault;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        if self.blocks.left == 0 && !self.refill()? {
            return Ok(None);
        }
        self.decoder.spend_bytes(size_of::<K::Value>())?;
        self.key = self.decoder.text()?;
        seed.deserialize(serde::de::value::BorrowedStrDeserializer::new(self.key)).map(Some)
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        self.decoder.spend_bytes(size_of::<T::Value>())?;
        match seed.deserialize(NodeDeserializer::new(self.decoder, self.value)) {
            Ok(value) => {
                self.blocks.advance();
                Ok(value)
            }
            Err(fault) => Err(fault.at(self.decoder.offset()).inside_entry(self.key)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.blocks.hint(self.decoder)
    }
}

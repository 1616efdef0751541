//! Sequences and tuples as arrays, as bytes, and as records by the order of their fields.

use serde::ser::{Serialize, SerializeSeq, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant};

use super::leaf::wrong_size;
use super::record::Fields;
use super::{Encoder, NodeSerializer};
use crate::codec::EncodeErrorKind;
use crate::codec::avro::fault::Refusal;
use crate::codec::avro::item::{AnyItem, DoubleItem, FloatItem, IntItem, Item, LongItem};
use crate::codec::avro::plan::Node;
use crate::codec::avro::write::Block;

/// A sequence that is being written.
pub(in crate::codec::avro) enum Sequence<'a, 'o, 'p> {
    Items {
        encoder: &'a mut Encoder<'o, 'p>,
        item: Node,
        block: Block,
        count: usize,
    },
    /// Bytes one by one, as `Vec<u8>` and `[u8; N]` give them; their number is the block's.
    Bytes {
        encoder: &'a mut Encoder<'o, 'p>,
        block: Block,
        count: usize,
    },
    /// The same for a fixed, whose number is known.
    Fixed {
        encoder: &'a mut Encoder<'o, 'p>,
        size: u32,
        count: usize,
    },
    Positions(Fields<'a, 'o, 'p>),
}

impl<'a, 'o, 'p> Sequence<'a, 'o, 'p> {
    /// Begins a sequence of that many items, or of a number not known yet.
    pub(super) fn begin(this: NodeSerializer<'a, 'o, 'p>, length: Option<usize>) -> Result<Self, Refusal> {
        let plan = this.encoder.plan;
        let size = match this.node {
            Node::Array(number) => {
                let encoder = this.encoder;
                encoder.enter()?;
                let item = plan.item(number);
                let block = Block::begin(encoder.out, length);
                return Ok(Self::Items { encoder, item, block, count: 0 });
            }
            Node::Record(number) => {
                this.encoder.enter()?;
                return Ok(Self::Positions(Fields::begin(this.encoder, number)));
            }
            Node::Bytes => None,
            Node::Decimal(number) => plan.decimal(number).size,
            Node::Fixed(size) => Some(size),
            Node::UuidFixed => Some(16),
            Node::Duration => Some(12),
            _ => return Err(this.mismatch("a sequence")),
        };
        let encoder = this.encoder;
        Ok(match size {
            Some(size) => Self::Fixed { encoder, size, count: 0 },
            None => {
                let block = Block::begin(encoder.out, length);
                Self::Bytes { encoder, block, count: 0 }
            }
        })
    }
}

impl Sequence<'_, '_, '_> {
    /// Writes all items and the end. The kind of a primitive item is settled here, once, rather than for every item.
    pub(super) fn collect<T: Serialize>(mut self, items: impl Iterator<Item = T>) -> Result<(), Refusal> {
        if let Self::Items { encoder, item, count, .. } = &mut self {
            *count = match *item {
                Node::Int => each::<IntItem, T>(encoder, *item, items),
                Node::Long => each::<LongItem, T>(encoder, *item, items),
                Node::Float => each::<FloatItem, T>(encoder, *item, items),
                Node::Double => each::<DoubleItem, T>(encoder, *item, items),
                _ => each::<AnyItem, T>(encoder, *item, items),
            }?;
        } else {
            for item in items {
                SerializeSeq::serialize_element(&mut self, &item)?;
            }
        }
        SerializeSeq::end(self)
    }
}

/// Writes the items of an array; how many they were.
fn each<I: Item, T: Serialize>(
    encoder: &mut Encoder<'_, '_>,
    node: Node,
    items: impl Iterator<Item = T>,
) -> Result<usize, Refusal> {
    let mut count = 0;
    for item in items {
        match item.serialize(NodeSerializer::new(encoder, I::node(node))) {
            Ok(()) => count += 1,
            Err(refusal) => return Err(refusal.inside_item(count)),
        }
    }
    Ok(count)
}

impl SerializeSeq for Sequence<'_, '_, '_> {
    type Ok = ();
    type Error = Refusal;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        match self {
            Self::Items { encoder, item, count, .. } => {
                match value.serialize(NodeSerializer::new(encoder, *item)) {
                    Ok(()) => {
                        *count += 1;
                        Ok(())
                    }
                    Err(refusal) => Err(refusal.inside_item(*count)),
                }
            }
            Self::Bytes { encoder, count, .. } | Self::Fixed { encoder, count, .. } => {
                byte(encoder, value).map_err(|refusal| refusal.inside_item(*count))?;
                *count += 1;
                Ok(())
            }
            Self::Positions(fields) => fields.put_in_order(value),
        }
    }

    fn end(self) -> Result<(), Refusal> {
        match self {
            Self::Items { encoder, block, count, .. } => {
                block.end(encoder.out, count);
                encoder.out.push(0);
                encoder.leave();
                Ok(())
            }
            Self::Bytes { encoder, block, count } => {
                block.end(encoder.out, count);
                if count == 0 {
                    // A block of none has no header, bytes of length none have.
                    encoder.out.push(0);
                }
                Ok(())
            }
            Self::Fixed { size, count, .. } if size as usize == count => Ok(()),
            Self::Fixed { size, count, .. } => Err(wrong_size(count, size)),
            Self::Positions(fields) => fields.finish(),
        }
    }
}

/// One item as one byte: written as an int behind the others, and taken for what it is.
fn byte<T: Serialize + ?Sized>(encoder: &mut Encoder<'_, '_>, value: &T) -> Result<(), Refusal> {
    let start = encoder.out.len();
    value.serialize(NodeSerializer::new(encoder, Node::Int))?;
    let zigzag = match encoder.out.get(start..) {
        Some([low]) => u32::from(*low),
        Some([low, high]) => u32::from(low & 0x7f) | u32::from(*high) << 7,
        _ => u32::MAX,
    };
    encoder.out.truncate(start);
    // An even zigzag number is not negative.
    match u8::try_from(zigzag / 2) {
        Ok(byte) if zigzag % 2 == 0 => {
            encoder.out.push(byte);
            Ok(())
        }
        _ => Err(Refusal::new(EncodeErrorKind::Value, "a byte is a number from 0 to 255")),
    }
}

impl SerializeTuple for Sequence<'_, '_, '_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Refusal> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleStruct for Sequence<'_, '_, '_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Refusal> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleVariant for Sequence<'_, '_, '_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Refusal> {
        SerializeSeq::end(self)
    }
}

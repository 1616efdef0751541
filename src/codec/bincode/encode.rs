//! Writing a Rust type: serde beside the layout, which every part of the value has to fit.
//!
//! A type whose own layout is another one than the schema's is an error with the path to the field, never bytes that
//! carry the id of a schema that did not write them. What fits exactly is written as the layout says: a narrower
//! integer, a variant by its name, a value where the layout has an option of it.

use serde::Serialize;
use serde::ser::Serializer;

use super::encode_access::{Ending, Entries, Fields, Items, List};
use super::encode_number::{Whole, write_float, write_whole};
use super::fault::Refusal;
use super::output::Output;
use super::plan::{Content, Enum, Index, Plan, Step};
use crate::codec::EncodeErrorKind;
use crate::schema::bincode::{Logical, Number};

/// What the names of all logical newtypes begin with.
const LOGICAL: &str = "schemawire::";

/// A place in the payload that one value belongs to.
#[derive(Debug)]
pub(super) struct Typed<'p, 'w, 'o> {
    pub(super) plan: &'p Plan,
    pub(super) output: &'w mut Output<'o>,
    pub(super) step: &'p Step,
}

impl<'p, 'w, 'o> Typed<'p, 'w, 'o> {
    /// The step of a value that is no option and no newtype itself, and how many levels below it stands.
    #[inline]
    fn settle(&mut self) -> Result<(&'p Step, usize), Refusal> {
        match self.step {
            Step::Option { .. } | Step::Newtype(_) => self.settle_inside(),
            step => Ok((step, 0)),
        }
    }

    #[inline(never)]
    fn settle_inside(&mut self) -> Result<(&'p Step, usize), Refusal> {
        let mut levels = 0;
        loop {
            match self.step {
                Step::Option { inner, .. } => {
                    self.output.byte(1);
                    self.step = self.plan.step(*inner);
                }
                Step::Newtype(inner) => self.step = self.plan.step(*inner),
                step => return Ok((step, levels)),
            }
            levels += 1;
            self.output.check_depth(levels)?;
        }
    }

    /// The step of a value without content.
    #[inline]
    fn scalar(&mut self) -> Result<&'p Step, Refusal> {
        self.settle().map(|(step, _)| step)
    }

    /// Writes what is inside, one level down.
    #[inline]
    fn inside<T: Serialize + ?Sized>(self, index: Index, value: &T) -> Result<(), Refusal> {
        let Typed { plan, output, .. } = self;
        output.descend(1)?;
        value.serialize(Typed { plan, output: &mut *output, step: plan.step(index) })?;
        output.ascend(1);
        Ok(())
    }

    #[inline(never)]
    fn whole(mut self, value: Whole) -> Result<(), Refusal> {
        match self.scalar()? {
            Step::Number { wire, .. } => write_whole(self.output, *wire, value),
            step => Err(unfit(step, "a whole number")),
        }
    }

    /// Opens a sequence or tuple; `length` where it is known.
    #[inline]
    fn items(mut self, length: Option<usize>) -> Result<Items<'p, 'w, 'o>, Refusal> {
        let (step, levels) = self.settle()?;
        let Typed { plan, output, .. } = self;
        let (list, open) = match step {
            Step::Seq(items) => {
                // Bytes are not counted as items, neither here nor by the reader.
                if let (Some(length), false) = (length, items.octets) {
                    output.claim(length)?;
                }
                (List::Same(plan.step(items.item)), !items.octets)
            }
            Step::Bytes => (List::Same(plan.step(plan.octet)), false),
            Step::Array { items, length } => {
                output.claim((*length).max(1))?;
                (List::Fixed(plan.step(items.item), *length), false)
            }
            Step::Tuple(items) => {
                output.claim(usize::from(items.is_empty()))?;
                (List::Each(items), false)
            }
            step => return Err(unfit(step, "a sequence")),
        };
        let prefix = matches!(step, Step::Seq(_) | Step::Bytes);
        if let (Some(length), true) = (length, prefix) {
            output.length(length);
        }
        output.descend(levels + 1)?;
        let ending = match (prefix, length) {
            (false, _) => Ending::Known,
            (true, Some(length)) => Ending::Promised(length),
            (true, None) => Ending::Counted { start: output.position(), claim: open },
        };
        Ok(Items { plan, output, list, given: 0, ending, levels: levels + 1 })
    }

    /// Opens a struct; its fields have to come in the layout's order.
    #[inline]
    fn fields(mut self) -> Result<Fields<'p, 'w, 'o>, Refusal> {
        match self.settle()? {
            (Step::Struct(step), levels) => Fields::open(self.plan, self.output, step, levels + 1),
            (step, _) => Err(unfit(step, "a struct")),
        }
    }

    /// Writes the number of a variant, and gives its content and how many levels below it stands.
    #[inline]
    fn variant(&mut self, number: u32, name: &'static str) -> Result<(Content, usize), Refusal> {
        let (step, levels) = self.settle()?;
        let Step::Enum(step) = step else { return Err(unfit(step, "an enum")) };
        let (number, content) = find(step, number, name)?;
        self.output.u32(number);
        Ok((content, levels + 1))
    }
}

/// A variant by its name; the type's number for it is tried first.
fn find(step: &Enum, number: u32, name: &'static str) -> Result<(u32, Content), Refusal> {
    if let Some(variant) = step.variants.get(number as usize).filter(|it| it.name.is(name)) {
        return Ok((number, variant.content));
    }
    let found = step.variants.iter().enumerate().find(|(_, it)| *it.name.text == *name);
    found.map(|(number, it)| (number as u32, it.content)).ok_or_else(|| {
        Refusal::new(EncodeErrorKind::Value, format!("the layout's enum has no variant `{name}`"))
    })
}

#[cold]
fn unfit(step: &Step, value: &str) -> Refusal {
    let message = format!("the layout has {} here, the value is {value}", step.describe());
    Refusal::new(EncodeErrorKind::Type, message)
}

#[cold]
fn another_shape(name: &str) -> Refusal {
    let message = format!("the variant `{name}` has another shape in the layout");
    Refusal::new(EncodeErrorKind::Type, message)
}

macro_rules! whole {
    ($($method:ident($type:ty) $number:ident => $write:ident $(, $through:ident)?;)+) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<(), Refusal> {
            match self.step {
                Step::Number { wire: Number::$number, .. } => {
                    self.output.$write(value$(.$through())?);
                    Ok(())
                }
                _ => self.whole(Whole::Within(value.into())),
            }
        }
    )+};
}

impl<'p, 'w, 'o> Serializer for Typed<'p, 'w, 'o> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Items<'p, 'w, 'o>;
    type SerializeTuple = Items<'p, 'w, 'o>;
    type SerializeTupleStruct = Items<'p, 'w, 'o>;
    type SerializeTupleVariant = Items<'p, 'w, 'o>;
    type SerializeMap = Entries<'p, 'w, 'o>;
    type SerializeStruct = Fields<'p, 'w, 'o>;
    type SerializeStructVariant = Fields<'p, 'w, 'o>;

    whole! {
        serialize_i8(i8) I8 => byte, cast_unsigned;
        serialize_i16(i16) I16 => i16;
        serialize_i32(i32) I32 => i32;
        serialize_i64(i64) I64 => i64;
        serialize_i128(i128) I128 => i128;
        serialize_u8(u8) U8 => byte;
        serialize_u16(u16) U16 => u16;
        serialize_u32(u32) U32 => u32;
        serialize_u64(u64) U64 => u64;
    }

    fn serialize_u128(self, value: u128) -> Result<(), Refusal> {
        self.whole(value.into())
    }

    #[inline]
    fn serialize_bool(mut self, value: bool) -> Result<(), Refusal> {
        match self.scalar()? {
            Step::Bool => {
                self.output.byte(value.into());
                Ok(())
            }
            step => Err(unfit(step, "a boolean")),
        }
    }

    #[inline]
    fn serialize_f32(mut self, value: f32) -> Result<(), Refusal> {
        match self.scalar()? {
            Step::Number { wire: Number::F32, .. } => {
                self.output.raw(&value.to_le_bytes());
                Ok(())
            }
            Step::Number { wire, .. } => write_float(self.output, *wire, value.into()),
            step => Err(unfit(step, "a float")),
        }
    }

    #[inline]
    fn serialize_f64(mut self, value: f64) -> Result<(), Refusal> {
        if let Step::Number { wire: Number::F64, .. } = self.step {
            self.output.raw(&value.to_le_bytes());
            return Ok(());
        }
        match self.scalar()? {
            Step::Number { wire, .. } => write_float(self.output, *wire, value),
            step => Err(unfit(step, "a float")),
        }
    }

    fn serialize_char(mut self, value: char) -> Result<(), Refusal> {
        let mut buffer = [0; 4];
        let text = value.encode_utf8(&mut buffer);
        match self.scalar()? {
            Step::Char => self.output.raw(text.as_bytes()),
            Step::String => self.output.bytes(text.as_bytes()),
            step => return Err(unfit(step, "a character")),
        }
        Ok(())
    }

    #[inline]
    fn serialize_str(mut self, value: &str) -> Result<(), Refusal> {
        match self.scalar()? {
            Step::String => {
                self.output.bytes(value.as_bytes());
                Ok(())
            }
            step => Err(unfit(step, "a text")),
        }
    }

    #[inline]
    fn serialize_bytes(mut self, value: &[u8]) -> Result<(), Refusal> {
        match self.scalar()? {
            Step::Bytes | Step::Logical { logical: Logical::Uuid, .. } => self.output.bytes(value),
            Step::Seq(items) if items.octets => self.output.bytes(value),
            Step::Array { items, length } if items.octets && *length == value.len() => self.output.raw(value),
            step => return Err(unfit(step, "bytes")),
        }
        Ok(())
    }

    #[inline]
    fn serialize_none(mut self) -> Result<(), Refusal> {
        for _ in 0..=self.plan.steps.len() {
            match self.step {
                Step::Option { .. } => {
                    self.output.byte(0);
                    return Ok(());
                }
                Step::Newtype(inner) => self.step = self.plan.step(*inner),
                step => return Err(unfit(step, "none")),
            }
        }
        Err(unfit(self.step, "none"))
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        match self.step {
            Step::Option { inner, .. } => {
                self.output.byte(1);
                self.inside(*inner, value)
            }
            // A newtype around an option, for a type that is the option itself.
            Step::Newtype(inner) => match self.plan.step(*inner) {
                Step::Option { inner, .. } => {
                    let Typed { plan, output, .. } = self;
                    output.byte(1);
                    output.descend(2)?;
                    value.serialize(Typed { plan, output: &mut *output, step: plan.step(*inner) })?;
                    output.ascend(2);
                    Ok(())
                }
                _ => value.serialize(self),
            },
            _ => value.serialize(self),
        }
    }

    fn serialize_unit(mut self) -> Result<(), Refusal> {
        match self.scalar()? {
            Step::Unit => self.output.claim(1),
            step => Err(unfit(step, "unit")),
        }
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Refusal> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(
        mut self,
        _name: &'static str,
        number: u32,
        variant: &'static str,
    ) -> Result<(), Refusal> {
        match self.variant(number, variant)? {
            (Content::Unit, _) => Ok(()),
            _ => Err(another_shape(variant)),
        }
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        if name.starts_with(LOGICAL) {
            return match self.scalar()? {
                Step::Logical { logical, inner } if logical.token() == name => value.serialize(Typed {
                    plan: self.plan,
                    output: self.output,
                    step: self.plan.step(*inner),
                }),
                step => Err(unfit(step, name)),
            };
        }
        match self.step {
            Step::Newtype(inner) => self.inside(*inner, value),
            _ => value.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _name: &'static str,
        number: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        let (Content::Newtype(index), levels) = self.variant(number, variant)? else {
            return Err(another_shape(variant));
        };
        let Typed { plan, output, .. } = self;
        output.descend(levels)?;
        let content = Typed { plan, output: &mut *output, step: plan.step(index) };
        value.serialize(content).map_err(|error| error.inside(variant))?;
        output.ascend(levels);
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, length: Option<usize>) -> Result<Items<'p, 'w, 'o>, Refusal> {
        self.items(length)
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'p, 'w, 'o>, Refusal> {
        self.items(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<Items<'p, 'w, 'o>, Refusal> {
        self.items(Some(length))
    }

    fn serialize_tuple_variant(
        mut self,
        _name: &'static str,
        number: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Items<'p, 'w, 'o>, Refusal> {
        let (Content::Tuple(index), levels) = self.variant(number, variant)? else {
            return Err(another_shape(variant));
        };
        let Typed { plan, output, .. } = self;
        output.descend(levels)?;
        let mut items = Typed { plan, output, step: plan.step(index) }.items(Some(length))?;
        items.levels += levels;
        Ok(items)
    }

    fn serialize_map(mut self, length: Option<usize>) -> Result<Entries<'p, 'w, 'o>, Refusal> {
        let (step, levels) = self.settle()?;
        let Step::Map { key, value, .. } = step else { return Err(unfit(step, "a map")) };
        let Typed { plan, output, .. } = self;
        if let Some(length) = length {
            output.claim(length)?;
            output.length(length);
        }
        output.descend(levels + 1)?;
        let start = length.is_none().then(|| output.position());
        Ok(Entries {
            plan,
            output,
            key: *key,
            value: *value,
            given: 0,
            promised: length,
            start,
            levels: levels + 1,
        })
    }

    #[inline]
    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Fields<'p, 'w, 'o>, Refusal> {
        self.fields()
    }

    fn serialize_struct_variant(
        mut self,
        _name: &'static str,
        number: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Fields<'p, 'w, 'o>, Refusal> {
        let (content, levels) = self.variant(number, variant)?;
        match content {
            Content::Struct(index) => match self.plan.step(index) {
                Step::Struct(step) => Fields::open(self.plan, self.output, step, levels + 1),
                _ => Err(another_shape(variant)),
            },
            _ => Err(another_shape(variant)),
        }
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

//! A value on its way to `serde_json`, watched: a float that JSON has no form for is refused, and an error knows its path.
//!
//! `serde_json` itself writes an infinite or undefined float as `null`, which reads back as another value or as none.

use std::cell::RefCell;
use std::fmt::Display;

use serde::ser::{self, Error, Serialize, Serializer};

/// `value` as it passes through; the path of an error gathers in `trace`.
pub(super) struct Exact<'t, 'v, T: ?Sized> {
    pub(super) value: &'v T,
    pub(super) trace: &'t Trace,
}

/// The path to the value that could not be written, put together on the way out.
#[derive(Debug, Default)]
pub(super) struct Trace(RefCell<String>);

impl Trace {
    /// The path, as `place.tags[3]`.
    pub(super) fn into_path(self) -> String {
        self.0.into_inner()
    }

    #[cold]
    fn inside(&self, step: impl Display) {
        let mut path = self.0.borrow_mut();
        let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
        *path = format!("{step}{dot}{path}");
    }

    fn watch<'t, 'v, T: ?Sized>(&'t self, value: &'v T) -> Exact<'t, 'v, T> {
        Exact { value, trace: self }
    }
}

impl<T: Serialize + ?Sized> Serialize for Exact<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Watched { inner: serializer, trace: self.trace })
    }
}

/// The serializer, watched.
struct Watched<'t, S> {
    inner: S,
    trace: &'t Trace,
}

/// A container, watched; `index` counts its items.
struct Container<'t, C> {
    inner: C,
    trace: &'t Trace,
    index: usize,
}

impl<'t, S> Watched<'t, S> {
    fn container<C, E>(self, open: impl FnOnce(S) -> Result<C, E>) -> Result<Container<'t, C>, E> {
        let trace = self.trace;
        open(self.inner).map(|inner| Container { inner, trace, index: 0 })
    }
}

macro_rules! pass {
    ($($method:ident($type:ty))*) => {
        $(#[inline]
        fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.inner.$method(value)
        })*
    };
}

impl<'t, S: Serializer> Serializer for Watched<'t, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Container<'t, S::SerializeSeq>;
    type SerializeTuple = Container<'t, S::SerializeTuple>;
    type SerializeTupleStruct = Container<'t, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Container<'t, S::SerializeTupleVariant>;
    type SerializeMap = Container<'t, S::SerializeMap>;
    type SerializeStruct = Container<'t, S::SerializeStruct>;
    type SerializeStructVariant = Container<'t, S::SerializeStructVariant>;

    pass! {
        serialize_bool(bool)
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
        serialize_char(char) serialize_str(&str) serialize_bytes(&[u8]) serialize_unit_struct(&'static str)
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        if value.is_finite() { self.inner.serialize_f32(value) } else { Err(not_finite(value)) }
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        if value.is_finite() { self.inner.serialize_f64(value) } else { Err(not_finite(value)) }
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.serialize_some(&self.trace.watch(value))
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_newtype_struct(name, &self.trace.watch(value))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let trace = self.trace;
        let written = self.inner.serialize_newtype_variant(name, index, variant, &trace.watch(value));
        written.inspect_err(|_| trace.inside(variant))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.container(|inner| inner.serialize_seq(length))
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.container(|inner| inner.serialize_tuple(length))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.container(|inner| inner.serialize_tuple_struct(name, length))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.container(|inner| inner.serialize_tuple_variant(name, index, variant, length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.container(|inner| inner.serialize_map(length))
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeStruct, S::Error> {
        self.container(|inner| inner.serialize_struct(name, length))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.container(|inner| inner.serialize_struct_variant(name, index, variant, length))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

#[cold]
fn not_finite<E: Error>(value: impl Display) -> E {
    E::custom(format_args!("{NOT_FINITE}{value}"))
}

/// How the sentence about a float that JSON cannot hold begins.
pub(super) const NOT_FINITE: &str = "JSON has no number for ";

macro_rules! items {
    ($($trait:ident $method:ident)*) => {
        $(impl<C: ser::$trait> ser::$trait for Container<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                let (trace, index) = (self.trace, self.index);
                self.index += 1;
                self.inner.$method(&trace.watch(value)).inspect_err(|_| trace.inside(format_args!("[{index}]")))
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        })*
    };
}

items! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! fields {
    ($($trait:ident)*) => {
        $(impl<C: ser::$trait> ser::$trait for Container<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), C::Error> {
                let trace = self.trace;
                self.inner.serialize_field(name, &trace.watch(value)).inspect_err(|_| trace.inside(name))
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), C::Error> {
                self.inner.skip_field(name)
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        })*
    };
}

fields! { SerializeStruct SerializeStructVariant }

impl<C: ser::SerializeMap> ser::SerializeMap for Container<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.inner.serialize_value(&self.trace.watch(value))
    }

    #[inline]
    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), C::Error> {
        let trace = self.trace;
        self.inner.serialize_entry(key, &trace.watch(value)).inspect_err(|_| {
            let name = serde_json::to_string(key).unwrap_or_default();
            trace.inside(name.trim_matches('"'));
        })
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

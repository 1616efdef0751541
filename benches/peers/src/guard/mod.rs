//! A guard against nesting for any serde format, as one has to write it for bare bincode: its limit of bytes still lets a
//! payload recurse until the process aborts. Counted is what [`schemawire::codec::Bincode`] counts: structs, enums, sequences,
//! maps, tuples, options and newtypes around each other.

mod de;
mod ser;

use schemawire::limits::Limits;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that is read and written no deeper than the default limit.
pub struct Guarded<T>(pub T);

impl<T: Serialize> Serialize for Guarded<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(ser::Guard { inner: serializer, left: Limits::DEFAULT.depth })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Guarded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(de::Guard { inner: deserializer, left: Limits::DEFAULT.depth }).map(Guarded)
    }
}

/// What is left one level deeper.
fn deeper<E>(left: usize, error: impl FnOnce(&'static str) -> E) -> Result<usize, E> {
    left.checked_sub(1).ok_or_else(|| error("nested too deep"))
}

#[cfg(test)]
mod tests {
    use super::Guarded;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct List(Option<Box<List>>);

    fn nested(levels: usize) -> List {
        (1..levels).fold(List(None), |inner, _| List(Some(Box::new(inner))))
    }

    #[test]
    fn what_nests_too_deep_is_neither_written_nor_read() {
        let config = bincode::config::standard();
        // A newtype and an option a level.
        let deep = nested(32);
        let bytes = bincode::serde::encode_to_vec(Guarded(&deep), config).expect("it fits");
        assert_eq!(bytes, bincode::serde::encode_to_vec(&deep, config).expect("it writes"));
        let (Guarded(back), _) =
            bincode::serde::decode_from_slice::<Guarded<List>, _>(&bytes, config).expect("it fits");
        assert_eq!(back, deep);

        let deeper = nested(33);
        assert!(bincode::serde::encode_to_vec(Guarded(&deeper), config).is_err());
        let bytes = bincode::serde::encode_to_vec(&deeper, config).expect("it writes");
        assert!(bincode::serde::decode_from_slice::<Guarded<List>, _>(&bytes, config).is_err());
    }
}

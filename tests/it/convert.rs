//! Conversions of schemas between formats, and of values along.

mod avro_source;
mod random;
mod round;

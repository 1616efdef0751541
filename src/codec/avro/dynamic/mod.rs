//! The dynamic way in and out: payloads as [`crate::value::Value`]s.

mod choose;
mod decode;
mod encode;

pub(super) use decode::decode;
pub(super) use encode::encode;

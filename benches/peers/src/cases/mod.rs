//! The cases. Each asserts first that what it measures gives the right value.

mod avro;
mod dynamic;
pub mod lookup;
#[cfg(feature = "registries")]
mod registries;
mod serdes;
mod thin;

pub use serdes::FRESH;
pub use thin::CHECKED;

use crate::measure::Plan;
use crate::payloads::owned::{Large, Medium, Small};
use crate::record::Record;

/// Groups: within one, and on one record, rows are compared.
pub mod group {
    pub const RESOLVING_OWNED: &str = "Avro decode, v1 read as v2, owned";
    pub const RESOLVING_BORROWED: &str = "Avro decode, v1 read as v2, borrowed";
    pub const DECODE_OWNED: &str = "decode, one schema, owned";
    pub const DECODE_BORROWED: &str = "decode, one schema, borrowed";
    pub const ENCODE: &str = "encode into a reused buffer";
    pub const DYNAMIC_DECODE: &str = "Avro decode to a dynamic value";
    pub const DYNAMIC_ENCODE: &str = "Avro encode of a dynamic value";
    pub const FULL_DECODE: &str = "framed bytes to struct";
    pub const FULL_ENCODE: &str = "struct to framed bytes";
    pub const PROTOBUF_DECODE: &str = "Protobuf decode";
    pub const PROTOBUF_ENCODE: &str = "Protobuf encode into a reused buffer";
    pub const JSON_DECODE: &str = "JSON decode";
    pub const JSON_ENCODE: &str = "JSON encode into a reused buffer";
    pub const BINCODE_DECODE: &str = "bincode decode";
    pub const BINCODE_ENCODE: &str = "bincode encode into a reused buffer";
    pub const LOOKUP: &str = "frame and warm lookup, 64 schemas";
}

/// The row that the target names; a constant here, for a build without it.
pub const CONVERTER: &str = "schema_registry_converter";
/// Ours, in every group.
pub const OURS: &str = "schemawire";

pub fn collect(plan: &mut Plan) {
    record::<Small>(plan);
    record::<Medium>(plan);
    record::<Large>(plan);
    lookup::add(plan);
}

fn record<R: Record>(plan: &mut Plan) {
    avro::add::<R>(plan);
    dynamic::add::<R>(plan);
    serdes::add::<R>(plan);
    #[cfg(feature = "registries")]
    registries::add::<R>(plan);
    thin::add::<R>(plan);
}

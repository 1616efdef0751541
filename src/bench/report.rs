//! What a bench found out, as a document: saved, compared, shown.

use serde::{Deserialize, Serialize};

use super::{Machine, Spread};

/// The version of the document that this build writes and reads.
pub const VERSION: u32 = 1;

/// All that was measured in one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// What was measured.
    pub subject: Subject,
    /// How.
    pub method: Method,
    /// Where.
    pub machine: Machine,
    /// The figures, a codec each. Figures of different [`Path`]s are of different work and not to be ranked against each other.
    pub cases: Vec<Case>,
    /// The codecs that were not measured.
    pub left_out: Vec<LeftOut>,
}

/// The schema and the data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// What the schema is called: its full name, or its file's.
    pub schema: String,
    /// The schema's own format, as `AVRO`.
    pub format: String,
    /// Where the data comes from, in words.
    pub data: String,
    /// How many messages it has.
    pub messages: usize,
    /// SHA-256 of the schema's canonical text and of the data, in hex: reports are compared where it is equal.
    pub fingerprint: String,
}

/// How it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Method {
    /// Rounds that count; in each, every operation of every codec has its turn.
    pub rounds: u32,
    /// Rounds before them that do not count.
    pub warm_up_rounds: u32,
    /// The least time that an operation works in a round, in milliseconds; it repeats all messages until then.
    pub turn_milliseconds: f64,
    /// What the clock counts, as `thread CPU time`.
    pub clock: String,
    /// Whether allocations were counted.
    pub allocations: bool,
}

/// Whether values are known to the compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    /// [`crate::value::Value`]s, by the schema alone.
    Dynamic,
    /// A Rust type.
    Typed,
}

impl Path {
    /// `dynamic` or `typed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dynamic => "dynamic",
            Self::Typed => "typed",
        }
    }
}

/// One codec on one path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// The codec's name, as `avro`.
    pub codec: String,
    /// Which path.
    pub path: Path,
    /// The Rust type of a typed case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rust_type: Option<String>,
    /// What is to be known about this case, such as what the schema's translation widened.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// How large the payloads are.
    pub bytes: Bytes,
    /// Value to payload, into a buffer that is used again.
    pub encode: Figures,
    /// Payload to value, dropping it included.
    pub decode: Figures,
}

/// Payload sizes, without a frame, in bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bytes {
    /// The mean of all messages.
    pub per_message: f64,
    /// The smallest message.
    pub least: usize,
    /// The largest message.
    pub most: usize,
    /// The same, compressed.
    pub compressed: Vec<Compressed>,
}

/// A compression's result, in bytes a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Compressed {
    /// `zstd`, `lz4`, `gzip` or `snappy`.
    pub algorithm: String,
    /// Each message compressed by itself.
    pub alone: f64,
    /// All messages compressed together, as Kafka compresses a batch; the size is divided by their number.
    pub batch: f64,
}

/// One operation's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Nanoseconds a message.
    pub nanoseconds: Spread,
    /// Payload megabytes (10⁶ bytes) a second at the median; a codec of smaller payloads moves fewer for the same messages.
    pub megabytes_per_second: f64,
    /// Allocations and reallocations a message; absent where they were not counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allocations: Option<f64>,
}

/// A codec that was not measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// The codec's name.
    pub codec: String,
    /// Why.
    pub reason: String,
}

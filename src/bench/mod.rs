//! Measuring codecs on one's own schema, data and types.
//!
//! ```text
//! Bench -dynamic(codec, values)-, -typed(codec, values)-> cases -run-> Report -> text, Markdown, HTML, JSON
//! ```
//!
//! # Method
//! * Every message goes through its codec once first, and has to come back the same.
//! * An operation's turn repeats all messages until it takes long enough for the clock; finding out how often warms it up.
//! * Rounds are interleaved: in each, every operation of every codec has one turn. Some rounds at the start do not count.
//! * Figures are the median of the rounds, with quartiles. Outliers are counted and stay in.
//! * The clock is this thread's CPU time, or the wall clock where the system has none; the report says which.
//! * Encoding writes into a buffer that is used again. Decoding includes dropping the value.
//! * Dynamic cases work on [`crate::value::Value`]s, typed ones on a Rust type. That is different work: no report ranks one against the other.
//!
//! ```
//! use schemawire::bench::Bench;
//! use schemawire::codec::{Avro, Binding};
//! use schemawire::schema::Schema;
//!
//! #[derive(serde::Serialize, serde::Deserialize, PartialEq)]
//! struct Order { id: String, quantity: i32 }
//!
//! let schema = Schema::avro(r#"{"type": "record", "name": "Order", "fields": [
//!     {"name": "id", "type": "string"}, {"name": "quantity", "type": "int"}]}"#)?;
//! let orders = [Order { id: "a".into(), quantity: 1 }, Order { id: "b".into(), quantity: 2 }];
//!
//! let mut bench = Bench::new().with_rounds(3).with_turn(std::time::Duration::from_micros(50));
//! bench.typed("avro", &Avro, &Binding::new(&schema), &orders)?;
//! let report = bench.run()?;
//! assert_eq!(report.cases[0].bytes.per_message, 3.0);
//! println!("{}", report.cases[0].decode.nanoseconds.median);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod build;
mod chart;
mod clock;
mod compare;
mod compress;
mod error;
mod generate;
mod html;
mod machine;
mod markdown;
mod measure;
mod payloads;
mod report;
pub(crate) mod shape;
mod statistics;
mod tables;
mod text;
mod work;

pub use build::Bench;
pub use compare::{Change, CompareError, Comparison, Figure};
pub use error::BenchError;
pub use generate::Generator;
pub use html::html;
pub use machine::Machine;
pub use markdown::markdown;
pub use report::{Bytes, Case, Compressed, Figures, LeftOut, Method, Path, Report, Subject, VERSION};
pub use statistics::Spread;
pub use text::{json, text};

use build::Settings;

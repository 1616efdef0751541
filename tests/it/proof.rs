//! Proof: witnesses that were seen to fail, fixes that were seen to mend, and the checker against the codecs on random pairs.

mod choices;
mod goldens;
mod pairs;
#[cfg(feature = "avro")]
mod random_avro;
#[cfg(feature = "bincode")]
mod random_bincode;
#[cfg(feature = "json")]
mod random_json;
#[cfg(feature = "protobuf")]
mod random_protobuf;

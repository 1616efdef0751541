//! Producers: as many records as fast as it goes, acks=all, idempotent, without keys, each with a handle that is awaited.

pub mod krafka;
pub mod ours;
pub mod rdkafka;
pub mod rskafka;

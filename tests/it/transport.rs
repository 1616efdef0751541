//! Transports: the conformance suite on each, and what is theirs alone.

#[cfg(feature = "embedded")]
mod embedded;
#[cfg(feature = "embedded")]
mod faults;
#[cfg(all(feature = "kafka", feature = "conformance"))]
mod kafka;
mod local;

use std::sync::Arc;

#[cfg(feature = "conformance")]
use schemawire::transport::conformance;
use schemawire::transport::{Memory, Transport, TransportErrorKind};

#[cfg(feature = "conformance")]
#[test]
fn memory_keeps_every_law_of_a_transport() {
    let left_out =
        pollster::block_on(conformance::run(async || Arc::new(Memory::new()) as Arc<dyn Transport>));
    assert!(left_out.is_empty(), "{left_out:?}");
}

#[test]
fn an_unknown_scheme_is_refused_with_the_known_ones() {
    for address in ["kafkaesque:9092", "quakes.db", "", "memory:name"] {
        let error = pollster::block_on(schemawire::transport::open(address)).unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::InvalidRequest, "{address}");
        assert!(error.message.contains("memory:"), "{error}");
    }
}

//! The records' schemas, which lie in `schemas/bench`.

pub(crate) const SMALL: &str = include_str!("../../schemas/bench/small.avsc");
pub(crate) const SMALL_V2: &str = include_str!("../../schemas/bench/small-v2.avsc");
pub(crate) const SMALL_JSON: &str = include_str!("../../schemas/bench/small.json");

pub(crate) const MEDIUM: &str = include_str!("../../schemas/bench/medium.avsc");
pub(crate) const MEDIUM_V2: &str = include_str!("../../schemas/bench/medium-v2.avsc");
pub(crate) const MEDIUM_JSON: &str = include_str!("../../schemas/bench/medium.json");

pub(crate) const LARGE: &str = include_str!("../../schemas/bench/large.avsc");
pub(crate) const LARGE_V2: &str = include_str!("../../schemas/bench/large-v2.avsc");
pub(crate) const LARGE_JSON: &str = include_str!("../../schemas/bench/large.json");

/// All three messages: `schemawire.bench.Small`, `.Medium` and `.Large`.
pub(crate) const PROTO: &str = include_str!("../../schemas/bench/bench.proto");

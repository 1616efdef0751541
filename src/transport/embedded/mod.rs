//! The embedded log: one file.
/// The embedded log.
#[derive(Debug, Clone)]
pub struct Embedded {}

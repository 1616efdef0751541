//! Batches in memory.
/// The log in memory: for tests, and for programs that need no file.
#[derive(Debug, Clone, Default)]
pub struct Memory {}

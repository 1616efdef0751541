//! Message indexes.

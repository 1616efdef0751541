//! The canonical text.

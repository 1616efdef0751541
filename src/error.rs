//! All errors.

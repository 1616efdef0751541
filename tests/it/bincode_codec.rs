//! The bincode codec and its layout documents.

mod layout;
mod quake;

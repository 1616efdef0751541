//! The state that the events make, and the decisions over it.

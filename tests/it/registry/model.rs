//! Random commands against the plainest registry that one can think of.

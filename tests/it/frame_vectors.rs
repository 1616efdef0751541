//! Tests of frame_vectors.

//! Codec, frame and registry together.

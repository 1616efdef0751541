//! Bytes to text, quickly where they are ASCII.
//!
//! What services send is mostly short and ASCII. Whether it is that takes a third of the instructions of whether it is UTF-8, which the standard library
//! settles byte by byte near both ends of a text.

use std::str::Utf8Error;

use ascii::AsAsciiStr;

/// The bytes as text.
#[inline]
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Utf8Error> {
    match bytes.as_ascii_str() {
        Ok(text) => Ok(text.as_str()),
        Err(_) => std::str::from_utf8(bytes),
    }
}

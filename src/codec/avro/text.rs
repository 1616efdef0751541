//! Text: checked to be UTF-8, many texts in one go where they stand close together.
//!
//! The check of a short text costs more than all else that is done with it. Texts of a list have nothing but their lengths between them, which are
//! mostly below 128 and so are text themselves; what stands ahead is checked as one long text then, and each text is a part of it.

use super::fault::Fault;
use super::read::Decoder;
use crate::codec::DecodeErrorKind;
use crate::codec::text::text;

/// How many bytes ahead are checked for each text that is to come: longer ones are checked well enough one by one.
const REACH: usize = 32;

/// Bytes ahead that are known to be text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead<'de> {
    text: &'de str,
    /// How many bytes of the payload stand behind it.
    behind: usize,
}

impl Ahead<'_> {
    /// Nothing is known: no number of bytes left is as large as this.
    pub(super) const NOTHING: Self = Self { text: "", behind: usize::MAX };
}

impl<'de> Decoder<'de, '_> {
    /// Text behind its length.
    #[inline]
    pub(super) fn text(&mut self) -> Result<&'de str, Fault> {
        let bytes = self.bytes()?;
        if self.remaining() >= self.ahead.behind
            && let Some(text) = self.known_text(bytes.len())
        {
            return Ok(text);
        }
        match text(bytes) {
            Ok(text) => Ok(text),
            Err(error) => Err(self.bad_text(bytes, error)),
        }
    }

    /// The last `length` bytes as a part of the text ahead; `None` where they are not, or begin or end within a character.
    #[inline]
    fn known_text(&self, length: usize) -> Option<&'de str> {
        let end = self.ahead.text.len().checked_sub(self.remaining() - self.ahead.behind)?;
        self.ahead.text.get(end.checked_sub(length)?..end)
    }

    /// Checks what stands ahead, where that many texts are to come one after the other. The work is bounded by their number, which is paid for.
    pub(super) fn look_ahead(&mut self, texts: usize) {
        let known = self.remaining().checked_sub(self.ahead.behind);
        if texts < 2 || known.is_some_and(|it| it > 0 && it <= self.ahead.text.len()) {
            return;
        }
        let rest = self.rest();
        let window = rest.get(..texts.saturating_mul(REACH)).unwrap_or(rest);
        let valid = match std::str::from_utf8(window) {
            Ok(text) => text,
            Err(error) => {
                let valid = window.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).unwrap_or_default()
            }
        };
        self.ahead = Ahead { text: valid, behind: rest.len() - valid.len() };
    }

    #[cold]
    fn bad_text(&self, bytes: &[u8], error: std::str::Utf8Error) -> Fault {
        let offset = self.offset() - bytes.len() + error.valid_up_to();
        Fault::new(DecodeErrorKind::Malformed, "text that is not UTF-8").at(offset)
    }
}

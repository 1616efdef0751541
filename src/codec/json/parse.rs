//! The payloads that nearly all are, read in one pass: what is unusual is left to `serde_json` ([`super::tree`]).
//!
//! Both give the same value for the same payload, to the last bit. Whatever this one does not take, be it wrong, beyond a limit
//! or merely rare, it gives up without a word: then the other one reads it or says what is wrong with it.

use crate::limits::Limits;
use crate::value::{Open, Value, ValueBuilder};

/// Reads a payload; `None` leaves it to [`super::tree::read`].
pub(super) fn read(payload: &[u8], limits: Limits) -> Option<Value<'_>> {
    if payload.len() > limits.bytes {
        return None;
    }
    let text = std::str::from_utf8(payload).ok()?;
    let most = (limits.bytes / MEMBER).min(limits.elements);
    // Honest payloads have a node every eight bytes; a wrong guess costs a list that grows.
    let out = ValueBuilder::with_capacity((payload.len() / 8 + 8).min(most));
    let mut reader = Reader { text, bytes: payload, at: 0, out, most };
    reader.value(limits.depth.min(DEEPEST))?;
    reader.skip_whitespace();
    (reader.at == payload.len()).then(|| reader.out.finish())
}

/// What a node counts as at most: its own share of the arena and, of a member, its name's.
const MEMBER: usize = 56;

/// `serde_json` takes 127 levels; deeper payloads are its matter.
const DEEPEST: usize = 100;

/// Objects of more members have their names sorted to find one that stands there twice.
const SMALL: usize = 64;

struct Reader<'de> {
    text: &'de str,
    bytes: &'de [u8],
    at: usize,
    out: ValueBuilder<'de>,
    /// How many nodes there may be.
    most: usize,
}

impl<'de> Reader<'de> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// The next byte that is no whitespace.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        let mut byte = self.peek()?;
        if byte <= b' ' {
            self.skip_whitespace();
            byte = self.peek()?;
        }
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn value(&mut self, levels: usize) -> Option<()> {
        match self.token()? {
            b'"' => self.string(),
            b'{' => self.object(levels.checked_sub(1)?),
            b'[' => self.array(levels.checked_sub(1)?),
            b't' => self.literal(b"rue").map(|()| _ = self.out.bool(true)),
            b'f' => self.literal(b"alse").map(|()| _ = self.out.bool(false)),
            b'n' => self.literal(b"ull").map(|()| _ = self.out.null()),
            first => self.number(first),
        }
    }

    fn literal(&mut self, rest: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(rest).then(|| self.at += rest.len())
    }

    fn array(&mut self, levels: usize) -> Option<()> {
        let open = self.out.begin_array();
        let mut length = 0;
        self.skip_whitespace();
        if self.peek()? == b']' {
            self.at += 1;
        } else {
            loop {
                self.value(levels)?;
                length += 1;
                match self.token()? {
                    b',' if self.out.node_count() <= self.most => {}
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.close(open, length)
    }

    fn object(&mut self, levels: usize) -> Option<()> {
        let open = self.out.begin_map();
        let (mut length, mut seen) = (0, 0_u128);
        self.skip_whitespace();
        if self.peek()? == b'}' {
            self.at += 1;
            return self.close(open, 0);
        }
        loop {
            if self.token()? != b'"' {
                return None;
            }
            let name = self.plain_text()?;
            // A name is compared with those before it only where one like it was seen.
            let like = 1 << likeness(name.as_bytes());
            if seen & like != 0 && length < SMALL && self.out.keys(&open).take(length).any(|it| it == name) {
                return None;
            }
            seen |= like;
            length += 1;
            if self.token()? != b':' {
                return None;
            }
            self.value(levels)?;
            match self.token()? {
                b',' if self.out.node_count() <= self.most => {}
                b'}' => break,
                _ => return None,
            }
        }
        if length > SMALL {
            let mut names: Vec<&str> = self.out.keys(&open).collect();
            names.sort_unstable();
            if names.is_sorted_by(|one, other| one < other) { Some(()) } else { None }?;
        }
        self.close(open, length)
    }

    #[inline]
    fn close(&mut self, open: Open, length: usize) -> Option<()> {
        self.out.end_with(open, length);
        (self.out.node_count() <= self.most + 1).then_some(())
    }

    /// The text behind an opening quote, as a value.
    #[inline]
    fn string(&mut self) -> Option<()> {
        match self.plain_text() {
            Some(_) => Some(()),
            None => self.escaped_text(),
        }
    }

    /// The text behind an opening quote, where it has no escapes; else stays where it is.
    #[inline]
    fn plain_text(&mut self) -> Option<&'de str> {
        let end = self.at + plain_bytes(self.bytes.get(self.at..)?);
        if self.bytes.get(end) != Some(&b'"') {
            return None;
        }
        let text = self.text.get(self.at..end)?;
        self.at = end + 1;
        self.out.text(text);
        Some(text)
    }

    #[inline(never)]
    fn escaped_text(&mut self) -> Option<()> {
        let start = self.at - 1;
        loop {
            self.at += plain_bytes(self.bytes.get(self.at..)?);
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => return None,
            }
        }
        self.at += 1;
        let text: String = serde_json::from_slice(self.bytes.get(start..self.at)?).ok()?;
        self.out.copied_text(&text);
        Some(())
    }

    #[inline]
    fn number(&mut self, first: u8) -> Option<()> {
        let (start, negative) = (self.at - 1, first == b'-');
        self.at -= usize::from(!negative);
        let (whole, digits) = self.digits(0);
        let leading_zero = digits > 1 && self.bytes.get(self.at - digits) == Some(&b'0');
        if digits == 0 || leading_zero {
            return None;
        }
        if let Some(b'.' | b'e' | b'E') = self.peek() {
            return self.float(start, whole, digits, negative);
        }
        if digits > CERTAIN || whole == 0 && negative {
            return self.long_integer(start);
        }
        let whole = if negative { -(whole as i64) } else { whole as i64 };
        self.integer(whole)
    }

    /// Digits that follow those of `number`, and how many; the number wraps around when they are too many.
    #[inline]
    fn digits(&mut self, mut number: u64) -> (u64, usize) {
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        (number, self.at - start)
    }

    #[inline]
    fn integer(&mut self, number: i64) -> Option<()> {
        match i32::try_from(number) {
            Ok(number) => self.out.int(number),
            Err(_) => self.out.long(number),
        };
        Some(())
    }

    /// Integers that may need more than 64 bits, and the negative zero, which is a float.
    #[inline(never)]
    fn long_integer(&mut self, start: usize) -> Option<()> {
        let text = self.text.get(start..self.at)?;
        if let Some(number) = text.parse().ok().filter(|_| text != "-0") {
            return self.integer(number);
        }
        match text.parse() {
            Ok(number) => _ = self.out.unsigned(number),
            Err(_) => _ = self.out.double(serde_json::from_str(text).ok()?),
        }
        Some(())
    }

    /// A number that has whole digits and is about to have a fraction or an exponent.
    ///
    /// Up to 15 digits and a power of ten up to 10^22 are floats without rounding, so their quotient is the nearest float to what is
    /// written, and `serde_json` gives the same whichever way it was built. It reads the others itself.
    fn float(&mut self, start: usize, whole: u64, digits: usize, negative: bool) -> Option<()> {
        let (mut number, mut fraction) = (whole, 0);
        if self.peek() == Some(b'.') {
            self.at += 1;
            (number, fraction) = self.digits(number);
            if fraction == 0 {
                return None;
            }
        }
        let exact = POWERS.get(fraction).filter(|_| digits + fraction <= EXACT);
        let value = match (self.peek(), exact) {
            (Some(b'e' | b'E'), _) | (_, None) => self.other_float(start)?,
            (_, Some(power)) => {
                let value = number as f64 / power;
                if negative { -value } else { value }
            }
        };
        self.out.double(value);
        Some(())
    }

    #[inline(never)]
    fn other_float(&mut self, start: usize) -> Option<f64> {
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits(0);
        }
        serde_json::from_slice(self.bytes.get(start..self.at)?).ok()
    }
}

/// So many digits fit 63 bits, whichever they are.
const CERTAIN: usize = 18;

/// So many digits fit the 53 bits of a float, whichever they are.
const EXACT: usize = 15;

/// The powers of ten that 15 digits can have behind the point; all of them are floats without rounding.
const POWERS: [f64; EXACT] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];

/// How many bytes at the start are neither a quote nor a backslash nor a control character.
#[inline]
fn plain_bytes(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word & HIGH;
    let mut plain = 0;
    // Eight at a time. The lowest marked byte is one that was looked for; higher ones may be marked by its borrow.
    while let Some(chunk) = bytes.get(plain..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
        let found = quote | backslash | below(word, b' ');
        if found != 0 {
            return plain + found.trailing_zeros() as usize / 8;
        }
        plain += 8;
    }
    let rest = bytes.get(plain..).unwrap_or_default();
    plain + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..b' ')).count()
}

/// One of 128 numbers, the same for the same name.
#[inline]
fn likeness(name: &[u8]) -> u32 {
    let at = |index: usize| name.get(index).copied().unwrap_or(0) as usize;
    let edges = at(0) * 7 + at(name.len() / 2) * 31 + at(name.len().wrapping_sub(1)) * 3;
    (edges + name.len() * 11) as u32 % 128
}

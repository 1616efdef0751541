//! Reading the texts of logical types: digits, signs and separators, from the front.

/// What is left of a text. Every method takes from the front, or takes nothing and gives `None`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'t>(pub(super) &'t str);

impl<'t> Scan<'t> {
    /// Takes one character if it is one of these.
    pub(super) fn one_of(&mut self, characters: &[char]) -> Option<char> {
        let first = self.0.chars().next().filter(|it| characters.contains(it))?;
        self.0 = self.0.get(first.len_utf8()..)?;
        Some(first)
    }

    /// Takes all ASCII digits that come next: at least one.
    pub(super) fn digits(&mut self) -> Option<&'t str> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(length).filter(|_| length > 0)?;
        self.0 = rest;
        Some(digits)
    }

    /// Takes exactly two digits; a third one must not follow.
    pub(super) fn two_digits(&mut self) -> Option<u32> {
        let digits = self.digits()?;
        if digits.len() == 2 { digits.parse().ok() } else { None }
    }

    /// Takes a fraction (`.` or `,`, then digits) as a whole number of `10^-places`; zero where there is none.
    /// `None` where a digit behind the last place is not zero: nothing is rounded.
    pub(super) fn fraction(&mut self, places: usize) -> Option<u32> {
        if self.one_of(&['.', ',']).is_none() {
            return Some(0);
        }
        let digits = self.digits()?;
        let (kept, beyond) = digits.split_at_checked(places).unwrap_or((digits, ""));
        if beyond.bytes().any(|digit| digit != b'0') {
            return None;
        }
        let missing = 10_u32.checked_pow((places - kept.len()) as u32)?;
        kept.parse::<u32>().ok()?.checked_mul(missing)
    }

    /// Something only if nothing is left.
    pub(super) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

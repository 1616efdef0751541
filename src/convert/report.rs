//! What became of each part of a schema.

use std::fmt;

use crate::schema::{Format, Position};

/// All that a conversion has to say, in the order of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The format that was read.
    pub from: Format,
    /// The format that was written.
    pub to: Format,
    /// An entry for each type and field, and for each part of the schema that has no counterpart.
    pub entries: Vec<Entry>,
}

/// What became of one part of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// What became of it.
    pub verdict: Verdict,
    /// The rule that says so, a row and a column of the table: `int64-to-protobuf`; or the name of a remark.
    pub rule: String,
    /// What the source calls it.
    pub source: String,
    /// What the target calls it; empty where it has nothing.
    pub target: String,
    /// What is other, or why it cannot be; empty where it is exact.
    pub why: String,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The type and the way from it: `acme.Order.tags[]` are the items of a field.
    pub path: String,
    /// Line and column.
    pub position: Option<Position>,
    /// The reference whose text that is; none for the schema's own.
    pub source: Option<String>,
}

/// What becomes of a type's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Each value has its counterpart and comes back equal, and the target's type has no values beside those.
    Exact,
    /// Each value is carried and comes back equal; the target's type takes more than those, or says less about them.
    Widened,
    /// Values are carried and come back as the note says; some, which it names, are refused when they come. None is changed unsaid.
    Narrowed,
    /// A part of the schema that no value shows (a default, an alias, a message that nothing leads to) has no place in the target.
    Dropped,
    /// The target has no type for it. A schema with one of these is not converted.
    Impossible,
}

impl Verdict {
    /// All of them, the best first.
    pub const ALL: [Self; 5] = [Self::Exact, Self::Widened, Self::Narrowed, Self::Dropped, Self::Impossible];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Dropped => "dropped",
            Self::Impossible => "impossible",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Report {
    /// The worst verdict of all entries; exact where there are none.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.entries.iter().map(|it| it.verdict).max().unwrap_or(Verdict::Exact)
    }

    /// How many entries have that verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.of(verdict).count()
    }

    /// The entries of that verdict.
    pub fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |it| it.verdict == verdict)
    }
}

/// One line an entry.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

/// `3:5 widened acme.Order.id: uuid -> string (UUID as its text) [uuid-to-protobuf]`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.place.source {
            write!(f, "{source}: ")?;
        }
        if let Some(position) = self.place.position {
            write!(f, "{position} ")?;
        }
        let path = if self.place.path.is_empty() { "(root)" } else { &self.place.path };
        write!(f, "{} {path}: {}", self.verdict, self.source)?;
        if !self.target.is_empty() {
            write!(f, " -> {}", self.target)?;
        }
        if !self.why.is_empty() {
            write!(f, " ({})", self.why)?;
        }
        write!(f, " [{}]", self.rule)
    }
}

//! One place where one rule fires: what is wrong, where on both sides, what proves it, what mends it.

use std::fmt;

use super::level::Profile;
use super::rule::{Category, Rule, RuleId, Severity, rule};
use super::trail::Trail;
use crate::schema::{Position, Span};

/// One place where one rule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How much it matters here.
    pub severity: Severity,
    /// What the rule guards.
    pub category: Category,
    /// Which of the earlier versions, as an index into the history.
    pub against: usize,
    /// Which side reads in the direction that fails.
    pub reader: Side,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The element by its names, as `acme.Order.sku`; empty for the schema as a whole.
    pub element: String,
    /// The change in a few words, old to new, as `int -> string`. Not for people: it is part of [`Finding::id`].
    pub shape: String,
    /// The place in the proposed schema.
    pub new: Option<Place>,
    /// The place in the earlier version.
    pub old: Option<Place>,
    /// Whether Confluent's registry refuses the pair for it.
    pub confluent: bool,
    /// Whether some message is not read, or not with the same meaning, because of it.
    pub wire: bool,
    /// A message that was seen to fail. `None` before `proof` was asked, and where it found none.
    pub witness: Option<Witness>,
    /// Changes to the proposed schema's text that may mend it. Unverified before `proof` applied them.
    pub fixes: Vec<Fix>,
    /// Where data has to lead for it to show; `None` where no message can.
    pub trail: Option<Box<Trail>>,
}

impl Finding {
    /// The rule's row: why it breaks, and what to do.
    #[must_use]
    pub fn rule(&self) -> Option<&'static Rule> {
        rule(self.rule)
    }

    /// Whether it makes the pair incompatible under that profile.
    #[must_use]
    pub const fn breaks(&self, profile: Profile) -> bool {
        match profile {
            Profile::Confluent => self.confluent,
            Profile::Wire => self.wire,
        }
    }

    /// What tells this finding from others of its subject, as 12 hexadecimal digits. It stays the same while lines move
    /// and texts are reworded: it is a hash of the rule, the subject, the element and the shape of the change.
    #[must_use]
    pub fn id(&self, subject: &str) -> String {
        let parts = [self.rule, subject, &self.element, &self.shape];
        let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
        // FNV-1a with 64 bits: ids are compared within one report and one list of waivers.
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{:012x}", (hash >> 16) ^ (hash & 0xffff))
    }
}

/// One of the two schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The earlier version.
    Old,
    /// The proposed one.
    New,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

/// A place in a schema's text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// As a JSON pointer, or a path of names in Protobuf.
    pub pointer: String,
    /// Where it stands, where the text has it.
    pub range: Option<Range>,
    /// The reference that the place is in, by its name; `None` for the schema itself.
    pub reference: Option<String>,
}

impl Place {
    /// Where it begins, where the text has it.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.range.map(|range| range.start)
    }
}

/// A stretch of a text, as machines and as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// In bytes.
    pub span: Span,
    /// The first character.
    pub start: Position,
    /// The character behind the last one.
    pub end: Position,
}

/// A message that the reader does not read, or misreads: it was encoded and decoded, and seen to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Witness {
    /// The full name of the message's type in Protobuf.
    pub message: Option<String>,
    /// The value as JSON, as the writer sees it.
    pub json: String,
    /// The payload.
    pub bytes: Vec<u8>,
    /// What the reader makes of it.
    pub outcome: Outcome,
    /// Whether it was seen to fail by this finding and no other: the reader was tried without the fields of the others, or
    /// names this place itself. Otherwise another finding of the same pair may be why.
    pub is_alone: bool,
}

impl Witness {
    /// The payload in hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        self.bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a reader makes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It does not read it, and says why.
    Refused(String),
    /// It reads something else, as JSON.
    Misread(String),
}

/// A change to the proposed schema's text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// What it does, as `give the field a default`.
    pub description: String,
    /// Replacements, none within another.
    pub edits: Vec<Edit>,
    /// Whether the finding was seen to be gone with it, and no other to have come.
    pub verified: bool,
}

/// One replacement in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub range: Range,
    /// What comes.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity.as_str(), self.rule, self.message)?;
        if let Some(place) = &self.new {
            write!(f, "\n  new: {place}")?;
        }
        match &self.old {
            Some(place) => write!(f, "\n  old: {place}, ")?,
            None => f.write_str("\n  old: ")?,
        }
        write!(f, "earlier version {} (counted from the oldest)", self.against + 1)?;
        match (self.category, self.confluent, self.wire) {
            (Category::Wire, true, false) => {
                f.write_str(
                    "\n  but: every message is read with its meaning; only Confluent's registry refuses it",
                )?;
            }
            (Category::Wire, false, true) => {
                f.write_str("\n  but: Confluent's registry lets it pass")?;
            }
            _ => {}
        }
        if let Some(witness) = &self.witness {
            write!(f, "\n  witness: {witness}")?;
        }
        if let Some(rule) = self.rule() {
            write!(f, "\n  why: {}\n  fix: {}", rule.why, rule.fix)?;
        }
        for fix in self.fixes.iter().filter(|fix| fix.verified) {
            write!(f, "\n  verified: {}", fix.description)?;
        }
        Ok(())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.pointer.is_empty() { "the root" } else { &self.pointer })?;
        if let Some(range) = self.range {
            write!(f, ", line {}, column {}", range.start.line, range.start.column)?;
        }
        if let Some(reference) = &self.reference {
            write!(f, ", in reference `{reference}`")?;
        }
        Ok(())
    }
}

/// For people: of long texts and of many bytes the beginning. The fields hold all of it.
impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LETTERS: usize = 500;
        const DIGITS: usize = 200;
        let mut cut = |text: &str, most: usize| match text.char_indices().nth(most) {
            Some((end, _)) => {
                let (shown, rest) = text.split_at(end);
                write!(f, "{shown}… ({} more)", rest.chars().count())
            }
            None => f.write_str(text),
        };
        if let Some(message) = &self.message {
            cut(&format!("{message} "), LETTERS)?;
        }
        cut(&self.json, LETTERS)?;
        cut(", bytes ", LETTERS)?;
        cut(&self.hex(), DIGITS)?;
        let (verb, outcome) = match &self.outcome {
            Outcome::Refused(error) => (": not read: ", error),
            Outcome::Misread(json) => (": read as ", json),
        };
        cut(verb, LETTERS)?;
        cut(outcome, LETTERS)?;
        if self.is_alone { Ok(()) } else { f.write_str(" (another finding may be the reason)") }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Old => "old",
            Self::New => "new",
        })
    }
}

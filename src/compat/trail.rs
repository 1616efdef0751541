//! Where data has to lead for a finding to show: the way from the writer's root, and what stands at its end.

#[cfg(any(feature = "avro", feature = "bincode", feature = "protobuf"))]
use std::rc::Rc;

/// How long a way is followed. Data deeper than that no decoder takes.
#[cfg(any(feature = "avro", feature = "bincode", feature = "protobuf"))]
const MAX_STEPS: usize = 60;

/// The way of a finding, and what it takes at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trail {
    /// From the root inward.
    pub steps: Vec<Step>,
    /// What stands there.
    pub end: End,
    /// The full name of the message that it starts from (Protobuf).
    pub message: Option<String>,
}

/// One step into the writer's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A record's or struct's field, a tuple's item, or a Protobuf field by its number.
    Field(u32),
    /// A union's branch, or an enum's variant.
    Branch(u32),
    /// An array's or an option's item, or a map's value.
    Item,
    /// A map's key.
    Key,
}

/// What stands at the end of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// Anything of the writer's type: it fails whatever it is.
    Any,
    /// One of several values of the type, of which some fail: extremes before ordinary ones.
    Telling,
    /// That symbol of an enum, or number of an enum value.
    Symbol(i64),
    /// All of these fields at once (Protobuf).
    Fields(Vec<u32>),
}

#[cfg(any(feature = "avro", feature = "bincode", feature = "protobuf"))]
/// A way while it is walked, shared by all that branch off it.
#[derive(Debug, Clone)]
pub(in crate::compat) enum Way {
    /// Nothing walked yet.
    Root,
    /// One more step.
    On(Rc<Self>, Step, usize),
    /// Too long to be followed. Chains end here, so that dropping one never recurses far.
    Lost,
}

#[cfg(any(feature = "avro", feature = "bincode", feature = "protobuf"))]
impl Way {
    pub(in crate::compat) fn root() -> Rc<Self> {
        Rc::new(Self::Root)
    }

    pub(in crate::compat) fn step(self: &Rc<Self>, step: Step) -> Rc<Self> {
        match self.length() {
            Some(length) if length < MAX_STEPS => Rc::new(Self::On(Rc::clone(self), step, length + 1)),
            _ => Rc::new(Self::Lost),
        }
    }

    fn length(&self) -> Option<usize> {
        match self {
            Self::Root => Some(0),
            Self::On(_, _, length) => Some(*length),
            Self::Lost => None,
        }
    }

    /// The whole way, unless it is too long to be followed.
    pub(in crate::compat) fn steps(&self) -> Option<Vec<Step>> {
        let mut steps = Vec::with_capacity(self.length()?);
        let mut way = self;
        while let Self::On(before, step, _) = way {
            steps.push(*step);
            way = before;
        }
        steps.reverse();
        Some(steps)
    }
}

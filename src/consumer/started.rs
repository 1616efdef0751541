//! Where a partition is read from, and why there.

use std::fmt;

use crate::record::TopicPartition;
use crate::transport::Place;

/// A partition that is read from an offset on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The partition.
    pub at: TopicPartition,
    /// The first offset that is wanted.
    pub offset: u64,
    /// Why there.
    pub reason: StartReason,
}

/// Why a partition is read from an offset on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StartReason {
    /// The group has committed it.
    Committed,
    /// An [`OffsetStore`](super::OffsetStore) has it.
    Checkpoint,
    /// Nothing was committed, and [`Place::Earliest`] was asked for.
    Earliest,
    /// Nothing was committed, and [`Place::Latest`] was asked for.
    Latest,
    /// Nothing was committed, and that time was asked for.
    Timestamp,
    /// That offset was asked for: nothing was committed, or [`Consumer::seek`](super::Consumer::seek) was called.
    Offset,
    /// What was wanted no longer exists; [`OnGap`](super::OnGap) says where to go on.
    Gap,
}

impl StartReason {
    /// Its name in observations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Checkpoint => "checkpoint",
            Self::Earliest => "earliest",
            Self::Latest => "latest",
            Self::Timestamp => "timestamp",
            Self::Offset => "offset",
            Self::Gap => "gap",
        }
    }
}

impl From<Place> for StartReason {
    fn from(place: Place) -> Self {
        match place {
            Place::Earliest => Self::Earliest,
            Place::Latest => Self::Latest,
            Place::Offset(_) => Self::Offset,
            Place::Timestamp(_) => Self::Timestamp,
        }
    }
}

impl fmt::Display for StartReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

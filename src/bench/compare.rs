//! One report against an older one of the same schema, data and codecs: what became slower or larger.

use std::fmt;

use serde::Serialize;

use super::{Case, Figures, Path, Report, VERSION};
use crate::class::Class;

/// What changed between two reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// What the older report is called.
    pub baseline: String,
    /// From which part on more is a regression: 0.1 is ten percent.
    pub threshold: f64,
    /// Every figure of both, in the newer report's order.
    pub changes: Vec<Change>,
    /// Codecs that only one of the two has, and a machine that is another one.
    pub remarks: Vec<String>,
}

/// One figure of both reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The codec.
    pub codec: String,
    /// The path.
    pub path: Path,
    /// Which figure.
    pub what: Figure,
    /// The older value.
    pub before: f64,
    /// The newer one.
    pub now: f64,
    /// Whether it is worse by more than the threshold, and not by chance.
    pub is_regression: bool,
}

/// A figure that is compared. Less is better of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Figure {
    /// Nanoseconds a message to encode.
    Encode,
    /// Nanoseconds a message to decode.
    Decode,
    /// Bytes a message.
    Bytes,
    /// Allocations a message to encode.
    EncodeAllocations,
    /// Allocations a message to decode.
    DecodeAllocations,
}

impl Figure {
    /// Its name in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Encode => "encode ns",
            Self::Decode => "decode ns",
            Self::Bytes => "bytes",
            Self::EncodeAllocations => "encode allocations",
            Self::DecodeAllocations => "decode allocations",
        }
    }

    /// Whether it is a time, and so a matter of chance.
    #[must_use]
    pub const fn is_time(self) -> bool {
        matches!(self, Self::Encode | Self::Decode)
    }
}

/// Reports that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// A text that is no report.
    #[error("it is no report of a bench: {0}")]
    NoReport(String),
    /// A report of another version of the document.
    #[error("it is version {0} of the report, and this build reads version {VERSION}; measure again")]
    Version(u64),
    /// A report on other messages or another schema.
    #[error("it was measured on other data: {before}; now: {now}")]
    OtherData {
        /// What the older report measured.
        before: String,
        /// What the newer one did.
        now: String,
    },
    /// Reports without a codec in common.
    #[error("it has no codec in common with this run: {before}; now: {now}")]
    NothingInCommon {
        /// The codecs of the older report.
        before: String,
        /// Those of the newer one.
        now: String,
    },
}

impl CompareError {
    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        Class::Config
    }
}

impl Report {
    /// Reads a report that was saved as JSON.
    ///
    /// # Errors
    /// Text that is no report, or one of another version.
    pub fn from_json(text: &str) -> Result<Self, CompareError> {
        let document: serde_json::Value =
            serde_json::from_str(text).map_err(|error| CompareError::NoReport(error.to_string()))?;
        match document.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version != u64::from(VERSION) => return Err(CompareError::Version(version)),
            _ => {}
        }
        serde_json::from_value(document).map_err(|error| CompareError::NoReport(error.to_string()))
    }

    /// This report against an older one, called `baseline`.
    ///
    /// A figure is a regression where it grew by more than `threshold` (0.1 is ten percent); a time only where the
    /// quartiles do not overlap either, since medians of a busy machine move.
    ///
    /// # Errors
    /// A report on other data, or one without a codec in common.
    pub fn compare(&self, older: &Self, baseline: &str, threshold: f64) -> Result<Comparison, CompareError> {
        if self.subject.fingerprint != older.subject.fingerprint {
            let say = |report: &Self| super::tables::subject(report);
            return Err(CompareError::OtherData { before: say(older), now: say(self) });
        }
        let mut comparison =
            Comparison { baseline: baseline.to_owned(), threshold, changes: Vec::new(), remarks: Vec::new() };
        for now in &self.cases {
            match older.cases.iter().find(|before| same(before, now)) {
                Some(before) => comparison.changes.extend(changes(before, now, threshold)),
                None => comparison.remarks.push(format!("{} is not in {baseline}", label(now))),
            }
        }
        if comparison.changes.is_empty() {
            let codecs = |report: &Self| report.cases.iter().map(label).collect::<Vec<_>>().join(", ");
            return Err(CompareError::NothingInCommon { before: codecs(older), now: codecs(self) });
        }
        let gone = older.cases.iter().filter(|before| !self.cases.iter().any(|now| same(before, now)));
        comparison.remarks.extend(gone.map(|it| format!("{} is in {baseline} alone", label(it))));
        if self.machine != older.machine || self.method.clock != older.method.clock {
            comparison
                .remarks
                .push(format!("{baseline} is from another machine or build: {}", older.machine));
        }
        Ok(comparison)
    }
}

impl Comparison {
    /// The figures that are worse.
    pub fn regressions(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|it| it.is_regression)
    }
}

impl Change {
    /// The newer value in parts of the older one; infinite where something came from nothing.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.before > 0.0 {
            self.now / self.before
        } else if self.now > 0.0 {
            f64::INFINITY
        } else {
            1.0
        }
    }

    /// As `avro decode ns`; typed ones say so.
    #[must_use]
    pub fn name(&self) -> String {
        match self.path {
            Path::Dynamic => format!("{} {}", self.codec, self.what.as_str()),
            Path::Typed => format!("{} typed {}", self.codec, self.what.as_str()),
        }
    }
}

/// As `avro encode ns: 120 -> 180 (+50.0%)`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = (self.ratio() - 1.0) * 100.0;
        write!(f, "{}: {:.1} -> {:.1} ({change:+.1}%)", self.name(), self.before, self.now)
    }
}

fn same(left: &Case, right: &Case) -> bool {
    left.codec == right.codec && left.path == right.path && left.rust_type == right.rust_type
}

fn label(case: &Case) -> String {
    format!("{} ({})", super::tables::name(case), case.path.as_str())
}

fn changes(before: &Case, now: &Case, threshold: f64) -> Vec<Change> {
    let time = |figures: &Figures| Some(figures.nanoseconds.median);
    let figures = [
        (Figure::Encode, time(&before.encode), time(&now.encode)),
        (Figure::Decode, time(&before.decode), time(&now.decode)),
        (Figure::Bytes, Some(before.bytes.per_message), Some(now.bytes.per_message)),
        (Figure::EncodeAllocations, before.encode.allocations, now.encode.allocations),
        (Figure::DecodeAllocations, before.decode.allocations, now.decode.allocations),
    ];
    let apart =
        |before: &Figures, now: &Figures| now.nanoseconds.lower_quartile > before.nanoseconds.upper_quartile;
    let figures = figures.into_iter().filter_map(|(what, then, newer)| {
        let mut change = Change {
            codec: now.codec.clone(),
            path: now.path,
            what,
            before: then?,
            now: newer?,
            is_regression: false,
        };
        let by_chance = match what {
            Figure::Encode => !apart(&before.encode, &now.encode),
            Figure::Decode => !apart(&before.decode, &now.decode),
            _ => false,
        };
        change.is_regression = change.ratio() > 1.0 + threshold && !by_chance;
        Some(change)
    });
    figures.collect()
}

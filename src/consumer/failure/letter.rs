//! What travels in the headers of a message that failed, to the retry topics and to the dead letters.
//!
//! Key, value and headers of the original stay as they are, byte for byte; these stand behind its headers:
//!
//! | header | what it says |
//! |---|---|
//! | `schemawire-topic`, `-partition`, `-offset` | where the message was read first |
//! | `schemawire-timestamp` | its time there, in milliseconds since 1970 |
//! | `schemawire-group` | the group that gave up; empty without one |
//! | `schemawire-attempts` | how often it was tried |
//! | `schemawire-first-failed`, `-last-failed` | when, in milliseconds since 1970 |
//! | `schemawire-class` | `bad_data`, `retry`, `abort`, `fenced`, `config` or `bug` |
//! | `schemawire-reason` | the error and its causes, at most 2,000 bytes |
//! | `schemawire-retry-at` | when it is to be tried again, in milliseconds since 1970; 0 in the dead letters |
//!
//! Numbers are decimal text.

use crate::class::Class;
use crate::record::{Headers, RecordRef, TopicPartition};

/// In the order in which they are written.
const NAMES: [&str; 11] = [
    "schemawire-topic",
    "schemawire-partition",
    "schemawire-offset",
    "schemawire-timestamp",
    "schemawire-group",
    "schemawire-attempts",
    "schemawire-first-failed",
    "schemawire-last-failed",
    "schemawire-class",
    "schemawire-reason",
    "schemawire-retry-at",
];

/// What is said of a message that failed: read it from a dead letter with [`DeadLetter::of`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Where it was read first.
    pub at: TopicPartition,
    /// Its offset there.
    pub offset: u64,
    /// Its time there, in milliseconds since 1970.
    pub timestamp: i64,
    /// The group that gave up.
    pub group: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it failed first, in milliseconds since 1970.
    pub first_failed: i64,
    /// When it failed last.
    pub last_failed: i64,
    /// The class of the last error, by name.
    pub class: String,
    /// The last error and its causes.
    pub reason: String,
    /// When it is to be tried again, in milliseconds since 1970; 0 for never.
    pub retry_at: i64,
}

/// The same, within the consumer.
pub(in crate::consumer) type Letter = DeadLetter;

impl DeadLetter {
    /// What the headers say of why a message is where it is; `None` where they are not such ones.
    ///
    /// ```
    /// use schemawire::consumer::DeadLetter;
    /// use schemawire::record::Headers;
    ///
    /// assert_eq!(DeadLetter::of_headers(&Headers::new()), None);
    /// ```
    #[must_use]
    pub fn of_headers(headers: &Headers) -> Option<Self> {
        Self::read(headers.iter())
    }

    /// As [`DeadLetter::of_headers`], of a record.
    #[must_use]
    pub fn of(record: &RecordRef<'_>) -> Option<Self> {
        if !record.has_headers() {
            return None;
        }
        Self::read(record.iter_headers())
    }

    /// The last headers are the letter, whatever the original had under these names.
    fn read<'h>(headers: impl Iterator<Item = (&'h str, Option<&'h [u8]>)>) -> Option<Self> {
        let all: Vec<_> = headers.collect();
        let (_, letter) = all.split_at_checked(all.len().checked_sub(NAMES.len())?)?;
        let mut texts = NAMES.iter().zip(letter).map(|(name, (found, value))| {
            (name == found).then(|| str::from_utf8(value.unwrap_or_default()).ok()).flatten()
        });
        let mut text = || texts.next().flatten();
        Some(Self {
            at: {
                let topic = text()?;
                TopicPartition::new(topic, text()?.parse().ok()?)
            },
            offset: text()?.parse().ok()?,
            timestamp: text()?.parse().ok()?,
            group: text()?.to_owned(),
            attempts: text()?.parse().ok()?,
            first_failed: text()?.parse().ok()?,
            last_failed: text()?.parse().ok()?,
            class: text()?.to_owned(),
            reason: text()?.to_owned(),
            retry_at: text()?.parse().ok()?,
        })
    }

    /// The headers of the original: those of the record without the letter, where it has one.
    #[must_use]
    pub fn original_headers(headers: &Headers) -> Headers {
        let letter = Self::of_headers(headers).map_or(0, |_| NAMES.len());
        let mut original = Headers::new();
        for (name, value) in headers.iter().take(headers.len() - letter) {
            original.push(name, value);
        }
        original
    }

    /// Of a record that has not failed yet.
    pub(in crate::consumer) fn begin(at: &TopicPartition, offset: u64, timestamp: i64) -> Self {
        let (group, class, reason) = (String::new(), String::new(), String::new());
        let at = at.clone();
        let (attempts, first_failed, last_failed, retry_at) = (0, 0, 0, 0);
        Self { at, offset, timestamp, group, attempts, first_failed, last_failed, class, reason, retry_at }
    }

    /// Puts it behind the headers.
    pub(in crate::consumer) fn write(&self, headers: &mut Headers) {
        let values = [
            self.at.topic.to_string(),
            self.at.partition.to_string(),
            self.offset.to_string(),
            self.timestamp.to_string(),
            self.group.clone(),
            self.attempts.to_string(),
            self.first_failed.to_string(),
            self.last_failed.to_string(),
            self.class.clone(),
            self.reason.clone(),
            self.retry_at.to_string(),
        ];
        for (name, value) in NAMES.iter().zip(&values) {
            headers.push(name, Some(value.as_bytes()));
        }
    }
}

/// A class as the header has it.
pub(in crate::consumer) const fn class_name(class: Class) -> &'static str {
    match class {
        Class::BadData => "bad_data",
        Class::Retry { .. } => "retry",
        Class::Abort => "abort",
        Class::Fenced => "fenced",
        Class::Config => "config",
        Class::Bug => "bug",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DeadLetter, NAMES};
    use crate::record::{Headers, TopicPartition};

    fn letter() -> impl Strategy<Value = DeadLetter> {
        (
            ("[a-z]{1,8}", any::<u32>(), any::<u64>(), any::<i64>()),
            ("\\PC{0,8}", any::<u32>(), any::<i64>(), "\\PC{0,40}"),
        )
            .prop_map(
                |((topic, partition, offset, timestamp), (group, attempts, failed, reason))| DeadLetter {
                    at: TopicPartition::new(topic, partition),
                    offset,
                    timestamp,
                    group,
                    attempts,
                    first_failed: failed,
                    last_failed: failed,
                    class: "retry".into(),
                    reason,
                    retry_at: 0,
                },
            )
    }

    proptest! {
        /// Also where the original has headers of the same names.
        #[test]
        fn a_letter_comes_back_and_leaves_the_original_headers_as_they_were(
            letter in letter(),
            others in prop::collection::vec((prop::sample::select(vec!["a", NAMES[0], NAMES[10]]), prop::option::of(any::<Vec<u8>>())), 0..14),
        ) {
            let mut original = Headers::new();
            others.iter().for_each(|(name, value)| original.push(name, value.as_deref()));
            let mut headers = original.clone();
            letter.write(&mut headers);
            prop_assert_eq!(DeadLetter::of_headers(&headers), Some(letter));
            prop_assert_eq!(DeadLetter::original_headers(&headers), original);
        }
    }
}

//! What becomes of what was sent: stored, refused for good, tried again, or late.

use std::sync::Arc;
use std::time::Duration;

use krafka::KrafkaError;
use krafka::error::ErrorCode;

use crate::record::TopicPartition;

use super::super::super::{TransportError, TransportErrorKind};
use super::super::error::{fault, is_refusal};
use super::lane::Lane;
use super::machine::{Machine, Owner};
use super::request::Outcome;

/// What a broker answers who does not know any more what came before, so that the batch was not stored.
const FORGOTTEN: [ErrorCode; 3] =
    [ErrorCode::OutOfOrderSequenceNumber, ErrorCode::UnknownProducerId, ErrorCode::InvalidProducerEpoch];
const TOO_LARGE: [ErrorCode; 2] = [ErrorCode::MessageTooLarge, ErrorCode::RecordListTooLarge];

impl<T> Machine<T> {
    /// A request has come back: what became of each of its loads.
    pub(super) fn answered(&mut self, broker: i32, outcomes: Vec<(TopicPartition, Outcome)>, now: Duration) {
        if let Some(broker) = self.brokers.get_mut(&broker) {
            broker.requests = broker.requests.saturating_sub(1);
        }
        for (at, outcome) in outcomes {
            self.outcome(&at, outcome, now);
        }
    }

    fn outcome(&mut self, at: &TopicPartition, outcome: Outcome, now: Duration) {
        let is_owned = self.owner != Owner::Nobody;
        let Self { lanes, told, .. } = self;
        let Some(lane) = lanes.get_mut(at) else { return };
        let (code, error, is_led) = match outcome {
            Outcome::Stored { offset, time } => return lane.stored(offset, time, false, told),
            Outcome::Refused { code: ErrorCode::DuplicateSequenceNumber, .. } if is_owned => {
                return lane.stored(-1, -1, true, told);
            }
            Outcome::Refused { code, is_led } => {
                (Some(code), KrafkaError::broker(code, "the broker refused it"), is_led)
            }
            Outcome::Lost(error) => (None, error, false),
        };
        let has = |codes: &[ErrorCode]| code.is_some_and(|code| codes.contains(&code));
        lane.landed(!code.is_some_and(is_refusal));
        let (records, bytes) = lane.sent();
        let is_unsure = lane.may_be_there();
        if has(&TOO_LARGE) && !is_unsure {
            // One record that is too large says nothing of others.
            lane.limit = if records > 1 { lane.limit.min(bytes) / 2 } else { self.rules.limit };
            if records > 1 {
                return lane.undo();
            }
        }
        let forgotten = is_owned && has(&FORGOTTEN);
        // One that may be there must not come with new numbers, and the old ones mean nothing any more.
        let retries = if forgotten { !is_unsure } else { code.is_none_or(|code| code.is_retriable()) };
        if lane.is_forsaken() && is_unsure {
            lane.forsake();
            self.renumber(at);
        } else if !retries {
            let refused = |at: &_| {
                let mut refused = fault(format_args!("a batch for {at} was not stored"), error.clone());
                if forgotten {
                    refused.kind = TransportErrorKind::OutOfSequence;
                }
                refused
            };
            lane.refuse_sent(refused, told);
            if is_unsure {
                self.renumber(at);
            }
        } else {
            if !is_unsure {
                lane.undo();
            }
            if !is_led && !forgotten {
                self.lost.insert(Arc::clone(&at.topic));
            }
            lane.trouble = Some(error);
            let failed = lane.failed;
            lane.failed = failed.saturating_add(1);
            let rest = self.rest(failed);
            if let Some(lane) = self.lanes.get_mut(at) {
                lane.rests_until = now.saturating_add(rest);
            }
            if forgotten {
                self.renumber(at);
            }
        }
    }

    /// The next numbers of a partition are of another epoch.
    fn renumber(&mut self, at: &TopicPartition) {
        let is_owned = self.owner != Owner::Nobody;
        if is_owned && self.lanes.get_mut(at).is_some_and(|lane| !lane.next_epoch()) {
            self.owner = Owner::Unknown;
        }
    }

    /// What nobody waits for is late by then.
    pub(super) fn hurry(&mut self, until: Duration, is_forgotten: &dyn Fn(&T) -> bool) {
        for lane in self.lanes.values_mut() {
            lane.hurry(until, is_forgotten);
        }
    }

    /// Gives back what is late.
    pub(super) fn expire(&mut self, now: Duration) {
        let timeout = self.rules.delivery_timeout;
        let mut forsaken = Vec::new();
        for lane in self.lanes.values_mut() {
            let late = |lane: &Lane<T>| {
                let (at, failed) = (&lane.at, lane.failed);
                let message = format!(
                    "a batch for {at} was not stored within {timeout:?}, after {failed} tries that failed: no answer in time; see \
                     whether the brokers run and can be reached from here"
                );
                let error = TransportError::new(TransportErrorKind::Unreachable, message);
                match &lane.trouble {
                    Some(trouble) => error.because(trouble.clone()),
                    None => error,
                }
            };
            lane.expire(now, late, &mut self.told);
            if lane.waits() && lane.is_forsaken() {
                lane.forsake();
                forsaken.push(lane.at.clone());
            }
        }
        for at in forsaken {
            self.renumber(&at);
        }
    }
}

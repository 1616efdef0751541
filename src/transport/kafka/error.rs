//! What goes wrong on the way to Kafka, in the words of every transport.
//!
//! [`KINDS`] is the one place that knows the broker's error codes; class, retry and breaker follow from the kind.

use std::error::Error;
use std::io;

use krafka::KrafkaError;
use krafka::error::{ErrorCode, ProtocolErrorKind};

use super::super::{TransportError, TransportErrorKind};

/// The broker's answers that a second try does not change. Codes that are not here are passing trouble where Kafka calls them
/// retriable, and a wrong request otherwise.
const KINDS: &[(TransportErrorKind, &[ErrorCode])] = &[
    (
        TransportErrorKind::UnknownTopic,
        &[ErrorCode::UnknownTopicOrPartition, ErrorCode::UnknownTopicId, ErrorCode::InconsistentTopicId],
    ),
    (TransportErrorKind::TooLarge, &[ErrorCode::MessageTooLarge, ErrorCode::RecordListTooLarge]),
    (TransportErrorKind::Corrupt, &[ErrorCode::CorruptMessage]),
    (
        TransportErrorKind::UnknownVersion,
        &[ErrorCode::UnsupportedVersion, ErrorCode::UnsupportedForMessageFormat],
    ),
    (
        TransportErrorKind::Denied,
        &[
            ErrorCode::SaslAuthenticationFailed,
            ErrorCode::UnsupportedSaslMechanism,
            ErrorCode::IllegalSaslState,
            ErrorCode::TopicAuthorizationFailed,
            ErrorCode::GroupAuthorizationFailed,
            ErrorCode::ClusterAuthorizationFailed,
            ErrorCode::TransactionalIdAuthorizationFailed,
        ],
    ),
    (
        TransportErrorKind::Fenced,
        &[
            ErrorCode::ProducerFenced,
            ErrorCode::InvalidProducerEpoch,
            ErrorCode::TransactionCoordinatorFenced,
            ErrorCode::InvalidTxnState,
            ErrorCode::InvalidProducerIdMapping,
            ErrorCode::FencedInstanceId,
        ],
    ),
    (TransportErrorKind::Aborted, &[ErrorCode::TransactionAbortable]),
    (TransportErrorKind::OutOfSequence, &[ErrorCode::OutOfOrderSequenceNumber]),
];

/// The answers to a batch that say that it is not stored. All others leave that open: a time-out, a failure of the disk, too few
/// followers *after* the leader had it, or a leader that was replaced while it waited for them: what leads then may have the batch.
const REFUSALS: &[ErrorCode] = &[
    ErrorCode::CorruptMessage,
    ErrorCode::UnknownTopicOrPartition,
    ErrorCode::UnknownTopicId,
    ErrorCode::InconsistentTopicId,
    ErrorCode::InvalidTopic,
    ErrorCode::NotEnoughReplicas,
    ErrorCode::MessageTooLarge,
    ErrorCode::RecordListTooLarge,
    ErrorCode::InvalidRecord,
    ErrorCode::InvalidTimestamp,
    ErrorCode::InvalidRequiredAcks,
    ErrorCode::UnsupportedCompressionType,
    ErrorCode::UnsupportedForMessageFormat,
    ErrorCode::UnsupportedVersion,
    ErrorCode::TopicAuthorizationFailed,
    ErrorCode::ClusterAuthorizationFailed,
    ErrorCode::PolicyViolation,
    ErrorCode::OutOfOrderSequenceNumber,
    ErrorCode::UnknownProducerId,
    ErrorCode::InvalidProducerEpoch,
    ErrorCode::ProducerFenced,
    ErrorCode::ThrottlingQuotaExceeded,
];

/// The answers to a commit that say that the member is not what it was: nothing was stored.
const STALE: &[ErrorCode] = &[
    ErrorCode::IllegalGeneration,
    ErrorCode::UnknownMemberId,
    ErrorCode::RebalanceInProgress,
    ErrorCode::FencedMemberEpoch,
    ErrorCode::StaleMemberEpoch,
    ErrorCode::FencedInstanceId,
];

/// An error with what was being done, and what to do about it.
pub(super) fn fault(doing: impl std::fmt::Display, error: KrafkaError) -> TransportError {
    let kind = kind_of(&error);
    TransportError::new(kind, format!("{doing}: {}", advice(kind))).because(error)
}

/// What kind of trouble it is.
pub(super) fn kind_of(error: &KrafkaError) -> TransportErrorKind {
    match error {
        KrafkaError::Broker { code, .. } => {
            let row = KINDS.iter().find(|(_, codes)| codes.contains(code));
            row.map_or_else(
                || {
                    if code.is_retriable() {
                        TransportErrorKind::Unreachable
                    } else {
                        TransportErrorKind::InvalidRequest
                    }
                },
                |(kind, _)| *kind,
            )
        }
        KrafkaError::Network(under) if is_alert(&**under) => TransportErrorKind::Denied,
        KrafkaError::Network(_) | KrafkaError::Timeout { .. } | KrafkaError::DeliveryTimeout { .. } => {
            TransportErrorKind::Unreachable
        }
        KrafkaError::Protocol { kind, .. } => match kind {
            ProtocolErrorKind::TruncatedFrame | ProtocolErrorKind::Malformed => {
                TransportErrorKind::Unreachable
            }
            ProtocolErrorKind::UnknownApiVersion => TransportErrorKind::UnknownVersion,
            ProtocolErrorKind::FrameTooLarge => TransportErrorKind::TooLarge,
            _ => TransportErrorKind::Corrupt,
        },
        KrafkaError::Auth { .. } => TransportErrorKind::Denied,
        KrafkaError::Compression { .. } => TransportErrorKind::Corrupt,
        KrafkaError::Closed { .. } | KrafkaError::Wakeup => TransportErrorKind::Closed,
        KrafkaError::Fenced { .. } => TransportErrorKind::Fenced,
        KrafkaError::TransactionAbortable { .. } => TransportErrorKind::Aborted,
        KrafkaError::UnknownTopic { .. } => TransportErrorKind::UnknownTopic,
        KrafkaError::OutOfOrderSequence { .. } => TransportErrorKind::OutOfSequence,
        _ => TransportErrorKind::InvalidRequest,
    }
}

/// Whether the broker has refused the connection over TLS. Since TLS 1.3 it looks at a client's certificate when the client's side of the
/// handshake is done, and an alert comes in the place of the first answer. Its type is that of a library that is not named here.
fn is_alert(error: &(dyn Error + 'static)) -> bool {
    let under = match (error.downcast_ref::<io::Error>(), error.downcast_ref::<KrafkaError>()) {
        (Some(error), _) => error.get_ref().map(|under| -> &(dyn Error + 'static) { under }),
        (_, Some(KrafkaError::Network(under))) => Some(&**under as &(dyn Error + 'static)),
        _ => error.source(),
    };
    under.map_or_else(|| error.to_string().starts_with("received fatal alert"), is_alert)
}

/// Whether a broker that answers this has not stored the batch, and did not have it from before.
pub(super) fn is_refusal(code: ErrorCode) -> bool {
    REFUSALS.contains(&code)
}

/// Whether the member that wanted to commit has lost its place in the group.
pub(super) fn is_stale(error: &KrafkaError) -> bool {
    match error {
        KrafkaError::Broker { code, .. } => STALE.contains(code),
        // Between the beginning of a rebalance and its end the client has no generation to commit under.
        KrafkaError::IllegalState { .. } => true,
        _ => false,
    }
}

const fn advice(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::UnknownTopic => "the topic does not exist; create it first",
        TransportErrorKind::TooLarge => {
            "the broker takes no record of that size; send smaller ones, or raise `max.message.bytes` of the topic"
        }
        TransportErrorKind::Corrupt => "what came is not what was written; seek past it to go on",
        TransportErrorKind::UnknownVersion => {
            "the broker does not know this request, or has it switched off; `GroupProtocol::Consumer` needs Kafka 4.0, the rest 3.6"
        }
        TransportErrorKind::Denied => {
            "the broker refuses it; see to user, secret, mechanism, certificates and rights"
        }
        TransportErrorKind::Fenced => "a newer owner has taken over; this handle can do nothing more",
        TransportErrorKind::Aborted => "the transaction is lost; abort it and begin another",
        TransportErrorKind::OutOfSequence => "a batch before this one is missing; it was not written",
        TransportErrorKind::Closed => "the handle was closed",
        TransportErrorKind::Unreachable => {
            "no answer in time; see whether the brokers run and can be reached from here"
        }
        _ => "the request was refused",
    }
}

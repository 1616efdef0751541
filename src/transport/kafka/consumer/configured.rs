//! The client's consumer, set up as a spec asks, with the settings under which idle brokers hold nobody up.

use std::time::Duration;

use krafka::consumer::{
    AutoOffsetReset, ConsumerBuilder, GroupProtocol as Protocol, IsolationLevel, PartitionAssignmentStrategy,
};

use super::super::super::{Assignor, ConsumerSpec, GroupProtocol, Isolation};

/// The broker answers a fetch after that long without records. It holds up those of the others, so it is short.
const FETCH_WAIT: Duration = Duration::from_millis(10);
/// How many records a poll gives, and the client keeps ready. Fewer make it ask for each anew.
const POLL_RECORDS: i32 = 5_000;
const BUFFERED_RECORDS: i32 = 20_000;

/// A consumer that decides nothing by itself.
pub(super) fn configured(kafka: &krafka::Kafka, spec: &ConsumerSpec) -> ConsumerBuilder {
    let builder = match &spec.group {
        Some(group) => kafka.consumer(group),
        None => kafka.consumer_without_group(),
    };
    let builder = builder
        // Where a partition begins, and what is to be done when that is gone, is decided here.
        .auto_offset_reset(AutoOffsetReset::None)
        .enable_auto_commit(false)
        .fetch_max_wait(FETCH_WAIT)
        .max_poll_records(POLL_RECORDS)
        .max_buffered_records(BUFFERED_RECORDS)
        .isolation_level(match spec.isolation {
            Isolation::ReadCommitted => IsolationLevel::ReadCommitted,
            Isolation::ReadUncommitted => IsolationLevel::ReadUncommitted,
        })
        .session_timeout(spec.session_timeout)
        .heartbeat_interval((spec.session_timeout / 10).min(Duration::from_secs(3)))
        .metrics_push(false);
    let builder = match &spec.instance {
        Some(instance) => builder.group_instance_id(instance),
        None => builder,
    };
    match (spec.protocol, spec.assignor) {
        (GroupProtocol::Classic, assignor) => builder.partition_assignment_strategy(match assignor {
            Assignor::Range => PartitionAssignmentStrategy::Range,
            Assignor::RoundRobin => PartitionAssignmentStrategy::RoundRobin,
            Assignor::CooperativeSticky => PartitionAssignmentStrategy::CooperativeSticky,
        }),
        (GroupProtocol::Consumer, assignor) => {
            let named = if assignor == Assignor::Range { "range" } else { "uniform" };
            builder.group_protocol(Protocol::Consumer).group_remote_assignor(named)
        }
    }
}

//! Who is told that partitions come and go.

use std::fmt::Debug;
use std::time::Duration;

use super::Started;
use crate::record::TopicPartition;
use crate::transport::BoxFuture;

/// Told of partitions that come and go. Every method may be left out.
///
/// ```text
/// assigned -> records -> revoking -> (work finished, committed) -> with another member
///                    └-> lost      -> with another member already: drop state, commit nothing
/// ```
pub trait RebalanceListener: Debug + Send + Sync + 'static {
    /// These partitions are this member's now, each read from the offset that is said. No record of them has come yet.
    fn assigned(&self, started: &[Started]) {
        let _ = started;
    }

    /// These partitions are about to go. What is under way may be finished within `limit`; when this resolves, and the work that
    /// the consumer knows of is finished, what is done is committed. Law: after `limit` it is no longer waited for.
    fn revoking<'a>(&'a self, partitions: &'a [TopicPartition], limit: Duration) -> BoxFuture<'a, ()> {
        let _ = (partitions, limit);
        Box::pin(std::future::ready(()))
    }

    /// These partitions are gone already. What was done of them and is not committed is given to another member again.
    fn lost(&self, partitions: &[TopicPartition]) {
        let _ = partitions;
    }
}

//! A record each millisecond, to each partition in turn, while the parent kills a broker: the longest time without an
//! acknowledgement, in whichever partition it is longest.

pub mod krafka;
pub mod ours;
pub mod rdkafka;

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use crate::Failure;
use crate::meter::{Meter, Outcome};
use crate::settings::{FAILOVER_PARTITIONS, PATIENCE};

/// A record was acknowledged in that partition, then.
pub type Acknowledged = (u32, Instant);

/// One tick a record; after a pause of the machine it goes on at the same pace.
pub fn pace() -> Interval {
    let mut pace = interval(Duration::from_millis(1));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}

/// Where a record goes.
pub fn partition_of(number: u64) -> u32 {
    (number % u64::from(FAILOVER_PARTITIONS)) as u32
}

/// Takes all acknowledgements; fails where one is missing at last.
pub async fn longest_gap(
    meter: &Meter,
    records: u64,
    mut acknowledged: UnboundedReceiver<Acknowledged>,
) -> Result<Outcome, Failure> {
    let mut last = [None::<Instant>; FAILOVER_PARTITIONS as usize];
    let mut longest = Duration::ZERO;
    for number in 0..records {
        let next = timeout(PATIENCE, acknowledged.recv()).await;
        let (partition, at) =
            next.ok().flatten().ok_or_else(|| format!("{number} of {records} records were acknowledged"))?;
        if let Some(before) = last[partition as usize].replace(at) {
            longest = longest.max(at.saturating_duration_since(before));
        }
    }
    Ok(meter.stop(records)?.with("gap s", longest.as_secs_f64()))
}

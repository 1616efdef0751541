//! From the call that sends a record in a quiet moment until a consumer of the same process has it in its hands.

pub mod ours;
pub mod rdkafka;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::try_join;

use crate::Failure;
use crate::meter::{Meter, Outcome};

/// Between two records.
const QUIET: Duration = Duration::from_millis(30);

/// Sends records below `records`, one after the other, and waits for each of them. Those above come before, until the consumer
/// has joined its group.
pub async fn measure(
    records: u64,
    mut send: impl AsyncFnMut(u64) -> Result<(), Failure>,
    mut receive: impl AsyncFnMut() -> Result<Option<u64>, Failure>,
) -> Result<Outcome, Failure> {
    let meter = Meter::start();
    let sent = Mutex::new(vec![None; records as usize]);
    let sent = || sent.lock().unwrap_or_else(PoisonError::into_inner);
    let joined = AtomicBool::new(false);
    let sending = async {
        let mut warm_up = records;
        while !joined.load(Ordering::SeqCst) {
            send(warm_up).await?;
            warm_up += 1;
            tokio::time::sleep(QUIET).await;
        }
        for number in 0..records {
            tokio::time::sleep(QUIET).await;
            sent()[number as usize] = Some(Instant::now());
            send(number).await?;
        }
        Ok::<_, Failure>(())
    };
    let receiving = async {
        let mut took = Vec::new();
        while took.len() < records as usize {
            let number = receive().await?.ok_or("a record that is not ours")?;
            let now = Instant::now();
            joined.store(true, Ordering::SeqCst);
            if let Some(at) = sent().get_mut(number as usize) {
                let at = at.take().ok_or("a record that was not sent, or came twice")?;
                took.push((now - at).as_secs_f64() * 1e3);
            }
        }
        Ok::<_, Failure>(took)
    };
    let ((), mut took) = try_join(sending, receiving).await?;
    took.sort_by(f64::total_cmp);
    let quantile = |part: f64| took[((took.len() - 1) as f64 * part).round() as usize];
    let outcome = meter.stop(records)?;
    Ok(outcome.with("p50 ms", quantile(0.5)).with("p99 ms", quantile(0.99)).with("most ms", quantile(1.0)))
}

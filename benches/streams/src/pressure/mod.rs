//! Sends that nobody waits for, to a broker that stands still: those that find room wait in memory, the others are refused, and
//! memory stays where it is.

pub mod ours;
pub mod rdkafka;

use crate::Failure;
use crate::child::{go, ready};
use crate::meter::{Meter, Outcome, resident_kib};

/// Tries that many sends; `send` says whether it was accepted.
pub async fn measure(
    sends: u64,
    mut send: impl FnMut(u64) -> Result<bool, Failure>,
) -> Result<Outcome, Failure> {
    ready()?;
    go().await?;
    let meter = Meter::start();
    let mut accepted = 0;
    let mut early = 0;
    for number in 0..sends {
        accepted += u64::from(send(number)?);
        if number + 1 == sends / 4 {
            early = resident_kib()?;
        }
    }
    let late = resident_kib()?;
    let outcome = meter.stop(sends)?;
    let mib = |kib: u64| kib as f64 / 1024.0;
    Ok(outcome
        .with("accepted", accepted as f64)
        .with("refused", (sends - accepted) as f64)
        .with("MiB after a quarter", mib(early))
        .with("MiB at the end", mib(late)))
}

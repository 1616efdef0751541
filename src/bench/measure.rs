//! The rounds: every operation of every codec has its turn in each, so that what disturbs the machine disturbs all of them alike.

use std::time::Duration;

use super::work::{Prepared, Work};
use super::{BenchError, Settings, clock};

/// Passes are at most doubled this often while a turn is too short; a pass that takes no time at all is a defect of the clock.
const DOUBLINGS: u32 = 40;

/// One operation of one codec while it is measured.
pub(super) struct Operation {
    /// Which of the cases.
    pub(super) case: usize,
    pub(super) decodes: bool,
    /// How often all messages are gone through in a turn.
    passes: u64,
    /// Nanoseconds a message, a round each.
    pub(super) rounds: Vec<f64>,
    /// Allocations a message.
    pub(super) allocations: Option<f64>,
}

/// Measures all of them. `progress` is told how many rounds are done, of how many.
pub(super) fn measure(
    cases: &mut [Prepared<'_>],
    settings: &Settings,
    progress: &mut dyn FnMut(u32, u32),
) -> Result<Vec<Operation>, BenchError> {
    let mut operations = Vec::with_capacity(2 * cases.len());
    for (case, prepared) in cases.iter_mut().enumerate() {
        for decodes in [false, true] {
            let passes = calibrate(prepared, decodes, settings.turn)?;
            let allocations = allocations(prepared, decodes, settings)?;
            operations.push(Operation { case, decodes, passes, rounds: Vec::new(), allocations });
        }
    }
    let all = settings.warm_up_rounds + settings.rounds;
    for round in 0..all {
        for operation in &mut operations {
            let Some(prepared) = cases.get_mut(operation.case) else { continue };
            let took = turn(prepared, operation.decodes, operation.passes)?;
            if round >= settings.warm_up_rounds {
                let messages = operation.passes as f64 * prepared.payloads.len() as f64;
                operation.rounds.push(took.as_nanos() as f64 / messages);
            }
        }
        progress(round + 1, all);
    }
    Ok(operations)
}

/// How many passes make a turn long enough. Running them warms caches and allocator up.
fn calibrate(prepared: &mut Prepared<'_>, decodes: bool, least: Duration) -> Result<u64, BenchError> {
    let mut passes = 1;
    for _ in 0..DOUBLINGS {
        let took = turn(prepared, decodes, passes)?;
        if took >= least {
            break;
        }
        passes *= 2;
    }
    Ok(passes)
}

fn turn(prepared: &mut Prepared<'_>, decodes: bool, passes: u64) -> Result<Duration, BenchError> {
    let start = clock::now();
    run(prepared, decodes, passes)?;
    Ok(clock::now().saturating_sub(start))
}

fn run(prepared: &mut Prepared<'_>, decodes: bool, passes: u64) -> Result<(), BenchError> {
    let work: &mut dyn Work = &mut *prepared.work;
    let codec = || prepared.codec.clone();
    // Each message went through once before, so an error here is a codec that changes its mind.
    if decodes {
        work.decode(passes).map_err(|source| BenchError::Decode { codec: codec(), index: 0, source })
    } else {
        work.encode(passes).map_err(|source| BenchError::Encode { codec: codec(), index: 0, source })
    }
}

/// Counted over one pass by itself: the buffer has its size by then.
fn allocations(
    prepared: &mut Prepared<'_>,
    decodes: bool,
    settings: &Settings,
) -> Result<Option<f64>, BenchError> {
    let Some(count) = settings.allocations else { return Ok(None) };
    let before = count();
    run(prepared, decodes, 1)?;
    let made = count().wrapping_sub(before);
    Ok(Some(made as f64 / prepared.payloads.len() as f64))
}

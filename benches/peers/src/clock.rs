//! The time that this thread had a processor, which other jobs on the machine lengthen less than time on the wall.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds.
pub fn thread() -> u64 {
    nanoseconds(ClockId::ThreadCPUTime)
}

/// Nanoseconds.
pub fn wall() -> u64 {
    nanoseconds(ClockId::Monotonic)
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

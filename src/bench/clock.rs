//! The clock of the measurements: this thread's CPU time where the system tells it, so that other work on the machine counts as little as possible.

use std::time::Duration;

/// What [`now`] reads, for the report.
#[cfg(unix)]
pub(super) const NAME: &str = "thread CPU time";
#[cfg(not(unix))]
pub(super) const NAME: &str = "wall clock";

/// How long this thread has worked so far.
#[cfg(unix)]
pub(super) fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// The time since the first call.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "a measurement asks the clock")]
pub(super) fn now() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

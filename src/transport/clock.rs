//! The one place of the transports that asks for the time, and the one thread that waits for it.
//!
//! ```text
//! SystemClock  wall (stamps records, decides retention)   steady (sessions, waits: a clock that jumps does not end them)
//! sleep        a future for those above: needs no runtime
//! Sleep        a waker in the alarm thread's list, woken when its time has come; dropped with its future
//! ```

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time to a transport; tests bring their own.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Milliseconds since 1970-01-01T00:00:00Z, as people see them.
    fn wall(&self) -> i64;

    /// Time that never goes back, since some moment.
    fn steady(&self) -> Duration;
}

/// The system's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: instant() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the edge that asks the clock")]
    fn wall(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        // Before 1970 the difference comes as the error.
        since.map_or_else(|before| -millis(before.duration()), millis)
    }

    fn steady(&self) -> Duration {
        instant().saturating_duration_since(self.start)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "this is the edge that asks the clock")]
fn instant() -> Instant {
    Instant::now()
}

/// Resolves after that long, on any executor. The time begins with this call.
///
/// ```
/// # pollster::block_on(async {
/// schemawire::transport::sleep(std::time::Duration::from_millis(1)).await;
/// # });
/// ```
pub fn sleep(after: Duration) -> Pause {
    Pause { until: instant().checked_add(after), alarm: None }
}

/// What [`sleep`] gives. Dropped, it leaves nothing behind.
#[derive(Debug)]
#[must_use = "a pause passes when it is awaited"]
pub struct Pause {
    /// `None` is a time too far to be told apart from never.
    until: Option<Instant>,
    alarm: Option<Sleep>,
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(until) = self.until else { return Poll::Pending };
        let left = until.saturating_duration_since(instant());
        if left.is_zero() {
            return Poll::Ready(());
        }
        // The waker of the last poll is the one that counts.
        self.alarm = Some(Sleep::new(left, context.waker().clone()));
        Poll::Pending
    }
}

/// A waker that is called once its time has come, unless this is dropped before.
#[derive(Debug)]
pub(super) struct Sleep {
    key: Option<(Instant, u64)>,
}

impl Sleep {
    /// Wakes after that long.
    pub(super) fn new(after: Duration, waker: Waker) -> Self {
        // A time too far to be told apart from never.
        let Some(at) = instant().checked_add(after) else { return Self { key: None } };
        let alarm = alarm();
        let mut list = alarm.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.next += 1;
        let key = (at, list.next);
        list.wakers.insert(key, waker);
        drop(list);
        alarm.changed.notify_one();
        Self { key: Some(key) }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            alarm().list.lock().unwrap_or_else(PoisonError::into_inner).wakers.remove(&key);
        }
    }
}

#[derive(Debug, Default)]
struct Alarm {
    list: Mutex<AlarmList>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct AlarmList {
    wakers: BTreeMap<(Instant, u64), Waker>,
    next: u64,
}

/// The process's alarm; its thread starts with the first sleep.
fn alarm() -> &'static Alarm {
    static ALARM: OnceLock<&'static Alarm> = OnceLock::new();
    ALARM.get_or_init(|| {
        let alarm: &'static Alarm = Box::leak(Box::default());
        // Without the thread nothing would wake at its time; records and rebalances still do.
        let _ = thread::Builder::new().name("schemawire-alarm".into()).spawn(|| ring(alarm));
        alarm
    })
}

fn ring(alarm: &Alarm) {
    let mut list = alarm.list.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let now = instant();
        let due = list.wakers.first_key_value().map(|(key, _)| key.0);
        list = match due {
            Some(at) if at <= now => {
                let entry = list.wakers.pop_first();
                drop(list);
                if let Some((_, waker)) = entry {
                    waker.wake();
                }
                alarm.list.lock().unwrap_or_else(PoisonError::into_inner)
            }
            Some(at) => alarm.changed.wait_timeout(list, at - now).unwrap_or_else(PoisonError::into_inner).0,
            None => alarm.changed.wait(list).unwrap_or_else(PoisonError::into_inner),
        };
    }
}

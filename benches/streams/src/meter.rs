//! What a measurement took: time on the wall, the processor's time of this process, its memory at most.

use std::collections::BTreeMap;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// What one child says of its measurement.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Records that were acknowledged, or handled.
    pub records: u64,
    /// Time on the wall.
    pub seconds: f64,
    /// Time of the processor, user and system, of the whole process.
    pub cpu: f64,
    /// The most memory that was resident.
    pub peak_kib: u64,
    /// What else the case measures, by name.
    #[serde(default)]
    pub figures: BTreeMap<String, f64>,
}

impl Outcome {
    pub fn with(mut self, name: &str, figure: f64) -> Self {
        self.figures.insert(name.into(), figure);
        self
    }

    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }
}

/// Runs from [`Meter::start`] on.
#[derive(Debug)]
pub struct Meter {
    began: Instant,
    cpu: f64,
}

impl Meter {
    pub fn start() -> Self {
        Self { began: Instant::now(), cpu: cpu() }
    }

    /// The wall's clock begins anew; the processor's goes on, so that work done ahead counts.
    pub fn restart_wall(&mut self) {
        self.began = Instant::now();
    }

    pub fn stop(&self, records: u64) -> Result<Outcome, Failure> {
        Ok(Outcome {
            records,
            seconds: self.began.elapsed().as_secs_f64(),
            cpu: cpu() - self.cpu,
            peak_kib: status("VmHWM:")?,
            figures: BTreeMap::new(),
        })
    }
}

/// User's and system's time of all threads of this process, in seconds.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Memory that is resident now, in KiB.
pub fn resident_kib() -> Result<u64, Failure> {
    status("VmRSS:")
}

fn status(name: &str) -> Result<u64, Failure> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next()).and_then(|it| it.parse().ok());
    number.ok_or_else(|| format!("no {name} in /proc/self/status").into())
}

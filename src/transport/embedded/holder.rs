//! Who holds a log: a small file beside it, read by those who find it in use.
//!
//! The lock itself is the operating system's, on the log; it ends with the process. This file only says whose it is.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, process};

/// The file beside that log.
fn beside(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Writes that this process holds the log since then. That it cannot be written takes nothing from the log.
pub(super) fn write(log: &Path, now: i64) {
    let _ = fs::write(beside(log), format!("{} {now}\n", process::id()));
}

/// Writes that this process begins a new log: one without tables is then not a damaged one.
pub(super) fn write_beginning(log: &Path, now: i64) {
    let _ = fs::write(beside(log), format!("{} {now}{BEGINNING}\n", process::id()));
}

/// Whether a log was begun, and its beginning cut off.
pub(super) fn was_beginning(log: &Path) -> bool {
    fs::read_to_string(beside(log)).is_ok_and(|text| text.trim_end().ends_with(BEGINNING))
}

const BEGINNING: &str = " beginning";

/// The log is given up.
pub(super) fn remove(log: &Path) {
    let _ = fs::remove_file(beside(log));
}

/// Who holds the log, in words.
pub(super) fn describe(log: &Path, now: i64) -> String {
    let Some((process, since)) = read(log) else { return "another process".to_owned() };
    let who = if process == process::id() { "this process".to_owned() } else { format!("process {process}") };
    let held = Duration::from_secs(u64::try_from(now.saturating_sub(since) / 1000).unwrap_or_default());
    format!("{who}, which opened it {held:?} ago")
}

fn read(log: &Path) -> Option<(u32, i64)> {
    let text = fs::read_to_string(beside(log)).ok()?;
    let (process, since) = text.trim_end().trim_end_matches(BEGINNING).split_once(' ')?;
    Some((process.parse().ok()?, since.parse().ok()?))
}

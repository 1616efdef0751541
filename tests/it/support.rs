//! What several test modules need.

use std::path::{Path, PathBuf};

/// A file of the shared corpora, where that folder lies beside the project (or where `SCHEMAWIRE_CORPORA` points);
/// a test that needs it says that it is skipped where it is missing.
#[must_use]
pub(crate) fn corpus(name: &str) -> Option<String> {
    let folder = std::env::var_os("SCHEMAWIRE_CORPORA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"), PathBuf::from);
    let text = std::fs::read_to_string(folder.join(name)).ok();
    if text.is_none() {
        eprintln!("skipped: {name} is not in {}", folder.display());
    }
    text
}

/// The rows of a JSON Lines text.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line"))
}

/// A file of this project.
#[must_use]
pub(crate) fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The text of a file of this project.
#[cfg(feature = "prometheus")]
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A small file system of its own, taken away in the end.
#[cfg(feature = "embedded")]
pub(crate) struct Mount(tempfile::TempDir);

#[cfg(feature = "embedded")]
impl Mount {
    /// Nothing where this user may not mount one.
    pub(crate) fn new(options: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let mut mount = std::process::Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(directory.path());
        let mount = mount.stderr(std::process::Stdio::null()).status();
        mount.is_ok_and(|status| status.success()).then_some(Self(directory))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

#[cfg(feature = "embedded")]
impl Drop for Mount {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0.path()).status();
    }
}

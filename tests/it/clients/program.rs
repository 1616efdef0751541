//! A client's program, where `scripts/clients.sh` has put it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that takes `calls`, `register-and-write` and `read`: see the README of `tests/clients`.
pub(super) struct Program(PathBuf);

impl Program {
    /// The program of that name; says that it is skipped where it is not there.
    pub(super) fn find(name: &str) -> Option<Self> {
        let Some(directory) = std::env::var_os("SCHEMAWIRE_CLIENTS") else {
            eprintln!("skipped: scripts/clients.sh installs {name}, and says where in SCHEMAWIRE_CLIENTS");
            return None;
        };
        let path = Path::new(&directory).join(name);
        if path.exists() {
            return Some(Self(path));
        }
        eprintln!("skipped: there is no {}", path.display());
        None
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Runs it on a registry; gives what it printed. It has to end well.
    pub(super) fn run(&self, url: &str, arguments: &[&str]) -> String {
        let output =
            Command::new(&self.0).args(arguments).env("SCHEMA_REGISTRY_URL", url).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{} {arguments:?} ended with {}: {said}",
            self.0.display(),
            output.status
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

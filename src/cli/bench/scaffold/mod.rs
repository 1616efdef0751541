//! `schemawire bench --scaffold DIR`: a small crate that measures a Rust type for the schema with criterion.
//!
//! ```text
//! DIR/Cargo.toml            schemawire by version, or by path where that was asked for
//!     README.md             what to run
//!     build.rs              Protobuf alone: prost-build over protox, no protoc
//!     schema/               the schema and those that it refers to
//!     messages.jsonl        the messages that the command was given, or made up
//!     src/lib.rs            the Rust type, written from the schema
//!     benches/messages.rs   encode and decode
//! ```

mod circles;
mod files;
mod names;
mod parts;
mod protobuf;
mod types;

use std::path::{Path, PathBuf};

use super::{Data, write};
use crate::bench::shape::Shapes;
use crate::cli::failure::Failure;
use crate::cli::input::read_text;
use crate::schema::Schema;
use parts::Parts;

/// The options that write a crate instead of measuring.
#[derive(Debug, clap::Args)]
pub(super) struct Scaffold {
    /// Instead of measuring, writes a crate into this new or empty directory that measures a Rust type for the schema
    /// with criterion: `cargo bench` there
    #[arg(
        long = "scaffold",
        value_name = "DIR",
        conflicts_with_all = ["codec", "rounds", "save", "compare", "format", "output"]
    )]
    pub(super) directory: Option<PathBuf>,

    /// Lets that crate take schemawire from this checkout instead of the published version
    #[arg(long = "schemawire", value_name = "DIR", requires = "directory")]
    checkout: Option<PathBuf>,
}

impl Scaffold {
    /// What can be said before the messages are read.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if let Some(directory) = &self.directory {
            vacant(directory)?;
        }
        self.checkout().map(|_| ())
    }

    /// Writes the crate.
    pub(super) fn write(
        &self,
        directory: &Path,
        schema: &Schema,
        message: Option<&str>,
        data: &Data,
    ) -> Result<(), Failure> {
        let parts = Parts::of(schema, message, &data.description);
        let shapes = Shapes::of(schema, message)?;
        let mut files = files::files(&parts, &shapes, self.checkout()?.as_deref())?;
        files.push(("messages.jsonl".to_owned(), data.lines.join("\n") + "\n"));
        for (name, content) in files {
            let path = directory.join(name);
            let parent = path.parent().unwrap_or(directory);
            std::fs::create_dir_all(parent)
                .map_err(|error| Failure::io(&format!("cannot make {}", parent.display()), &error))?;
            write(&path, &content)?;
        }
        Ok(())
    }

    /// The checkout's full path, since the crate may move.
    fn checkout(&self) -> Result<Option<PathBuf>, Failure> {
        let Some(path) = &self.checkout else { return Ok(None) };
        let manifest = read_text(&path.join("Cargo.toml"))?;
        if !manifest.lines().any(|line| line.trim() == "name = \"schemawire\"") {
            return Err(Failure::usage(format!("{} is no checkout of schemawire", path.display())));
        }
        let full = path.canonicalize();
        full.map(Some).map_err(|error| Failure::io(&format!("cannot find {}", path.display()), &error))
    }
}

/// Nothing is written over.
fn vacant(directory: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(directory).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::usage(format!("{} is not empty", directory.display()))
            .help("name a new directory, or an empty one")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::io(&format!("cannot write into {}", directory.display()), &error)),
    }
}

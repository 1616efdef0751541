//! Schemas from files, with the files they refer to.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::input::read_text;
use crate::schema::{Format, Mode, Schema, SchemaSet};

/// The options by which a command takes a schema file.
#[derive(Debug, clap::Args)]
pub(super) struct References {
    /// The schema's format; told by the file's name where it is left out (.avsc, .proto, .json, .bincode.json)
    #[arg(long = "type", value_name = "FORMAT")]
    pub(super) schema_type: Option<Format>,

    /// A schema that the file refers to by that name; may be given again, in any order
    #[arg(long = "reference", value_name = "NAME=FILE")]
    references: Vec<String>,
}

impl References {
    /// The schema of a file.
    pub(super) fn read(&self, path: &Path) -> Result<Schema, Failure> {
        let format = match self.schema_type {
            Some(format) => format,
            None => format_of(path)?,
        };
        let text = read_text(path)?;
        let at_fault = |failure: Failure| failure.context(&format!("{} is no schema", path.display()));
        if self.references.is_empty() {
            return Schema::parse(format, &text, Vec::new(), Mode::Strict)
                .map_err(|error| at_fault(error.into()));
        }
        let mut set = SchemaSet::new();
        let root = path.display().to_string();
        set.add(&root, format, &text);
        for reference in &self.references {
            let (name, file) = split(reference)?;
            set.add(name, format, &read_text(&file)?);
        }
        set.link(&root, Mode::Strict).map_err(|error| at_fault(error.into()))
    }
}

fn split(reference: &str) -> Result<(&str, PathBuf), Failure> {
    reference
        .split_once('=')
        .map(|(name, file)| (name, file.into()))
        .ok_or_else(|| Failure::usage(format!("`--reference {reference}` is not NAME=FILE")))
}

/// The format that a file's name stands for.
fn format_of(path: &Path) -> Result<Format, Failure> {
    let name = path.file_name().map(|it| it.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let endings = [
        (".avsc", Format::Avro),
        (".proto", Format::Protobuf),
        (".bincode.json", Format::Bincode),
        (".json", Format::Json),
    ];
    endings.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| *format).ok_or_else(|| {
        Failure::usage(format!("`{}` does not tell its format", path.display()))
            .help("name it with --type avro, protobuf, json or bincode")
    })
}

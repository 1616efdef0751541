//! `schemawire schemas`.

use super::failure::Failure;
use super::output::{Format, Output, Style};
use super::store::{Catalog, Directory};
use super::table::Table;
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::registry::{Deleted, Registered, Registry, Subject, VersionSpec};
use crate::schema::Schema;

/// Lists subjects and versions; with a version or an id shows the schema's text.
#[derive(Debug, clap::Args)]
pub(super) struct Schemas {
    /// Only this subject's versions
    subject: Option<String>,

    /// Show the text of that version: a number or `latest`
    #[arg(long, requires = "subject", value_name = "VERSION")]
    version: Option<String>,

    /// Show the text of the schema with that id or GUID
    #[arg(long, conflicts_with = "subject", value_name = "ID")]
    id: Option<String>,

    /// Soft-deleted subjects and versions, too
    #[arg(long)]
    deleted: bool,

    /// How to show the list
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    directory: Directory,
}

impl Schemas {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        pollster::block_on(self.show(output))
    }

    async fn show(self, output: &mut Output) -> Result<(), Failure> {
        let store = self.directory.catalog().await?;
        if let Some(id) = &self.id {
            let key = match (id.parse::<u32>(), id.parse::<Guid>()) {
                (Ok(number), _) => SchemaKey::Id(SchemaId(number)),
                (_, Ok(guid)) => SchemaKey::Guid(guid),
                _ => return Err(Failure::usage(format!("`{id}` is neither an id nor a GUID"))),
            };
            return text(&store.registry.schema(key, None).await?, output);
        }
        let deleted = if self.deleted { Deleted::Included } else { Deleted::Hidden };
        if let (Some(subject), Some(version)) = (&self.subject, &self.version) {
            let subject: Subject = subject.parse()?;
            let found = store.registry.version(&subject, version_spec(version)?, deleted).await?;
            return text(&found.schema, output);
        }
        let rows = self.rows(&store, deleted).await?;
        match self.format {
            Format::Text if rows.is_empty() => {
                output.note("no schema is registered here");
                Ok(())
            }
            Format::Text => table(&rows, output),
            Format::Json => json(&rows, output),
        }
    }

    async fn rows(
        &self,
        store: &Catalog,
        deleted: Deleted,
    ) -> Result<Vec<std::sync::Arc<Registered>>, Failure> {
        let subjects = match &self.subject {
            Some(subject) => vec![subject.parse()?],
            None => store.registry.subjects(":*:", deleted).await?,
        };
        let mut rows = Vec::new();
        for subject in &subjects {
            for version in store.registry.versions(subject, deleted).await? {
                rows.push(store.registry.version(subject, VersionSpec::Number(version), deleted).await?);
            }
        }
        Ok(rows)
    }
}

/// A number, or `latest` in any case.
fn version_spec(text: &str) -> Result<VersionSpec, Failure> {
    match text.parse() {
        Ok(number) => Ok(VersionSpec::Number(Version(number))),
        Err(_) if text.eq_ignore_ascii_case("latest") => Ok(VersionSpec::Latest),
        Err(_) => Err(Failure::usage(format!("`{text}` is neither a version number nor `latest`"))),
    }
}

fn text(schema: &Schema, output: &mut Output) -> Result<(), Failure> {
    output.line(schema.text().trim_end())
}

fn table(rows: &[std::sync::Arc<Registered>], output: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&["SUBJECT", ">VERSION", ">ID", "FORMAT", "NAME", "GUID", ""]);
    for row in rows {
        table.row(vec![
            row.subject.to_string(),
            row.version.to_string(),
            row.id.to_string(),
            row.schema.format().to_string(),
            row.schema.full_name().unwrap_or_default(),
            row.guid.to_string(),
            if row.deleted { "deleted".to_owned() } else { String::new() },
        ]);
    }
    for (index, line) in table.lines().iter().enumerate() {
        let line = if index == 0 { output.styled(Style::Bold, line) } else { line.clone() };
        output.line(&line)?;
    }
    Ok(())
}

fn json(rows: &[std::sync::Arc<Registered>], output: &mut Output) -> Result<(), Failure> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "subject": row.subject.as_str(),
                "version": row.version.0,
                "id": row.id.0,
                "guid": row.guid.to_string(),
                "schemaType": row.schema.format().as_str(),
                "name": row.schema.full_name(),
                "deleted": row.deleted,
                "schema": row.schema.text(),
            })
        })
        .collect();
    output.line(&serde_json::Value::from(rows).to_string())
}

//! `schemawire register`.

use std::path::PathBuf;

use super::failure::Failure;
use super::input::read_text;
use super::output::{Format, Output};
use super::schema_file::References;
use super::store::{Catalog, Directory};
use crate::compat::Level;
use crate::registry::{Deleted, Proposal, Registry, RegistryErrorKind, RegistryExt, Subject, VersionSpec};
use crate::schema::{Mode, Reference, Schema};

/// Registers a schema under a subject; one that is there already keeps its version.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: schemawire register orders-value order.avsc --level FULL")]
pub(super) struct Register {
    /// The subject, such as `orders-value`
    subject: String,

    /// The schema's file
    schema: PathBuf,

    #[command(flatten)]
    references: References,

    /// A registered schema that the file refers to; may be given again
    #[arg(long = "uses", value_name = "NAME=SUBJECT[:VERSION]", conflicts_with = "references")]
    uses: Vec<String>,

    /// Sets the subject's compatibility level first
    #[arg(long)]
    level: Option<Level>,

    /// Only say whether the subject would take it
    #[arg(long)]
    check: bool,

    /// How to show the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    directory: Directory,
}

impl Register {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        pollster::block_on(self.register(output))
    }

    async fn register(self, output: &mut Output) -> Result<(), Failure> {
        let subject: Subject = self.subject.parse()?;
        let store = self.directory.catalog().await?;
        let schema = self.schema(&store).await?;
        let proposal = Proposal::new(schema);
        if self.check {
            return self.check(&store, &subject, &proposal, output).await;
        }
        if let Some(level) = self.level {
            store.registry.set_level(&self.subject, level).await?;
        }
        let registered = match store.registry.register(&subject, &proposal).await {
            Ok(registered) => registered,
            Err(error) => return Err(explained(error)),
        };
        match self.format {
            Format::Text => output.line(&format!(
                "{} version {} id {} GUID {}",
                registered.subject, registered.version, registered.id, registered.guid
            )),
            Format::Json => output.line(
                &serde_json::json!({
                    "subject": registered.subject.as_str(),
                    "version": registered.version.0,
                    "id": registered.id.0,
                    "guid": registered.guid.to_string(),
                    "schemaType": registered.schema.format().as_str(),
                })
                .to_string(),
            ),
        }
    }

    async fn check(
        &self,
        store: &Catalog,
        subject: &Subject,
        proposal: &Proposal,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let report = store.registry.check(subject, None, proposal).await?;
        match self.format {
            Format::Text if report.findings.is_empty() => output.line(&format!("{subject} would take it"))?,
            Format::Text => output.line(&report.to_string())?,
            Format::Json => output.line(
                &serde_json::json!({"subject": subject.as_str(), "is_compatible": report.is_compatible()})
                    .to_string(),
            )?,
        }
        if report.is_compatible() { Ok(()) } else { Err(Failure::data(format!("{subject} would refuse it"))) }
    }

    /// The file's schema, its references from files or from the registry.
    async fn schema(&self, store: &Catalog) -> Result<Schema, Failure> {
        if self.uses.is_empty() {
            return self.references.read(&self.schema);
        }
        let mut references = Vec::new();
        for uses in &self.uses {
            references.push(reference(store, uses).await?);
        }
        let format = match (self.references.schema_type, references.first()) {
            (Some(format), _) => format,
            (None, Some((_, schema))) => schema.format(),
            (None, None) => return self.references.read(&self.schema),
        };
        let text = read_text(&self.schema)?;
        Schema::parse(format, &text, references, Mode::Strict)
            .map_err(|error| Failure::from(error).context(&format!("{} is no schema", self.schema.display())))
    }
}

/// The registered schema that `NAME=SUBJECT[:VERSION]` names.
async fn reference(store: &Catalog, uses: &str) -> Result<(Reference, Schema), Failure> {
    let wrong = || Failure::usage(format!("`--uses {uses}` is not NAME=SUBJECT[:VERSION]"));
    let (name, target) = uses.split_once('=').ok_or_else(wrong)?;
    let (subject, version) =
        match target.rsplit_once(':').map(|(subject, version)| (subject, version.parse())) {
            Some((subject, Ok(number))) => (subject, VersionSpec::Number(crate::ids::Version(number))),
            _ => (target, VersionSpec::Latest),
        };
    let registered = store.registry.version(&subject.parse()?, version, Deleted::Hidden).await?;
    let reference =
        Reference { name: name.into(), subject: subject.into(), version: registered.version.0 as i32 };
    Ok((reference, registered.schema.clone()))
}

/// A refusal with its findings, one after the other.
fn explained(error: crate::registry::RegistryError) -> Failure {
    if error.kind != RegistryErrorKind::Incompatible {
        return error.into();
    }
    match &error.report {
        Some(report) => {
            Failure::data(format!("the schema is incompatible with an earlier version\n{report}"))
        }
        None => error.into(),
    }
}

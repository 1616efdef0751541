//! `schemawire inspect`: what some bytes are, and how sure that is.

use std::path::Path;

use super::bytes::{Encoding, from_base64, from_hex};
use super::failure::Failure;
use super::input::Input;
use super::output::{Format, Output, Style};
use super::store::Directory;
#[cfg(feature = "apache-avro")]
use crate::codec::avro::container::ContainerReader;
use crate::frame::{Confluent, ConfluentV1, Framing};
use crate::ids::{Guid, KeyOrValue, SchemaKey};
use crate::record::Headers;

/// Says what bytes are, how sure that is, and shows them as JSON where their schema is known.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: schemawire inspect 0000000001026106")]
pub(super) struct Inspect {
    /// A file, `-` for standard input, or the bytes themselves as hex or base64
    what: String,

    /// A header of the record, its value as hex; repeat it for more
    #[arg(long = "header", value_name = "NAME=HEX", value_parser = header)]
    headers: Vec<(String, Vec<u8>)>,

    /// How many values of a container file to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    values: usize,

    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    directory: Directory,
}

/// How sure a guess is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// The bytes say so themselves, and all of them read.
    Certain,
    /// They begin as such bytes do.
    Likely,
    /// They could be.
    Possible,
}

impl Sure {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// What was found, as facts in the order they are shown.
#[derive(Debug)]
struct Finding {
    kind: String,
    sure: Sure,
    facts: Vec<(&'static str, String)>,
    values: Vec<String>,
}

impl Finding {
    fn new(kind: impl Into<String>, sure: Sure) -> Self {
        Self { kind: kind.into(), sure, facts: Vec::new(), values: Vec::new() }
    }

    fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }
}

impl Inspect {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let (source, bytes) = self.bytes()?;
        let finding = self.identify(&bytes)?;
        let finding = finding.fact("given as", source).fact("size", format!("{} bytes", bytes.len()));
        match self.format {
            Format::Text => {
                let title = format!("{} ({})", finding.kind, finding.sure.as_str());
                output.line(&output.styled(Style::Bold, &title))?;
                for (name, value) in &finding.facts {
                    output.line(&format!("  {name:<12} {value}"))?;
                }
                finding.values.iter().try_for_each(|value| output.line(value))
            }
            Format::Json => {
                let facts: serde_json::Map<String, serde_json::Value> = finding
                    .facts
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
                    .collect();
                let values: Vec<serde_json::Value> =
                    finding.values.iter().filter_map(|value| serde_json::from_str(value).ok()).collect();
                let document = serde_json::json!({
                    "kind": finding.kind, "sure": finding.sure.as_str(), "facts": facts, "values": values,
                });
                output.line(&document.to_string())
            }
        }
    }

    /// The bytes, and how they were given.
    fn bytes(&self) -> Result<(&'static str, Vec<u8>), Failure> {
        let is_file = self.what == "-" || Path::new(&self.what).exists();
        if !is_file {
            let literal = from_hex(&self.what).map(|it| ("hex", it));
            return literal
                .or_else(|| from_base64(&self.what).map(|it| ("base64", it)))
                .ok_or_else(|| Failure::usage(format!("`{}` is no file, no hex and no base64", self.what)));
        }
        let bytes = Input::from(self.what.as_str()).read()?;
        // A file of hex or base64 text means the bytes that the text stands for.
        let text = std::str::from_utf8(&bytes).ok();
        if let Some(decoded) = text.and_then(from_hex) {
            return Ok(("a file of hex", decoded));
        }
        match text.filter(|it| it.trim().len() >= 8).and_then(from_base64) {
            Some(decoded) => Ok(("a file of base64", decoded)),
            None => Ok(("a file", bytes)),
        }
    }

    fn identify(&self, bytes: &[u8]) -> Result<Finding, Failure> {
        let mut headers = Headers::new();
        self.headers.iter().for_each(|(name, value)| headers.push(name, Some(value)));
        for role in [KeyOrValue::Value, KeyOrValue::Key] {
            if headers.last(ConfluentV1::header(role)).is_some() {
                return self.confluent("v1, GUID in the header", &headers, role, bytes);
            }
        }
        let value = KeyOrValue::Value;
        match bytes {
            [] => Ok(Finding::new("nothing", Sure::Certain)),
            [b'O', b'b', b'j', 1, ..] => Ok(self.container(bytes)),
            [0xc3, 0x01, rest @ ..] if rest.len() >= 8 => Ok(single_object(rest)),
            // No registry of Confluent's gives the id 0.
            [0, 0, 0, 0, 0, rest @ ..] if rest.len() >= 4 => Ok(apicurio(bytes)),
            [0, _, _, _, _, ..] => self.confluent("v0", &headers, value, bytes),
            [1, rest @ ..] if rest.len() >= 16 => self.confluent("v1, GUID in front", &headers, value, bytes),
            [3, compression @ (0 | 5), rest @ ..] if rest.len() >= 16 => Ok(glue(*compression, rest)),
            _ => Ok(text(bytes)),
        }
    }

    #[cfg(feature = "apache-avro")]
    fn container(&self, bytes: &[u8]) -> Finding {
        let found = Finding::new("Avro container file", Sure::Certain);
        let reader = match ContainerReader::new(bytes) {
            Ok(reader) => reader,
            Err(error) => return found.fact("trouble", error.to_string()),
        };
        let mut found = found
            .fact("schema", reader.schema().text())
            .fact("compression", reader.compression().as_str().to_owned());
        let mut count = 0_u64;
        for value in reader {
            match value {
                Ok(value) if found.values.len() < self.values => found.values.push(value.to_string()),
                Ok(_) => {}
                Err(error) => return found.fact("trouble", format!("value {count}: {error}")),
            }
            count += 1;
        }
        found.fact("values", count.to_string())
    }

    #[cfg(not(feature = "apache-avro"))]
    fn container(&self, _bytes: &[u8]) -> Finding {
        Finding::new("Avro container file", Sure::Certain)
            .fact("values", format!("up to {} need a build with the feature `apache-avro`", self.values))
    }

    /// Confluent's frame, checked against the registry of the data directory where there is one.
    fn confluent(
        &self,
        variant: &str,
        headers: &Headers,
        role: KeyOrValue,
        bytes: &[u8],
    ) -> Result<Finding, Failure> {
        let kind = format!("message, Confluent wire format {variant}");
        let frame = match Confluent::V0.read(bytes, role, headers) {
            Ok(frame) => frame,
            Err(error) => return Ok(Finding::new(kind, Sure::Possible).fact("trouble", error.to_string())),
        };
        let (name, key) = match frame.key {
            SchemaKey::Id(id) => ("schema id", id.to_string()),
            SchemaKey::Guid(guid) => ("schema GUID", guid.to_string()),
            other => ("schema", other.to_string()),
        };
        let found = |sure| {
            Finding::new(kind.clone(), sure)
                .fact(name, key.clone())
                .fact("payload", Encoding::Hex.line(frame.rest).unwrap_or_default())
        };
        if !self.directory.exists() {
            return Ok(found(Sure::Possible)
                .fact("schema", "no registry in the data directory; name one with --dir"));
        }
        let store = pollster::block_on(self.directory.catalog())?;
        let Ok(schema) = pollster::block_on(store.serdes.load(frame.key)) else {
            return Ok(
                found(Sure::Possible).fact("schema", "the registry in the data directory does not know it")
            );
        };
        let name = schema.full_name().map(|it| format!(" {it}")).unwrap_or_default();
        let schema = format!("{}{name}", schema.format());
        match store.serdes.decode(bytes, role, headers) {
            Ok(decoded) => {
                let mut found = found(Sure::Certain).fact("schema", schema);
                found.values.push(decoded.value.to_string());
                Ok(found)
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(|it| format!(": {it}")).unwrap_or_default();
                Ok(found(Sure::Possible).fact("schema", schema).fact("trouble", format!("{error}{cause}")))
            }
        }
    }
}

/// A header as `NAME=HEX`.
fn header(text: &str) -> Result<(String, Vec<u8>), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=HEX")?;
    let value = from_hex(value).ok_or_else(|| format!("`{value}` is no hex"))?;
    Ok((name.to_owned(), value))
}

/// AWS Glue's header: version 3, compression, the schema version's UUID
/// (aws-glue-schema-registry, `AWSSchemaRegistryConstants`).
fn glue(compression: u8, rest: &[u8]) -> Finding {
    let (uuid, payload) =
        rest.split_first_chunk::<16>().map_or((Guid([0; 16]), rest), |(uuid, rest)| (Guid(*uuid), rest));
    Finding::new("message, AWS Glue Schema Registry", Sure::Likely)
        .fact("version id", uuid.to_string())
        .fact("compression", if compression == 5 { "zlib" } else { "none" })
        .fact("payload", Encoding::Hex.line(payload).unwrap_or_default())
}

/// Apicurio's older header: magic byte 0 and a global id of eight bytes. Its newer one, of four, is as Confluent's.
fn apicurio(bytes: &[u8]) -> Finding {
    let behind = bytes.get(1..).and_then(<[u8]>::split_first_chunk);
    let (id, payload) = behind.map_or((0, bytes), |(id, rest)| (u64::from_be_bytes(*id), rest));
    Finding::new("message, Apicurio Registry with global ids of 8 bytes", Sure::Likely)
        .fact("global id", id.to_string())
        .fact("payload", Encoding::Hex.line(payload).unwrap_or_default())
}

/// Avro's single-object encoding: the fingerprint is little-endian.
fn single_object(rest: &[u8]) -> Finding {
    let (fingerprint, payload) = rest.split_at_checked(8).unwrap_or_default();
    let fingerprint: String = fingerprint.iter().rev().map(|byte| format!("{byte:02x}")).collect();
    Finding::new("Avro single-object encoding", Sure::Likely)
        .fact("fingerprint", format!("{fingerprint} (CRC-64-AVRO)"))
        .fact("payload", Encoding::Hex.line(payload).unwrap_or_default())
}

fn text(bytes: &[u8]) -> Finding {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let start = bytes.get(..bytes.len().min(32)).unwrap_or_default();
        return Finding::new("bytes without a frame that is known", Sure::Possible)
            .fact("begins with", Encoding::Hex.line(start).unwrap_or_default());
    };
    match crate::value::from_json(text) {
        Ok(value) => {
            let mut found = Finding::new("JSON", Sure::Certain);
            found.values.push(value.to_string());
            found
        }
        Err(_) => {
            Finding::new("text", Sure::Likely).fact("begins with", text.chars().take(60).collect::<String>())
        }
    }
}

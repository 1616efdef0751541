//! The values of the log's records, member for member in Confluent's order.

use serde::{Deserialize, Serialize};

use crate::ids::Guid;
use crate::registry::config::Config;
use crate::registry::metadata::{Metadata, RuleSet, Unknown};
use crate::schema::Reference;

/// A version of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SchemaRecord {
    /// The subject, qualified.
    pub subject: String,
    /// The version.
    pub version: u32,
    /// The id in the subject's context.
    pub id: u32,
    /// The GUID as base64; older registries did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// The format; absent for Avro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_type: Option<String>,
    /// The schemas it refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<ReferenceRecord>>,
    /// Its metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Its rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_set: Option<RuleSet>,
    /// The canonical text.
    pub schema: String,
    /// Whether it is soft-deleted.
    #[serde(default)]
    pub deleted: bool,
    /// All other members.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl SchemaRecord {
    /// A live version of an Avro schema without references, metadata or rules.
    #[must_use]
    pub fn new(subject: &str, version: u32, id: u32, schema: &str) -> Self {
        Self {
            subject: subject.into(),
            version,
            id,
            md5: None,
            schema_type: None,
            references: None,
            metadata: None,
            rule_set: None,
            schema: schema.into(),
            deleted: false,
            unknown: Unknown::new(),
        }
    }

    /// The format's name.
    #[must_use]
    pub fn format(&self) -> &str {
        self.schema_type.as_deref().unwrap_or("AVRO")
    }

    /// The references as the schema model has them.
    #[must_use]
    pub fn reference_list(&self) -> Vec<Reference> {
        self.references.iter().flatten().map(Reference::from).collect()
    }

    /// The GUID: the one that was written, or else computed.
    #[must_use]
    pub fn guid(&self) -> Guid {
        self.md5.as_deref().and_then(guid_from_base64).unwrap_or_else(|| {
            let references = self.reference_list();
            crate::registry::guid(&self.schema, &references, self.metadata.as_ref(), self.rule_set.as_ref())
        })
    }
}

/// One reference of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceRecord {
    /// The name by which the text refers to it.
    pub name: String,
    /// The subject it is registered under, relative to the context of the schema that refers.
    pub subject: String,
    /// Its version there.
    pub version: i32,
}

impl From<&Reference> for ReferenceRecord {
    fn from(it: &Reference) -> Self {
        Self { name: it.name.clone(), subject: it.subject.clone(), version: it.version }
    }
}

impl From<&ReferenceRecord> for Reference {
    fn from(it: &ReferenceRecord) -> Self {
        Self { name: it.name.clone(), subject: it.subject.clone(), version: it.version }
    }
}

/// Settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfigRecord {
    /// Whose they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What they are.
    #[serde(flatten)]
    pub config: Config,
    /// All other members.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModeRecord {
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its name.
    pub mode: String,
    /// All other members.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Which versions of a subject are soft-deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteSubjectRecord {
    /// The subject.
    pub subject: String,
    /// All versions up to this one.
    pub version: u32,
}

/// A subject whose soft-deleted versions are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearSubjectRecord {
    /// The subject.
    pub subject: String,
}

/// A context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContextRecord {
    /// The tenant.
    pub tenant: String,
    /// The name, with its dot.
    pub context: String,
    /// Our own member: the highest id that was ever given, where its schema is gone from the log. Messages that carry the id may
    /// still exist, so it is not given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_id: Option<u32>,
    /// Our own member, too: the context was deleted. Its record stays, for the highest id in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// All other members.
    #[serde(flatten)]
    pub unknown: Unknown,
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// 16 bytes as the 24 letters of base64 that Java's `Base64.getEncoder` gives (RFC 4648 section 4).
pub(in crate::registry) fn guid_to_base64(guid: Guid) -> String {
    // 128 bits in steps of 6, the last one filled up with zeros.
    let bits = u128::from_be_bytes(guid.0);
    let letter = |at: u32| {
        let six = if at < 21 { bits >> (122 - 6 * at) } else { bits << 4 };
        BASE64.get(six as usize & 63).copied().map_or('A', char::from)
    };
    (0..22).map(letter).chain("==".chars()).collect()
}

/// The reverse; `None` where it is not the base64 of 16 bytes.
fn guid_from_base64(text: &str) -> Option<Guid> {
    let number = |letter: u8| BASE64.iter().position(|it| *it == letter).map(|at| at as u128);
    let (last, letters) = text.strip_suffix("==")?.as_bytes().split_last()?;
    let last = number(*last)?;
    let mut bits = 0;
    for letter in letters {
        bits = bits << 6 | number(*letter)?;
    }
    // The last letter holds two bits, and four zeros.
    (letters.len() == 21 && last & 15 == 0).then(|| Guid((bits << 2 | last >> 4).to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{guid_from_base64, guid_to_base64};
    use crate::ids::Guid;

    #[test]
    fn a_guid_in_base64_reads_back() {
        let guid = Guid(*b"\xff\x9a\x00\x01schemawire\xfe\xff");
        let text = guid_to_base64(guid);
        assert_eq!(text, "/5oAAXNjaGVtYXdpcmX+/w==");
        assert_eq!(guid_from_base64(&text), Some(guid));
        assert_eq!(guid_from_base64("/5oAAXNjaGVtYXdpcmX+"), None, "too short");
        assert_eq!(guid_from_base64("/5oAAXNjaGVtYXdpcmX+/x=="), None, "bits that no byte holds");
        assert_eq!(guid_from_base64("5f4dcc3b5aa765d61d8327deb882cf99"), None, "hexadecimal");
    }
}

//! The content's address: an MD5 over all that makes a schema what it is, as Confluent computes it.
//!
//! ```text
//! canonical text · for each reference: name, subject, version (4 bytes, big endian)
//!                · if there is metadata: 01, tags with their values, properties with their values, sensitive names
//!                · if there are rules: 01, the members of each rule in Confluent's order
//! ```
//!
//! The format is no part of it.

use md5::{Digest, Md5};

use super::metadata::{DataRule, Metadata, RuleSet};
use crate::ids::Guid;
use crate::schema::Reference;

/// The GUID of a canonical text with what belongs to it. The same in every registry.
///
/// ```
/// let guid = schemawire::registry::guid(r#""string""#, &[], None, None);
/// assert_eq!(guid.to_string(), "095d71cf-1255-6b9d-5e33-0ad575b3df5d");
/// ```
#[must_use]
pub fn guid(
    canonical: &str,
    references: &[Reference],
    metadata: Option<&Metadata>,
    rule_set: Option<&RuleSet>,
) -> Guid {
    let mut hash = Md5::new();
    hash.update(canonical);
    for reference in references {
        hash.update(&reference.name);
        hash.update(&reference.subject);
        hash.update(reference.version.to_be_bytes());
    }
    if let Some(metadata) = metadata {
        hash.update([1]);
        add_metadata(&mut hash, metadata);
    }
    if let Some(rule_set) = rule_set {
        hash.update([1]);
        add_rules(&mut hash, rule_set);
    }
    Guid(hash.finalize().into())
}

fn add_metadata(hash: &mut Md5, metadata: &Metadata) {
    for (path, tags) in &metadata.tags {
        hash.update(path);
        tags.iter().for_each(|tag| hash.update(tag));
    }
    for (name, value) in &metadata.properties {
        hash.update(name);
        hash.update(value);
    }
    metadata.sensitive.iter().for_each(|name| hash.update(name));
}

fn add_rules(hash: &mut Md5, rules: &RuleSet) {
    for rule in [&rules.migration_rules, &rules.domain_rules, &rules.encoding_rules].into_iter().flatten() {
        add_rule(hash, rule);
    }
    rules.enable_at.iter().for_each(|place| hash.update(place));
}

fn add_rule(hash: &mut Md5, rule: &DataRule) {
    hash.update(&rule.name);
    rule.doc.iter().for_each(|doc| hash.update(doc));
    hash.update(&rule.kind);
    hash.update(&rule.mode);
    rule.executor.iter().for_each(|executor| hash.update(executor));
    rule.tags.iter().for_each(|tag| hash.update(tag));
    for (name, value) in &rule.params {
        hash.update(name);
        hash.update(value);
    }
    [&rule.expr, &rule.on_success, &rule.on_failure].into_iter().flatten().for_each(|text| hash.update(text));
    if rule.disabled {
        hash.update([1]);
    }
}

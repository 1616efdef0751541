//! Every schema of the corpora is converted to every other format, or refused with a reason.

use std::collections::BTreeMap;

use schemawire::convert::{ConvertError, Verdict, convert};
use schemawire::schema::{Format, Mode, Schema};

use super::round::FORMATS;
use crate::support::{corpus, rows};

#[test]
fn every_schema_of_the_corpora_is_converted_or_refused_with_a_reason() {
    let files = [
        "apicurio-avro.jsonl",
        "apicurio-json.jsonl",
        "avro-java.jsonl",
        "karapace-avro.jsonl",
        "karapace-json.jsonl",
        "karapace-protobuf.jsonl",
        "probe-avro.jsonl",
        "probe-json.jsonl",
        "probe-protobuf.jsonl",
    ];
    // From, to: how many were converted, how many refused.
    let mut counts: BTreeMap<(Format, Format), (usize, usize)> = BTreeMap::new();
    let mut texts = std::collections::BTreeSet::new();
    for text in files.iter().filter_map(|it| corpus(it)) {
        for row in rows(&text) {
            let format: Format = row["format"].as_str().expect("a format").parse().expect("known");
            for side in ["old", "new"] {
                let Some(text) = row[side].as_str() else { continue };
                texts.insert((format, text.to_owned()));
            }
        }
    }
    for (format, text) in &texts {
        let Ok(schema) = Schema::parse(*format, text, Vec::new(), Mode::Lenient) else { continue };
        for to in FORMATS.into_iter().filter(|to| to != format) {
            let count = counts.entry((*format, to)).or_default();
            match convert(&schema, to) {
                Ok(conversion) => {
                    assert_eq!(conversion.schema().format(), to);
                    count.0 += 1;
                }
                Err(ConvertError::Impossible(report)) => {
                    for entry in report.of(Verdict::Impossible) {
                        assert!(!entry.why.is_empty(), "{entry}\n{text}");
                        // The target's parser has the last word: a type that contains itself without an end has no layout.
                        let endless = to == Format::Bincode && entry.why.contains("contains itself without");
                        assert!(entry.rule != "refused" || endless, "{entry}\n{text}");
                    }
                    count.1 += 1;
                }
                // A schema that does not link, as some of these do not.
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    count.1 += 1;
                }
            }
        }
    }
    for ((from, to), (converted, refused)) in &counts {
        eprintln!("{from} -> {to}: {converted} converted, {refused} refused");
    }
    if !counts.is_empty() {
        let converted: usize = counts.values().map(|it| it.0).sum();
        assert!(converted > 1_000, "only {converted} were converted");
    }
}

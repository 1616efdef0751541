//! The law of conversions: a value through both codecs and both ways comes back equal.

use proptest::prelude::ProptestConfig;
use schemawire::codec::{Binding, BoundCodec, Codecs};
use schemawire::convert::{Conversion, ConvertError, Entry, Verdict, convert, markdown};
use schemawire::schema::{Format, Schema};
use schemawire::value::Value;
use std::sync::{Arc, OnceLock};

pub(super) const FORMATS: [Format; 4] = [Format::Avro, Format::Protobuf, Format::Json, Format::Bincode];

/// Half as many cases as usual: each binds four codecs.
pub(super) fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.div_ceil(2), failure_persistence: None, ..usual }
}

pub(super) fn codec(schema: &Schema) -> Arc<dyn BoundCodec> {
    let codecs = Codecs::default();
    let codec = codecs.codec(schema.format()).expect("a built-in codec");
    codec.bind_dyn(&Binding::new(schema)).unwrap_or_else(|error| panic!("{error}\n{}", schema.text()))
}

/// The conversion; one that is impossible has to say why, and never that our own parser refused the text.
pub(super) fn conversion(schema: &Schema, to: Format) -> Option<Conversion> {
    match convert(schema, to) {
        Ok(conversion) => Some(conversion),
        Err(ConvertError::Impossible(report)) => {
            for entry in report.of(Verdict::Impossible) {
                assert!(!entry.why.is_empty(), "{entry}");
                assert_ne!(entry.rule, "refused", "{entry}\n{}", schema.text());
            }
            None
        }
        Err(error) => panic!("{error}\n{}", schema.text()),
    }
}

/// What became of a value.
#[derive(Debug, PartialEq)]
pub(super) enum Round {
    Equal,
    Refused(String),
}

/// Encodes, decodes, goes forward, encodes, decodes, goes back.
pub(super) fn round(conversion: &Conversion, source: &dyn BoundCodec, value: &Value<'_>) -> Round {
    let mut bytes = Vec::new();
    let shown = || format!("{value:?}\n{}", conversion.schema().text());
    source.encode_value(value, &mut bytes).unwrap_or_else(|error| panic!("{error}\n{}", shown()));
    let before = source.decode_value(&bytes).unwrap_or_else(|error| panic!("{error}\n{}", shown()));
    let there = match conversion.forward(&before) {
        Ok(there) => there,
        Err(error) => return Round::Refused(format!("{error}\n{}", shown())),
    };
    let target = codec(conversion.schema());
    let mut other = Vec::new();
    if let Err(error) = target.encode_value(&there, &mut other) {
        return Round::Refused(format!("{error}\n{there:?}\n{}", shown()));
    }
    let read = target.decode_value(&other).unwrap_or_else(|error| panic!("{error}\n{}", shown()));
    let back = conversion.back(&read).unwrap_or_else(|error| panic!("{error}\n{read:?}\n{}", shown()));
    assert_eq!(back, before, "{}", shown());
    // What comes back is written as it was, union branches included.
    let mut again = Vec::new();
    source.encode_value(&back, &mut again).unwrap_or_else(|error| panic!("{error}\n{}", shown()));
    assert_eq!(again, bytes, "{}", shown());
    Round::Equal
}

/// Every target holds the law for that schema and value.
pub(super) fn holds(schema: &Schema, value: &Value<'_>) {
    let source = codec(schema);
    for to in FORMATS {
        let Some(conversion) = conversion(schema, to) else { continue };
        conversion.report().entries.iter().for_each(|it| in_table(schema.format(), it));
        if let Round::Refused(why) = round(&conversion, source.as_ref(), value) {
            let verdict = conversion.report().verdict();
            assert!(verdict >= Verdict::Narrowed, "{verdict}, but refused: {why}\n{}", schema.text());
        }
    }
}

/// What an entry says of a type is a cell of the table.
fn in_table(from: Format, entry: &Entry) {
    static TABLE: OnceLock<String> = OnceLock::new();
    let Some((row, _)) = entry.rule.rsplit_once("-to-") else { return };
    let table = TABLE.get_or_init(markdown);
    let section = table.split("\n## ").find(|it| it.starts_with(&format!("From {from}"))).expect("a section");
    let start = format!("| {} | {row} |", entry.source);
    // The outermost type has a row of its own beside that of its kind.
    let is_it =
        |line: &str| line.starts_with(&start) || (row == "outermost" && line.contains("| outermost |"));
    let line = section.lines().find(|it| is_it(it)).unwrap_or_else(|| panic!("{from}: no row {start}"));
    let cell = format!("{}: `{}`", entry.verdict, entry.target);
    assert!(line.contains(&cell), "{entry}: no cell {cell} in {line}");
}

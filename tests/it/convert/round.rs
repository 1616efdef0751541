//! The law of conversions: a value through both codecs and both ways comes back equal.

use schemawire::codec::{Binding, BoundCodec, Codecs};
use schemawire::convert::{Conversion, ConvertError, Verdict, convert};
use schemawire::schema::{Format, Schema};
use schemawire::value::Value;
use std::sync::Arc;

pub(super) const FORMATS: [Format; 4] = [Format::Avro, Format::Protobuf, Format::Json, Format::Bincode];

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
        if let Round::Refused(why) = round(&conversion, source.as_ref(), value) {
            let verdict = conversion.report().verdict();
            assert!(verdict >= Verdict::Narrowed, "{verdict}, but refused: {why}\n{}", schema.text());
        }
    }
}

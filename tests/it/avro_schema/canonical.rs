//! The two canonical texts and the fingerprints.

use schemawire::schema::Schema;
use schemawire::schema::avro::{md5, parsing_canonical_form, rabin, sha256};

use super::{lenient, model, with};
use crate::support::{corpus, rows};

#[test]
fn canonical_forms_and_rabin_fingerprints_are_those_of_avros_own_test_data() {
    let Some(text) = corpus("avro-canonical-fingerprint.jsonl") else { return };
    let mut count = 0;
    for row in rows(&text) {
        let schema = lenient(row["input"].as_str().unwrap()).unwrap();
        let canonical = parsing_canonical_form(model(&schema));
        assert_eq!(canonical, row["canonical"].as_str().unwrap(), "{}", row["id"]);
        let fingerprint = rabin(&canonical).cast_signed();
        assert_eq!(Some(fingerprint), row["fingerprint_computed"].as_i64(), "{}", row["id"]);
        if let Some(published) = row["fingerprint_int64"].as_i64() {
            assert_eq!(fingerprint, published, "{}", row["id"]);
        }
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn md5_and_sha256_are_those_of_apache_avro() {
    // apache-avro keeps parameters of logical types in its canonical form, against the specification; so there are none here.
    let texts = [
        r#""int""#,
        r#"{"type":"array","items":{"type":"map","values":["null","string"]}}"#,
        r#"{"type":"enum","name":"a.E","symbols":["A","B"],"default":"A","doc":"d"}"#,
        r#"{"type":"record","name":"R","namespace":"a.b","doc":"d","fields":[{"name":"f","type":{"type":"enum","name":"E","symbols":["A","B"]},"default":"A"},{"name":"g","type":["null","R"]},{"name":"h","type":{"type":"fixed","name":"c.F","size":4},"aliases":["i"]}]}"#,
        r#"{"type":"record","name":"Node","fields":[{"name":"label","type":"string"},{"name":"children","type":{"type":"array","items":"Node"}}]}"#,
    ];
    for text in texts {
        let ours = parsing_canonical_form(model(&Schema::avro(text).unwrap()));
        let theirs = apache_avro::Schema::parse_str(text).unwrap();
        assert_eq!(ours, theirs.canonical_form());
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(&md5(&ours)), theirs.fingerprint::<md5::Md5>().to_string());
        assert_eq!(hex(&sha256(&ours)), theirs.fingerprint::<sha2::Sha256>().to_string());
        assert_eq!(
            hex(&rabin(&ours).to_le_bytes()),
            theirs.fingerprint::<apache_avro::rabin::Rabin>().to_string()
        );
    }
}

fn canonical(text: &str) -> String {
    Schema::avro(text).expect("a schema").canonical()
}

#[test]
fn the_stored_text_is_compact_with_members_in_javas_order_and_nothing_lost() {
    let text = r#"{
        "namespace": "n", "doc": "d", "custom": {"z": 1, "a": [1.0, 2e20]}, "aliases": ["Old", "m.Older"],
        "fields": [
            {"type": {"logicalType": "decimal", "type": "bytes", "scale": 2, "precision": 4}, "name": "a", "extra": "x",
             "aliases": ["b"], "order": "ignore", "default": "\u0001", "doc": "f"},
            {"name": "e", "type": {"symbols": ["A"], "name": "E", "type": "enum", "default": "A", "doc": "", "p": 1}},
            {"name": "f", "type": {"type": "fixed", "size": 2, "name": "F", "namespace": "other"}, "order": "ascending"},
            {"name": "g", "type": ["null", "R", "E", "other.F"], "default": null},
            {"name": "h", "type": {"values": {"items": {"type": "int"}, "type": "array"}, "type": "map", "q": true}}
        ],
        "name": "R", "type": "record"
    }"#;
    let expected = concat!(
        r#"{"type":"record","name":"R","namespace":"n","doc":"d","fields":["#,
        r#"{"name":"a","type":{"type":"bytes","logicalType":"decimal","scale":2,"precision":4},"doc":"f","#,
        r#""default":"\u0001","order":"ignore","aliases":["b"],"extra":"x"},"#,
        r#"{"name":"e","type":{"type":"enum","name":"E","doc":"","symbols":["A"],"default":"A","p":1}},"#,
        r#"{"name":"f","type":{"type":"fixed","name":"F","namespace":"other","size":2}},"#,
        r#"{"name":"g","type":["null","R","E","other.F"],"default":null},"#,
        r#"{"name":"h","type":{"type":"map","values":{"type":"array","items":"int"},"q":true}}],"#,
        r#""custom":{"z":1,"a":[1.0,2.0E20]},"aliases":["Old","m.Older"]}"#,
    );
    assert_eq!(canonical(text), expected);
    assert_eq!(canonical(expected), expected, "it is its own canonical text");
}

#[test]
fn a_type_without_a_namespace_inside_one_says_so() {
    let text = r#"{"type":"record","name":"n.R","fields":[{"name":"f","type":{"type":"record","name":"S","namespace":"","fields":[{"name":"g","type":"n.R"}]}},{"name":"h","type":"S"}]}"#;
    let expected = r#"{"type":"record","name":"R","namespace":"n","fields":[{"name":"f","type":{"type":"record","name":"S","namespace":"","fields":[{"name":"g","type":"n.R"}]}},{"name":"h","type":"S"}]}"#;
    assert_eq!(canonical(text), expected);
}

#[test]
fn numbers_are_written_as_java_writes_them() {
    let number = |number: &str| {
        let text = canonical(&format!(r#"{{"type":"int","p":{number}}}"#));
        text.strip_prefix(r#"{"type":"int","p":"#).and_then(|rest| rest.strip_suffix('}')).unwrap().to_owned()
    };
    let cases = [
        ("1", "1"),
        ("-0", "0"),
        ("123456789012345678901", "123456789012345678901"),
        ("1.50", "1.5"),
        ("1e2", "100.0"),
        ("0.001", "0.001"),
        ("0.0001", "1.0E-4"),
        ("1e7", "1.0E7"),
        ("9999999.5", "9999999.5"),
        ("1.25e-9", "1.25E-9"),
        ("0.0", "0.0"),
        ("-0.0", "-0.0"),
    ];
    for (written, expected) in cases {
        assert_eq!(number(written), expected, "{written}");
    }
}

#[test]
fn a_text_default_of_a_double_is_stored_as_the_number_it_says() {
    let text = r#"{"type":"record","name":"R","fields":[{"name":"f","type":"double","default":"1.5"},{"name":"g","type":"float","default":"NaN"}]}"#;
    assert_eq!(canonical(text), text.replace("\"1.5\"", "1.5"));
}

#[test]
fn a_referenced_type_stays_a_name() {
    let referenced = Schema::avro(r#"{"type":"enum","name":"n.E","symbols":["A"]}"#).unwrap();
    let schema = with(
        r#"{"type":"record","name":"R","namespace":"n","fields":[{"name":"f","type":"E"}]}"#,
        &[("n.E", &referenced)],
    )
    .unwrap();
    assert_eq!(
        schema.canonical(),
        r#"{"type":"record","name":"R","namespace":"n","fields":[{"name":"f","type":"E"}]}"#
    );
    assert_eq!(
        parsing_canonical_form(model(&schema)),
        r#"{"name":"n.R","type":"record","fields":[{"name":"f","type":"n.E"}]}"#
    );
}

#[test]
fn a_canonical_text_is_its_own_and_means_the_same() {
    for name in ["avro-java", "karapace-avro", "apicurio-avro", "probe-avro"] {
        let Some(text) = corpus(&format!("{name}.jsonl")) else { return };
        for row in rows(&text) {
            let schema = lenient(row["new"].as_str().unwrap()).unwrap();
            let again = lenient(&schema.canonical()).unwrap();
            assert_eq!(again.canonical(), schema.canonical(), "{}", row["id"]);
            let forms = [&schema, &again].map(|it| parsing_canonical_form(model(it)));
            assert_eq!(forms[0], forms[1], "{}", row["id"]);
        }
    }
}

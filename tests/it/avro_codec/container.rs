//! Container files: ours and apache-avro's read each other, and broken ones are errors.

use schemawire::codec::avro::container::{Compression, ContainerError, ContainerReader, ContainerWriter};
use schemawire::codec::avro::schema_of;
use schemawire::limits::Limits;
use schemawire::value::from_json;

use super::schema;

const POINT: &str = r#"{"type":"record","name":"Point","fields":[{"name":"x","type":"int"},{"name":"label","type":["null","string"]}]}"#;

fn file(compression: Compression, count: usize) -> Vec<u8> {
    let mut writer = ContainerWriter::new(&schema(POINT), compression, [9; 16]).unwrap();
    for x in 0..count {
        writer.append_value(&from_json(&format!(r#"{{"x": {x}, "label": "n{x}"}}"#)).unwrap()).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn files_of_many_blocks_go_round() {
    for compression in [Compression::Null, Compression::Deflate] {
        let file = file(compression.clone(), 10_000);
        let reader = ContainerReader::new(&file).unwrap();
        assert_eq!((reader.schema().text(), reader.compression()), (POINT, &compression));
        assert_eq!(reader.metadata().count(), 2);
        let mut count = 0;
        for (x, value) in reader.enumerate() {
            assert_eq!(value.unwrap().to_string(), format!(r#"{{"x":{x},"label":"n{x}"}}"#));
            count += 1;
        }
        assert_eq!(count, 10_000);
    }
    assert_eq!(ContainerReader::new(&file(Compression::Null, 0)).unwrap().count(), 0);
}

#[test]
fn apache_avro_reads_our_files_and_we_read_its() {
    let ours = file(Compression::Deflate, 100);
    let theirs: Vec<_> = apache_avro::Reader::new(&ours[..]).unwrap().map(Result::unwrap).collect();
    assert_eq!(theirs.len(), 100);
    let parsed = apache_avro::Schema::parse_str(POINT).unwrap();
    let codec = apache_avro::Codec::Deflate(apache_avro::DeflateSettings::default());
    let mut writer = apache_avro::Writer::with_codec(&parsed, Vec::new(), codec).unwrap();
    for value in theirs {
        writer.append_value(value).unwrap();
    }
    let again = writer.into_inner().unwrap();
    let values: Vec<_> = ContainerReader::new(&again).unwrap().map(Result::unwrap).collect();
    assert_eq!(values, ContainerReader::new(&ours).unwrap().map(Result::unwrap).collect::<Vec<_>>());
}

#[test]
fn a_file_is_read_with_a_newer_schema() {
    let newer = schema(
        r#"{"type": "record", "name": "Point", "fields": [{"name": "x", "type": "double"},
            {"name": "y", "type": "int", "default": 7}]}"#,
    );
    let file = file(Compression::Null, 1);
    let mut reader = ContainerReader::with(&file, Some(&newer), Limits::DEFAULT).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().to_string(), r#"{"x":0.0,"y":7}"#);
}

#[test]
fn a_broken_file_is_an_error_wherever_it_is_cut_or_changed() {
    assert!(matches!(ContainerReader::new(b"Obj"), Err(ContainerError::NotAContainer)));
    assert!(matches!(ContainerReader::new(b"PAR1"), Err(ContainerError::NotAContainer)));
    let file = file(Compression::Null, 3);
    let blocks = file.len() - ContainerReader::new(&file).unwrap().schema().text().len();
    assert!(blocks > 0);
    for end in 4..file.len() {
        let failed = match ContainerReader::new(&file[..end]) {
            Ok(reader) => {
                let items: Vec<_> = reader.collect();
                // Cut right behind the header it is a file without values.
                items.is_empty() || items.last().is_some_and(Result::is_err)
            }
            Err(_) => true,
        };
        assert!(failed, "cut at {end}");
    }
    let mut marker = file;
    *marker.last_mut().unwrap() ^= 1;
    let error = ContainerReader::new(&marker).unwrap().find_map(Result::err).unwrap();
    assert!(error.to_string().contains("block 0") && error.to_string().contains("marker"), "{error}");
}

#[test]
fn a_block_that_expands_beyond_the_limit_is_refused() {
    let zeros = schema(r#""bytes""#);
    let mut writer = ContainerWriter::new(&zeros, Compression::Deflate, [0; 16]).unwrap();
    writer.append(&vec![0_u8; 1 << 20]).unwrap();
    let bomb = writer.finish().unwrap();
    assert!(bomb.len() < 4096);
    let limits = Limits::DEFAULT.with_bytes(100_000);
    let error = ContainerReader::with(&bomb, None, limits).unwrap().find_map(Result::err).unwrap();
    assert!(matches!(error, ContainerError::Compression(_)), "{error}");
    assert_eq!(ContainerReader::new(&bomb).unwrap().count(), 1);
}

#[test]
fn an_unknown_compression_is_named() {
    let unknown = Compression::Other("brotli".to_owned());
    let error = ContainerWriter::new(&schema(POINT), unknown, [0; 16]).unwrap_err();
    assert!(error.to_string().contains("`brotli`"), "{error}");
}

#[test]
fn a_value_of_another_shape_leaves_the_file_as_it_was() {
    let mut writer = ContainerWriter::new(&schema(POINT), Compression::Null, [9; 16]).unwrap();
    assert!(matches!(writer.append(&1), Err(ContainerError::Encode(_))));
    writer.append(&(5, Some("a"))).unwrap();
    let file = writer.finish().unwrap();
    assert_eq!(ContainerReader::new(&file).unwrap().count(), 1);
}

#[test]
fn a_schema_is_taken_from_a_derive() {
    #[derive(apache_avro::AvroSchema)]
    #[expect(dead_code, reason = "only its schema is asked for")]
    struct Measurement {
        sensor: String,
        values: Vec<f64>,
        note: Option<String>,
    }
    let schema = schema_of::<Measurement>().unwrap();
    assert_eq!(schema.full_name().as_deref(), Some("Measurement"));
    assert!(schema.text().contains(r#""sensor""#));
}

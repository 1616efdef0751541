//! `schema_registry_converter`, the older client in Rust, on `schemawire serve`: its Avro, JSON and Protobuf read by us, ours by it, and
//! its own calls.
#![cfg(feature = "jiff")]

use apache_avro::types::Value;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use schema_registry_converter::async_impl::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::async_impl::json::{JsonDecoder, JsonEncoder};
use schema_registry_converter::async_impl::proto_raw::{ProtoRawDecoder, ProtoRawEncoder};
use schema_registry_converter::async_impl::schema_registry::{
    SrSettings, get_all_subjects, get_all_versions, get_schema_by_id, get_schema_by_subject,
    is_compatible_schema, post_schema,
};
use schema_registry_converter::schema_registry_common::{
    SchemaType, SubjectNameStrategy, SuppliedReference, SuppliedSchema,
};
use schemawire::schema::{Format, Schema};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::case::{Case, Message, plain, same};
use super::ours::Ours;
use crate::server::command::Process;

/// It finds what an Avro schema refers to only where that is written `.shop.Customer` or, within its namespace, `Customer`; the case writes
/// `shop.Customer`, as Avro and the other clients do.
const AVRO: [&str; 1] = ["avro-order"];
const JSON: [&str; 2] = ["json-order", "json-reference"];
/// It frames payloads, and leaves it to others to make them.
const PROTOBUF: [&str; 5] =
    ["protobuf-order", "protobuf-reference", "protobuf-transitive", "protobuf-well-known", "protobuf-nested"];

/// All subjects in the end.
const SUBJECTS: [&str; 14] = [
    "address.proto",
    "avro-order-value",
    "calls",
    "customer.json",
    "customer.proto",
    "json-order-value",
    "json-reference-value",
    "protobuf-nested-value",
    "protobuf-order-value",
    "protobuf-reference-value",
    "protobuf-transitive-value",
    "protobuf-well-known-value",
    "shop/address.proto",
    "shop/customer.proto",
];

fn schema(text: &str) -> SuppliedSchema {
    SuppliedSchema::new(None, SchemaType::Avro, text.to_owned())
}

#[test]
fn rust_schema_registry_converter() {
    // Its reqwest is built without a provider of its own. Another test may have installed it.
    drop(rustls::crypto::ring::default_provider().install_default());
    let directory = tempfile::tempdir().expect("a directory");
    let server = Process::start(directory.path(), &[]);
    let ours = Ours::new(&server.url);
    let settings = SrSettings::new_builder(server.url.clone()).no_proxy().build().expect("settings");
    let runtime = Runtime::new().expect("a runtime");
    for case in AVRO {
        avro(&runtime, &settings, &ours, &Case::load(case));
    }
    for case in JSON {
        json(&runtime, &settings, &ours, &Case::load(case));
    }
    for case in PROTOBUF {
        protobuf(&runtime, &settings, &ours, &Case::load(case));
    }
    runtime.block_on(calls(&settings));
}

fn avro(runtime: &Runtime, settings: &SrSettings, ours: &Ours, case: &Case) {
    let schema = case.schema();
    let parsed = apache_avro::Schema::parse_str(schema.text()).expect("a schema");
    let strategy = strategy(case, &schema);
    let encoder = AvroEncoder::new(settings.clone());
    let decoder = AvroDecoder::new(settings.clone());
    for value in &case.values {
        let fitting = native(value).resolve(&parsed).expect("it fits");
        let theirs = runtime.block_on(encoder.encode_value(fitting, &strategy)).expect("written");
        let theirs = Message { value: theirs, header: None };
        let read = ours.read(case, &theirs);
        assert!(same(&read, &plain(value)), "we read {read}");

        let message = ours.write(case, &plain(value));
        assert_eq!(message, theirs);
        let read = runtime.block_on(decoder.decode(Some(&message.value))).expect("read");
        assert_eq!(json_of(read.value), *value);
    }
}

/// Members may stand in another order, so that values are compared and not bytes.
fn json(runtime: &Runtime, settings: &SrSettings, ours: &Ours, case: &Case) {
    let strategy = strategy(case, &case.schema());
    let encoder = JsonEncoder::new(settings.clone());
    let decoder = JsonDecoder::new(settings.clone());
    for value in &case.values {
        let theirs = runtime.block_on(encoder.encode(value, strategy.clone())).expect("written");
        let theirs = Message { value: theirs, header: None };
        let read = ours.read(case, &theirs);
        assert!(same(&read, value), "we read {read}");

        let message = ours.write(case, value);
        assert_eq!(message.value.first_chunk::<5>(), theirs.value.first_chunk::<5>(), "one id");
        let read = runtime.block_on(decoder.decode(Some(&message.value))).expect("read").expect("a value");
        assert_eq!(read.value, *value);
    }
}

/// The frame with its message indexes, around payloads of ours: it counts as the registered text does, so without map entries.
fn protobuf(runtime: &Runtime, settings: &SrSettings, ours: &Ours, case: &Case) {
    let name = case.message.as_deref().expect("a message");
    let encoder = ProtoRawEncoder::new(settings.clone());
    let decoder = ProtoRawDecoder::new(settings.clone());
    for value in &case.values {
        let payload = ours.payload(case, &plain(value));
        let theirs = encoder.encode(&payload, name, strategy(case, &case.schema()));
        let theirs = Message { value: runtime.block_on(theirs).expect("written"), header: None };
        let read = ours.read(case, &theirs);
        assert!(same(&read, &plain(value)), "{}: we read {read}", case.name);

        let message = ours.write(case, &plain(value));
        assert_eq!(message, theirs, "{}", case.name);
        let read = runtime.block_on(decoder.decode(Some(&message.value))).expect("read").expect("a value");
        assert_eq!((read.full_name.as_str(), &read.bytes), (name, &payload), "{}", case.name);
    }
}

/// The topic's name strategy, with a schema that is registered where it is not, after those that it refers to.
fn strategy(case: &Case, schema: &Schema) -> SubjectNameStrategy {
    let kind = match schema.format() {
        Format::Avro => SchemaType::Avro,
        Format::Protobuf => SchemaType::Protobuf,
        _ => SchemaType::Json,
    };
    let supplied =
        SuppliedSchema::new(None, kind, schema.text().to_owned()).with_references(references(schema));
    SubjectNameStrategy::TopicNameStrategyWithSchema(case.name.clone(), false, supplied)
}

fn references(schema: &Schema) -> Vec<SuppliedReference> {
    let references = schema.references().iter().map(|(reference, target)| {
        let text = target.text().to_owned();
        SuppliedReference::new(reference.name.clone(), reference.subject.clone(), text)
            .with_references(references(target))
    });
    references.collect()
}

/// Every call of the client.
async fn calls(settings: &SrSettings) {
    let field = |kind: &str| {
        format!(r#"{{"type":"record","name":"Call","fields":[{{"name":"id","type":"{kind}"}}]}}"#)
    };
    let (text, breaking) = (field("string"), field("long"));
    let subject = || "calls".to_owned();
    let registered = post_schema(settings, subject(), schema(&text)).await.expect("registered");
    assert_eq!(post_schema(settings, subject(), schema(&text)).await.expect("registered").id, registered.id);
    assert_eq!(get_schema_by_id(registered.id, settings).await.expect("by id").schema, text);
    let strategy = SubjectNameStrategy::RecordNameStrategy(subject());
    assert_eq!(get_schema_by_subject(settings, &strategy).await.expect("by subject").id, registered.id);
    assert_eq!(get_all_subjects(settings).await.expect("subjects"), SUBJECTS);
    assert_eq!(get_all_versions(settings, subject()).await.expect("versions"), [1]);
    assert!(is_compatible_schema(settings, subject(), schema(&text)).await.expect("a verdict"));
    assert!(!is_compatible_schema(settings, subject(), schema(&breaking)).await.expect("a verdict"));
    post_schema(settings, subject(), schema(&breaking)).await.expect_err("refused");
}

/// A value of the case as `apache-avro` has it; what is left open is settled by the schema.
fn native(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Boolean(*it),
        Json::Number(it) => {
            it.as_i64().map_or_else(|| Value::Double(it.as_f64().expect("a number")), Value::Long)
        }
        Json::String(it) => Value::String(it.clone()),
        Json::Array(items) => Value::Array(items.iter().map(native).collect()),
        Json::Object(members) => {
            if let Some(Json::String(text)) = members.get("$bytes") {
                return Value::Bytes(STANDARD.decode(text).expect("base64"));
            }
            if let Some(Json::String(text)) = members.get("$timestamp") {
                return Value::TimestampMillis(text.parse::<Timestamp>().expect("a time").as_millisecond());
            }
            Value::Map(members.iter().map(|(key, it)| (key.clone(), native(it))).collect())
        }
    }
}

/// The inverse of `native`.
fn json_of(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(it) => it.into(),
        Value::Int(it) => it.into(),
        Value::Long(it) => it.into(),
        Value::Double(it) => it.into(),
        Value::String(it) | Value::Enum(_, it) => it.into(),
        Value::Bytes(it) => json!({"$bytes": STANDARD.encode(it)}),
        Value::TimestampMillis(it) => {
            let time = Timestamp::from_millisecond(it).expect("a time");
            json!({"$timestamp": format!("{time:.3}")})
        }
        Value::Union(_, it) => json_of(*it),
        Value::Array(items) => items.into_iter().map(json_of).collect(),
        Value::Record(fields) => fields.into_iter().map(|(key, it)| (key, json_of(it))).collect(),
        Value::Map(entries) => entries.into_iter().map(|(key, it)| (key, json_of(it))).collect(),
        other => panic!("no case has {other:?}"),
    }
}

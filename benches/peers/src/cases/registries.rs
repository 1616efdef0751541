//! Clients of a schema registry, whole: framed bytes to a struct and back. Each is warm, and none but ours resolves unless its row says so.
//!
//! They are polled once, without a runtime: nothing has to be waited for once a client is warm, and where that is not so the row says that
//! a runtime drives it.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use apache_avro::from_value;
use apache_avro_21 as avro_21;
use bytes::Bytes;
use schema_registry_client::rest::client_config::ClientConfig;
use schema_registry_client::rest::models::Schema as ClientSchema;
use schema_registry_client::rest::schema_registry_client::{Client, SchemaRegistryClient};
use schema_registry_client::serdes::avro::{AvroDeserializer, AvroSerializer};
use schema_registry_client::serdes::config::{DeserializerConfig, SerializerConfig};
use schema_registry_client::serdes::serde::{SerdeFormat, SerdeType, SerializationContext};
use schema_registry_converter::async_impl::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::async_impl::schema_registry::SrSettings;
use schema_registry_converter::schema_registry_common::SubjectNameStrategy;
use schemreg::avro::{AvroSchemaDecoder, AvroSchemaEncoder};
use schemreg::types::{Schema as SchemregSchema, SchemaId, SchemaReference, SchemaType, SchemaVersion};
use schemreg::{CachedSchemaRegistry, EncodeTarget, SchemaRegError, SchemaRegistryClient as SchemregClient};
use tokio::runtime::{Builder, Runtime};

use super::avro::payload;
use super::serdes::per_message;
use super::{CONVERTER, group};
use crate::http::Stub;
use crate::measure::Plan;
use crate::record::{Record, keep};

pub fn add<R: Record>(plan: &mut Plan) {
    converter::<R>(plan);
    client::<R>(plan);
    schemreg::<R>(plan);
}

/// What a future gives that has nothing to wait for.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a warm client waits for something"),
    }
}

fn runtime() -> &'static Runtime {
    keep(Builder::new_current_thread().enable_all().build().expect("a runtime"))
}

/// The id 1 in Confluent's frame.
fn message<R: Record>() -> &'static [u8] {
    keep([&[0, 0, 0, 0, 1], payload::<R>()].concat())
}

/// Never resolves: it decodes as written.
fn converter<R: Record>(plan: &mut Plan) {
    let stub = Stub::serve(R::AVRO);
    let settings = SrSettings::new_builder(stub.url.clone()).no_proxy().build().expect("settings");
    let decoder = keep(AvroDecoder::new(settings.clone()));
    let encoder = keep(AvroEncoder::new(settings));
    let subject = keep(SubjectNameStrategy::TopicNameStrategy(R::NAME.into(), false));
    let (value, message) = (keep(R::value()), message::<R>());
    let runtime = runtime();
    runtime.block_on(decoder.decode(Some(message))).expect("it reads");
    assert_eq!(runtime.block_on(encoder.encode_struct(value, subject)).expect("it writes"), message);

    let decode = move || -> R {
        let result = ready(decoder.decode(Some(black_box(message)))).expect("it reads");
        from_value(&result.value).expect("it fits")
    };
    let encode = move || ready(encoder.encode_struct(black_box(value), subject)).expect("it writes");
    assert_eq!(decode(), *value);
    let requests = per_message(|| stub.asked(), || drop(decode()));
    plan.add(group::FULL_DECODE, R::NAME, CONVERTER, message.len(), decode).with_requests(requests);
    let requests = per_message(|| stub.asked(), || drop(encode()));
    plan.add(group::FULL_ENCODE, R::NAME, CONVERTER, message.len(), encode).with_requests(requests);
}

fn context(topic: &str) -> SerializationContext {
    SerializationContext {
        topic: topic.into(),
        serde_type: SerdeType::Value,
        serde_format: SerdeFormat::Avro,
        headers: None,
    }
}

/// Resolves every message, from the writer's schema to itself.
fn client<R: Record>(plan: &mut Plan) {
    let stub = Stub::serve(R::AVRO);
    let runtime = runtime();
    let _inside = runtime.enter();
    let client: &'static SchemaRegistryClient =
        keep(SchemaRegistryClient::new(ClientConfig::new(vec![stub.url.clone()])));
    let schema: &'static ClientSchema = keep(ClientSchema::new(Some("AVRO".into()), R::AVRO.into()));
    let lookup = SerializerConfig { auto_register_schemas: false, ..SerializerConfig::default() };
    let looking_up = keep(AvroSerializer::new(client, Some(schema), None, lookup).expect("a serializer"));
    // A client of its own: what the other one looks up would fill the cache that registering reads and does not fill.
    let another: &'static SchemaRegistryClient =
        keep(SchemaRegistryClient::new(ClientConfig::new(vec![stub.url.clone()])));
    let by_default = keep(
        AvroSerializer::new(another, Some(schema), None, SerializerConfig::default()).expect("a serializer"),
    );
    let deserializer =
        keep(AvroDeserializer::new(client, None, DeserializerConfig::default()).expect("a deserializer"));
    let context = keep(context(R::NAME));
    let parsed = keep(avro_21::Schema::parse_str(R::AVRO).expect("an Avro schema"));
    let (value, message) = (keep(R::value()), message::<R>());

    let plain = keep(R::plain());
    // `serialize_ser` writes no enum and no union but an option, so a value is resolved before it is handed over.
    let generic =
        move || avro_21::to_value(black_box(plain)).and_then(|it| it.resolve(parsed)).expect("it fits");
    let encode = move || ready(looking_up.serialize(context, generic())).expect("it writes");
    let encode_by_default =
        move || runtime.block_on(by_default.serialize(context, generic())).expect("it writes");
    let decode = move || -> R {
        let named = ready(deserializer.deserialize(context, black_box(message))).expect("it reads");
        avro_21::from_value(&named.value).expect("it fits")
    };
    let back = runtime.block_on(deserializer.deserialize(context, message)).expect("it reads");
    assert_eq!(avro_21::from_value::<R>(&back.value).expect("it fits"), *value);
    // Its map comes in any order, so that the lengths are compared.
    assert_eq!(encode_by_default().len(), message.len());
    assert_eq!(
        runtime.block_on(looking_up.serialize(context, generic())).expect("it writes").len(),
        message.len()
    );
    assert_eq!(decode(), *value);

    let requests = per_message(|| stub.asked(), || drop(decode()));
    plan.add(group::FULL_DECODE, R::NAME, "schema-registry-client", message.len(), decode)
        .with_requests(requests);
    let requests = per_message(|| stub.asked(), || drop(encode()));
    let who = "schema-registry-client, lookup only";
    plan.add(group::FULL_ENCODE, R::NAME, who, message.len(), encode).with_requests(requests);
    let requests = per_message(|| stub.asked(), || drop(encode_by_default()));
    let who = "schema-registry-client, by default (a runtime, HTTP)";
    plan.add(group::FULL_ENCODE, R::NAME, who, message.len(), encode_by_default).with_requests(requests);
}

/// The one schema, for schemreg's own trait: its HTTP client is not measured.
#[derive(Debug, Clone)]
struct One {
    schema: &'static str,
    asked: Arc<AtomicUsize>,
}

impl One {
    fn answer(&self) -> Result<Arc<SchemregSchema>, SchemaRegError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(SchemregSchema::new(SchemaId::new(1), SchemaType::Avro, self.schema)))
    }
}

impl SchemregClient for One {
    async fn get_schema_by_id(&self, _id: SchemaId) -> Result<Arc<SchemregSchema>, SchemaRegError> {
        self.answer()
    }

    async fn get_latest_schema(&self, _subject: &str) -> Result<Arc<SchemregSchema>, SchemaRegError> {
        self.answer()
    }

    async fn get_schema_by_version(
        &self,
        _subject: &str,
        _version: SchemaVersion,
    ) -> Result<Arc<SchemregSchema>, SchemaRegError> {
        self.answer()
    }

    async fn register_schema(
        &self,
        _subject: &str,
        _schema: &str,
        _schema_type: SchemaType,
        _references: &[SchemaReference],
    ) -> Result<SchemaId, SchemaRegError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(SchemaId::new(1))
    }
}

fn schemreg<R: Record>(plan: &mut Plan) {
    let asked = Arc::new(AtomicUsize::new(0));
    let one = One { schema: R::AVRO, asked: Arc::clone(&asked) };
    let registry = Arc::new(CachedSchemaRegistry::new(one));
    let encoder = AvroSchemaEncoder::builder().registry(Arc::clone(&registry)).schema(R::AVRO).build();
    let encoder = keep(encoder.expect("an encoder"));
    let as_written = keep(AvroSchemaDecoder::new(Arc::clone(&registry)));
    let decoder = AvroSchemaDecoder::builder().registry(registry).reader_schema(R::AVRO_V2).build();
    let decoder = keep(decoder.expect("a decoder"));
    let parsed = keep(avro_21::Schema::parse_str(R::AVRO).expect("an Avro schema"));
    let value = keep(R::value());
    let message: &'static Bytes = keep(Bytes::from_static(message::<R>()));
    let later = R::Later::from(R::value());
    let runtime = runtime();
    assert_eq!(runtime.block_on(as_written.decode_de::<R>(message.clone())).expect("it reads"), *value);
    assert_eq!(runtime.block_on(decoder.decode_de::<R::Later>(message.clone())).expect("it reads"), later);
    let plain = keep(R::plain());
    let generic =
        move || avro_21::to_value(black_box(plain)).and_then(|it| it.resolve(parsed)).expect("it fits");
    let first = runtime.block_on(encoder.encode(generic(), R::NAME, EncodeTarget::Value)).expect("it writes");
    assert_eq!(first.len(), message.len());

    let decode_later =
        move || -> R::Later { ready(decoder.decode_de(black_box(message).clone())).expect("it reads") };
    let decode = move || -> R { ready(as_written.decode_de(black_box(message).clone())).expect("it reads") };
    let encode = move || ready(encoder.encode(generic(), R::NAME, EncodeTarget::Value)).expect("it writes");
    let asked = || asked.load(Ordering::Relaxed);
    let bytes = message.len();
    let requests = per_message(asked, || drop(decode_later()));
    plan.add(group::FULL_DECODE, R::NAME, "schemreg, v1 read as v2", bytes, decode_later)
        .with_requests(requests);
    let requests = per_message(asked, || drop(decode()));
    plan.add(group::FULL_DECODE, R::NAME, "schemreg", bytes, decode).with_requests(requests);
    let requests = per_message(asked, || drop(encode()));
    plan.add(group::FULL_ENCODE, R::NAME, "schemreg", bytes, encode).with_requests(requests);
}

//! Moving from schema_registry_converter: what it writes and what we write is the same, and either reads the other's.
//! `cargo run --example from_schema_registry_converter --features registry-http,server`; docs/FROM-SCHEMA-REGISTRY-CONVERTER.md goes with it.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use apache_avro::from_value;
use schema_registry_converter::async_impl::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::async_impl::schema_registry::SrSettings;
use schema_registry_converter::schema_registry_common::{SchemaType, SubjectNameStrategy, SuppliedSchema};
use schemawire::codec::Avro;
use schemawire::frame::Confluent;
use schemawire::record::Headers;
use schemawire::registry::{EmbeddedRegistry, HttpRegistry, RegistryErrorKind};
use schemawire::schema::Schema;
use schemawire::serdes::{Serdes, SerdesError};
use schemawire::server::Server;
use serde::{Deserialize, Serialize};

type Done<T = ()> = Result<T, Box<dyn std::error::Error>>;

const ORDER: &str = r#"{"type": "record", "name": "Order", "namespace": "acme", "fields": [
    {"name": "id", "type": "string"},
    {"name": "quantity", "type": "int"},
    {"name": "note", "type": ["null", "string"], "default": null}]}"#;

/// The next version: one field more, in front of the others.
const ORDER_2: &str = r#"{"type": "record", "name": "Order", "namespace": "acme", "fields": [
    {"name": "currency", "type": "string", "default": "EUR"},
    {"name": "id", "type": "string"},
    {"name": "quantity", "type": "int"},
    {"name": "note", "type": ["null", "string"], "default": null}]}"#;

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Order {
    id: String,
    quantity: i32,
    note: Option<String>,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct OrderWithCurrency {
    currency: String,
    id: String,
    quantity: i32,
    note: Option<String>,
}

fn main() -> Done {
    // With no TLS feature of its own, the converter's HTTP client takes the provider that the process has, and panics without one.
    drop(rustls::crypto::ring::default_provider().install_default());
    tokio::runtime::Runtime::new()?.block_on(async {
        let server = Server::builder(EmbeddedRegistry::in_memory().await?).start().await?;
        same_bytes(server.url()).await?;
        same_header(server.url()).await?;
        what_is_new(server.url()).await?;
        server.stop().await;
        Ok(())
    })
}

fn orders() -> Vec<Order> {
    [("A-1", 1, None), ("", i32::MIN, Some("")), ("Zürich", i32::MAX, Some("by noon"))]
        .map(|(id, quantity, note)| Order { id: id.into(), quantity, note: note.map(str::to_owned) })
        .into()
}

/// The subject `TOPIC-value` with a schema of the program's own, in the converter's words.
fn strategy(topic: &str) -> SubjectNameStrategy {
    let schema = SuppliedSchema::new(None, SchemaType::Avro, ORDER.to_owned());
    SubjectNameStrategy::TopicNameStrategyWithSchema(topic.to_owned(), false, schema)
}

/// The id in front of the payload: byte for byte the same.
async fn same_bytes(url: &str) -> Done {
    // Before.
    let settings = SrSettings::new_builder(url.to_owned()).no_proxy().build()?;
    let (encoder, decoder) = (AvroEncoder::new(settings.clone()), AvroDecoder::new(settings));
    let strategy = strategy("orders");

    // After.
    let serdes = Serdes::new(HttpRegistry::builder(url).no_proxy().build()?);
    let schema = Schema::avro(ORDER)?;
    let (writer, reader) = (serdes.writer(Avro, "orders-value", &schema), serdes.reader(Avro, &schema));
    let key = writer.prepare().await?;

    for order in orders() {
        let before = encoder.encode_struct(&order, &strategy).await?;
        let after = writer.serialize(&order)?;
        assert_eq!(before, after);

        let read_before: Order = from_value(&decoder.decode(Some(&after)).await?.value)?;
        let read_after: Order = reader.read(&before).await?;
        assert_eq!((&read_before, &read_after), (&order, &order));
        println!("with {key}, {} bytes from both: {}", after.len(), hex(&after));
    }
    Ok(())
}

/// The GUID in a header: the same header, the same payload.
async fn same_header(url: &str) -> Done {
    // Registering answers with the GUID only where this is asked for, here as with Confluent's server.
    let unknown = ("Confluent-Accept-Unknown-Properties", "true");
    let settings =
        SrSettings::new_builder(url.to_owned()).no_proxy().add_header(unknown.0, unknown.1).build()?;
    let (encoder, decoder) = (AvroEncoder::new(settings.clone()), AvroDecoder::new(settings));
    let strategy = strategy("orders");

    let registry = HttpRegistry::builder(url).no_proxy().build()?;
    let serdes = Serdes::builder().framing(Confluent::V1).build(registry);
    let schema = Schema::avro(ORDER)?;
    let (writer, reader) = (serdes.writer(Avro, "orders-value", &schema), serdes.reader(Avro, &schema));
    let key = writer.prepare().await?;

    for order in orders() {
        let (before, header) = encoder.encode_struct_with_header_id(&order, &strategy, false).await?;
        let (mut after, mut headers) = (Vec::new(), Headers::new());
        writer.serialize_into(&order, &mut headers, &mut after)?;
        assert_eq!(before, after);
        assert_eq!(headers.iter().collect::<Vec<_>>(), [(header.name, Some(&*header.value))]);

        let decoded = decoder.decode_with_header_id(Some(&header.value), Some(&after)).await?;
        assert_eq!(from_value::<Order>(&decoded.value)?, order);
        if let Some(key) = reader.missing(&before, &headers) {
            reader.load(key).await?;
        }
        assert_eq!(reader.deserialize_with::<Order>(&before, &headers)?, order);
    }
    println!("with {key} in __value_schema_id, the same from both");
    Ok(())
}

/// What a program gains by the move.
async fn what_is_new(url: &str) -> Done {
    let serdes = Serdes::new(HttpRegistry::builder(url).no_proxy().build()?);
    let (first, second) = (Schema::avro(ORDER)?, Schema::avro(ORDER_2)?);
    let old = Order { id: "A-1".into(), quantity: 1, note: None };
    let new = OrderWithCurrency { currency: "CHF".into(), id: "A-2".into(), quantity: 2, note: None };

    // Two schemas under one subject are two ids, and each message has that of the schema which wrote it.
    let writer = serdes.writer(Avro, "orders-value", &first);
    let next_writer = serdes.writer(Avro, "orders-value", &second);
    let (key, next_key) = (writer.prepare().await?, next_writer.prepare().await?);
    assert_ne!(key, next_key);
    let (message, next_message) = (writer.serialize(&old)?, next_writer.serialize(&new)?);

    // A reader has a schema, too: fields that a message lacks have their defaults, and what it has besides is passed over.
    let (reader, next_reader) = (serdes.reader(Avro, &first), serdes.reader(Avro, &second));
    let defaulted: OrderWithCurrency = next_reader.read(&message).await?;
    assert_eq!((defaulted.currency.as_str(), defaulted.id), ("EUR", old.id));
    let narrowed: Order = reader.read(&next_message).await?;
    assert_eq!((narrowed.id, narrowed.quantity), (new.id, new.quantity));
    println!("messages with {key} and {next_key} under one subject are read with either schema");

    // An id that nobody knows is asked for once, however many messages have it at once and in the next seconds.
    let asked = serdes.cache().cache_counts().asked;
    let unknown: Vec<u8> = [0, 0, 0, 0x27, 0x0F].into_iter().chain(message.iter().copied().skip(5)).collect();
    let together = std::iter::repeat_with(|| reader.read::<Order>(&unknown)).take(100);
    for result in futures_util::future::join_all(together).await {
        match result {
            Err(error @ SerdesError::Registry(_)) if !error.class().is_retriable() => {}
            other => return Err(format!("expected that the id is not found: {other:?}").into()),
        }
    }
    let Err(SerdesError::Registry(error)) = reader.read::<Order>(&unknown).await else {
        return Err("expected that the id is still not found".into());
    };
    assert_eq!(error.kind, RegistryErrorKind::SchemaNotFound);
    assert_eq!(serdes.cache().cache_counts().asked, asked + 1);
    println!("an unknown id, met 101 times, is asked for once: {error}");
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

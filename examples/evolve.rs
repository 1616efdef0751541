//! A schema that evolves: written with version 1, read with version 2, and a breaking version 3 that the registry refuses.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use schemawire::codec::Avro;
use schemawire::registry::{EmbeddedRegistry, RegistryErrorKind, RegistryExt};
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;

const V1: &str = r#"{"type": "record", "name": "Order", "fields": [
    {"name": "id", "type": "string"},
    {"name": "qty", "type": "int"}]}"#;

/// `qty` is renamed and wider, `currency` is new and has a default.
const V2: &str = r#"{"type": "record", "name": "Order", "fields": [
    {"name": "currency", "type": "string", "default": "EUR"},
    {"name": "quantity", "type": "long", "aliases": ["qty"]},
    {"name": "id", "type": "string"}]}"#;

/// `sku` is new and has no default: no old message has it.
const V3: &str = r#"{"type": "record", "name": "Order", "fields": [
    {"name": "id", "type": "string"},
    {"name": "quantity", "type": "long", "aliases": ["qty"]},
    {"name": "sku", "type": "string"}]}"#;

#[derive(serde::Serialize)]
struct OrderV1 {
    id: String,
    qty: i32,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct OrderV2<'a> {
    id: &'a str,
    quantity: i64,
    currency: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    pollster::block_on(run())?;
    Ok(())
}

async fn run() -> Result<(), schemawire::error::Error> {
    let registry = EmbeddedRegistry::in_memory().await?;
    let serdes = Serdes::new(registry.clone());
    let (v1, v2, v3) = (Schema::avro(V1)?, Schema::avro(V2)?, Schema::avro(V3)?);

    // Yesterday's service.
    serdes.prepare("orders-value", &v1).await?;
    let message = serdes.serialize(Avro, "orders-value", &v1, &OrderV1 { id: "a7".into(), qty: 3 })?;

    // Today's service reads it: the reader's schema is compiled against the writer's once.
    serdes.prepare("orders-value", &v2).await?;
    let reader = serdes.reader(Avro, &v2);
    let order: OrderV2<'_> = reader.read(&message).await?;
    println!("{} bytes of v1, read as v2: {order:?}", message.len());
    assert_eq!(order, OrderV2 { id: "a7", quantity: 3, currency: "EUR".into() });

    // Tomorrow's mistake.
    let refused = registry.register_schema("orders-value", &v3).await;
    let error = refused.expect_err("v3 cannot read what v1 and v2 have written");
    assert_eq!(error.kind, RegistryErrorKind::Incompatible);
    println!("v3 is refused:\n{}", error.report.as_ref().map(ToString::to_string).unwrap_or_default());
    Ok(())
}

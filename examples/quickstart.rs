//! The README's example: a typed message into the embedded log and back.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use schemawire::{codec::Avro, consumer::ConsumeExt, producer::ProduceExt};
use schemawire::{registry::EmbeddedRegistry, schema::Schema, serdes::Serdes, transport::Embedded};

#[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
struct Quake<'a> {
    id: &'a str,
    magnitude: Option<f64>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = tempfile::tempdir()?;
    pollster::block_on(run(&directory.path().join("quakes.redb")))?;
    Ok(())
}

async fn run(path: &std::path::Path) -> Result<(), schemawire::error::Error> {
    let log = Embedded::open(path)?;
    let serdes = Serdes::new(EmbeddedRegistry::on(&log).await?);
    let schema = Schema::avro(
        r#"{"type": "record", "name": "Quake", "fields": [
            {"name": "id", "type": "string"},
            {"name": "magnitude", "type": ["null", "double"], "default": null}]}"#,
    )?;

    let producer = log.producer("quakes").value(&serdes, Avro, &schema).build().await?;
    let sent = producer.send(&Quake { id: "us7000", magnitude: Some(6.1) }).await?;
    println!("written to {} at offset {}", sent.at, sent.offset);

    let alerts = log.consumer("quakes").group("alerts").value(&serdes, Avro, &schema);
    let mut alerts = alerts.stop_at_end().build().await?;
    while let Some(message) = alerts.next().await? {
        let quake: Quake<'_> = message.value()?;
        println!("read {quake:?}");
        assert_eq!(quake, Quake { id: "us7000", magnitude: Some(6.1) });
        message.done();
    }
    alerts.close().await?;
    Ok(())
}

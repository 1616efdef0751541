//! A fifth format from outside the crate, typed and dynamic, sent through everything else: registry, frame, log, producer, consumer.
//!
//! `ROW` writes a record as one line of text, its cells parted by tabs; its schema is the names of the columns.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::any::Any;
use std::sync::Arc;

use schemawire::codec::{
    Binding, BoundCodec, Codec, Codecs, Decode, DecodeError, DecodeErrorKind, Encode, EncodeError,
    EncodeErrorKind,
};
use schemawire::compat::Level;
use schemawire::consumer::ConsumeExt;
use schemawire::producer::ProduceExt;
use schemawire::registry::{EmbeddedRegistry, RegistryExt};
use schemawire::schema::{CustomModel, Format, Mode, Model, Reference, Schema, SchemaError, SchemaErrorKind};
use schemawire::serdes::Serdes;
use schemawire::transport::Memory;
use schemawire::value::{Value, ValueBuilder, View};

const ROW: Format = Format::Custom("ROW");

/// The parsed schema: column names.
#[derive(Debug)]
struct Columns(Vec<String>);

impl CustomModel for Columns {
    fn canonical(&self) -> String {
        self.0.join(",")
    }
}

#[derive(Debug, Clone, Copy)]
struct Row;

/// The codec bound to a writer's and a reader's columns: for each column of the reader, the writer's cell.
#[derive(Debug)]
struct BoundRow {
    written: usize,
    read: Vec<(String, Option<usize>)>,
}

impl Codec for Row {
    type Bound = BoundRow;

    fn format(&self) -> Format {
        ROW
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundRow, SchemaError> {
        let writer = columns(binding.writer)?;
        let reader = columns(binding.reader.unwrap_or(binding.writer))?;
        let cell = |name: &String| writer.0.iter().position(|it| it == name);
        let read = reader.0.iter().map(|name| (name.clone(), cell(name))).collect();
        Ok(BoundRow { written: writer.0.len(), read })
    }

    fn parse(
        &self,
        text: &str,
        references: Vec<(Reference, Schema)>,
        _mode: Mode,
    ) -> Result<Schema, SchemaError> {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return Err(SchemaError::new(ROW, SchemaErrorKind::Invalid, "a column has no name"));
        }
        Ok(Schema::custom("ROW", text, Arc::new(Columns(names)), references))
    }
}

fn columns(schema: &Schema) -> Result<&Columns, SchemaError> {
    let columns = match schema.model() {
        Model::Custom(model) => (&**model as &dyn Any).downcast_ref(),
        _ => None,
    };
    columns.ok_or_else(|| SchemaError::new(ROW, SchemaErrorKind::Mismatch, "not a ROW schema"))
}

impl BoundRow {
    fn write(&self, cells: &[String], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if cells.len() != self.written {
            let message = format!("{} cells for {} columns", cells.len(), self.written);
            return Err(EncodeError::new(EncodeErrorKind::Type, message));
        }
        if let Some(cell) = cells.iter().find(|cell| cell.contains('\t')) {
            return Err(EncodeError::new(EncodeErrorKind::Value, format!("a tab within `{cell}`")));
        }
        out.extend_from_slice(cells.join("\t").as_bytes());
        Ok(())
    }

    /// The reader's cells; a column that the writer did not have is empty.
    fn cells<'de>(&self, payload: &'de [u8]) -> Result<Vec<&'de str>, DecodeError> {
        let text = std::str::from_utf8(payload).map_err(|error| {
            DecodeError::new(DecodeErrorKind::Malformed, "not UTF-8").at(error.valid_up_to())
        })?;
        let cells: Vec<&str> = text.split('\t').collect();
        if cells.len() != self.written {
            let message = format!("{} cells for {} columns", cells.len(), self.written);
            return Err(DecodeError::new(DecodeErrorKind::Malformed, message));
        }
        Ok(self
            .read
            .iter()
            .map(|(_, cell)| cell.and_then(|it| cells.get(it)).copied().unwrap_or(""))
            .collect())
    }
}

/// What the typed half asks of a type.
trait Cells<'de>: Sized {
    fn to_cells(&self) -> Vec<String>;
    fn from_cells(cells: &[&'de str]) -> Option<Self>;
}

impl<'t, T: Cells<'t>> Encode<T> for BoundRow {
    fn encode(&self, value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.write(&value.to_cells(), out)
    }
}

impl<'de, T: Cells<'de>> Decode<'de, T> for BoundRow {
    fn decode(&self, payload: &'de [u8]) -> Result<T, DecodeError> {
        T::from_cells(&self.cells(payload)?)
            .ok_or_else(|| DecodeError::new(DecodeErrorKind::Type, "the cells do not make the type"))
    }
}

impl BoundCodec for BoundRow {
    fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let View::Record(fields) = value.root().view() else {
            return Err(EncodeError::new(EncodeErrorKind::Type, "a row is a record"));
        };
        let cells: Vec<String> =
            fields.map(|(_, cell)| cell.as_str().unwrap_or_default().to_owned()).collect();
        self.write(&cells, out)
    }

    fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        let mut builder = ValueBuilder::new();
        let row = builder.begin_record("row");
        for ((name, _), cell) in self.read.iter().zip(self.cells(payload)?) {
            builder.name(name).text(cell);
        }
        builder.end(row);
        Ok(builder.finish())
    }
}

#[derive(Debug, PartialEq)]
struct Quake<'a> {
    id: &'a str,
    magnitude: f64,
}

impl<'a> Cells<'a> for Quake<'a> {
    fn to_cells(&self) -> Vec<String> {
        vec![self.id.to_owned(), self.magnitude.to_string()]
    }

    fn from_cells(cells: &[&'a str]) -> Option<Self> {
        let [id, magnitude, ..] = cells else { return None };
        Some(Self { id, magnitude: magnitude.parse().ok()? })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    pollster::block_on(run())?;
    Ok(())
}

async fn run() -> Result<(), schemawire::error::Error> {
    let log = Memory::new();
    let codecs = Codecs::default().with(Row);
    let registry = EmbeddedRegistry::builder(&log).codecs(codecs.clone()).open().await?;
    let serdes = Serdes::builder().codecs(codecs).build(registry.clone());
    let v1 = Codec::parse(&Row, "id,magnitude", Vec::new(), Mode::Strict)?;
    let v2 = Codec::parse(&Row, "id,magnitude,place", Vec::new(), Mode::Strict)?;

    let producer = log.producer("quakes").value(&serdes, Row, &v1).build().await?;
    producer.send(&Quake { id: "us7000", magnitude: 6.1 }).await?;

    // No checker came with the format, so only level NONE takes a second version.
    registry.set_level("quakes-value", Level::None).await?;
    serdes.prepare("quakes-value", &v2).await?;

    let mut consumer = log.consumer("quakes").value(&serdes, Row, &v2).stop_at_end().build().await?;
    while let Some(message) = consumer.next().await? {
        let quake: Quake<'_> = message.value()?;
        println!("typed   {quake:?}");
        assert_eq!(quake, Quake { id: "us7000", magnitude: 6.1 });
        let value = message.dynamic()?.expect("no tombstone");
        println!("dynamic {value}");
        assert_eq!(value.to_string(), r#"{"id":"us7000","magnitude":"6.1","place":""}"#);
        message.done();
    }
    Ok(())
}

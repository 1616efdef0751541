//! Serdes without any stream: a service that answers requests with framed messages, as over HTTP or from a file.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use schemawire::codec::{Avro, Json};
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::{Reader, Serdes, SerdesError, Writer};

const REQUEST: &str = r#"{"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}"#;
const ANSWER: &str = r#"{"type": "record", "name": "Answer", "fields": [
    {"name": "id", "type": "string"},
    {"name": "found", "type": "boolean"}]}"#;

#[derive(serde::Serialize, serde::Deserialize)]
struct Request<'a> {
    id: &'a str,
}

#[derive(serde::Serialize, serde::Deserialize, Debug, PartialEq)]
struct Answer<'a> {
    id: &'a str,
    found: bool,
}

/// What the service holds for its whole life; cheap to clone into every handler.
#[derive(Clone)]
struct Service {
    requests: Reader<Json>,
    answers: Writer<Avro>,
}

impl Service {
    /// Registers at start, so that no answer waits for the registry.
    async fn start(serdes: &Serdes) -> Result<Self, schemawire::error::Error> {
        let answers = serdes.writer(Avro, "answers-value", &Schema::avro(ANSWER)?);
        answers.prepare().await?;
        Ok(Self { requests: serdes.reader(Json, &Schema::json(REQUEST)?), answers })
    }

    /// Synchronous: neither decoding nor encoding asks anybody.
    fn answer(&self, body: &[u8]) -> Result<Vec<u8>, SerdesError> {
        let request: Request<'_> = self.requests.deserialize(body)?;
        self.answers.serialize(&Answer { id: request.id, found: request.id.starts_with("us") })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    pollster::block_on(run())?;
    Ok(())
}

async fn run() -> Result<(), schemawire::error::Error> {
    let registry = EmbeddedRegistry::in_memory().await?;
    let service = Service::start(&Serdes::new(registry.clone())).await?;

    // A client with caches of its own, over the same registry.
    let client = Serdes::new(registry);
    let schema = Schema::json(REQUEST)?;
    client.prepare("requests-value", &schema).await?;
    let body = client.serialize(Json, "requests-value", &schema, &Request { id: "us7000" })?;

    // The first request of a schema that the service has not met yet says so; awaiting `load` answers it.
    let answer = match service.answer(&body) {
        Err(SerdesError::UnknownSchema(key)) => {
            println!("the service loads the schema with {key}, once");
            service.requests.load(key).await?;
            service.answer(&body)?
        }
        other => other?,
    };

    let answers = client.reader(Avro, &Schema::avro(ANSWER)?);
    let answer: Answer<'_> = answers.read(&answer).await?;
    println!("{answer:?}");
    assert_eq!(answer, Answer { id: "us7000", found: true });
    Ok(())
}

//! Our side: the client of a remote registry, the codecs and the framings.

use std::sync::Arc;

use schemawire::codec::{Binding, BoundCodec, Codecs, Message as Name};
use schemawire::frame::{Confluent, Framing};
use schemawire::ids::{KeyOrValue, SchemaKey};
use schemawire::record::Headers;
use schemawire::registry::http::Builder;
use schemawire::registry::{HttpRegistry, Registered, Registry, RegistryError, RegistryExt};
use schemawire::schema::{MessageCount, Schema};
use schemawire::serdes::Serdes;
use schemawire::transport::BoxFuture;
use schemawire::value::{Value, from_json};
use serde_json::Value as Json;
use tokio::runtime::Runtime;

use super::case::{Case, Message};

/// Everything of ours that a test needs.
pub(super) struct Ours {
    runtime: Runtime,
    serdes: Serdes,
    count: MessageCount,
}

impl Ours {
    pub(super) fn new(url: &str) -> Self {
        Self::counting(url, MessageCount::AsRegistered)
    }

    /// For a client that counts messages so.
    pub(super) fn counting(url: &str, count: MessageCount) -> Self {
        Self::with(|| HttpRegistry::builder(url).no_proxy(), count)
    }

    /// With settings of the client's own.
    pub(super) fn over(builder: impl FnOnce() -> Builder) -> Self {
        Self::with(builder, MessageCount::AsRegistered)
    }

    fn with(builder: impl FnOnce() -> Builder, count: MessageCount) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let entered = runtime.enter();
        let registry = builder().build().expect("a client");
        drop(entered);
        Self { runtime, serdes: Serdes::builder().message_count(count).build(registry), count }
    }

    /// Asks the registry.
    pub(super) fn run(&self, work: impl AsyncFnOnce(&dyn Registry)) {
        self.runtime.block_on(work(&**self.serdes.registry()));
    }

    /// Registers the case's schema as its file has it, after those that it refers to.
    pub(super) fn register(&self, case: &Case) -> Arc<Registered> {
        let register = self.register_after_references(case.subject(), case.schema());
        self.runtime.block_on(register).unwrap_or_else(|error| panic!("{}: {error:?}", case.name))
    }

    fn register_after_references(
        &self,
        subject: String,
        schema: Schema,
    ) -> BoxFuture<'_, Result<Arc<Registered>, RegistryError>> {
        Box::pin(async move {
            for (reference, target) in schema.references() {
                self.register_after_references(reference.subject.clone(), target.clone()).await?;
            }
            self.serdes.registry().register_schema(&subject, &schema).await
        })
    }

    /// A message of a value, written with the newest schema of the case's subject.
    pub(super) fn write(&self, case: &Case, value: &Json) -> Message {
        let newest =
            self.runtime.block_on(self.serdes.registry().latest(&case.subject())).expect("it is registered");
        let bound = self.bound(case, &newest.schema);
        let (framing, key) = if case.is_in_header() {
            (Confluent::V1, SchemaKey::Guid(newest.guid))
        } else {
            (Confluent::V0, SchemaKey::Id(newest.id))
        };
        let (mut headers, mut message) = (Headers::new(), Vec::new());
        framing
            .write(&key, bound.value_indexes(), KeyOrValue::Value, &mut headers, &mut message)
            .expect("framed");
        message.extend(payload(case, &*bound, value));
        Message::new(message, &headers)
    }

    /// The payload of a value, by the schema as its file has it.
    pub(super) fn payload(&self, case: &Case, value: &Json) -> Vec<u8> {
        payload(case, &*self.bound(case, &case.schema()), value)
    }

    /// An id and the payload of a value, as those write Protobuf who know no message indexes.
    pub(super) fn write_without_indexes(&self, case: &Case, value: &Json) -> Message {
        let newest =
            self.runtime.block_on(self.serdes.registry().latest(&case.subject())).expect("it is registered");
        let (mut headers, mut message) = (Headers::new(), Vec::new());
        let key = SchemaKey::Id(newest.id);
        Confluent::V0.write(&key, None, KeyOrValue::Value, &mut headers, &mut message).expect("framed");
        message.extend(payload(case, &*self.bound(case, &newest.schema), value));
        Message::new(message, &headers)
    }

    fn bound(&self, case: &Case, schema: &Schema) -> Arc<dyn BoundCodec> {
        let mut binding = Binding::new(schema).with_message_count(self.count);
        if let Some(name) = &case.message {
            binding = binding.with_message(Name::Name(name));
        }
        Codecs::default().codec(schema.format()).expect("a codec").bind_dyn(&binding).expect("bound")
    }

    /// The value of a message, read by what the registry says of it.
    pub(super) fn read(&self, case: &Case, message: &Message) -> Json {
        let headers = message.headers();
        let read = self.runtime.block_on(self.serdes.read(&message.value, KeyOrValue::Value, &headers));
        let read = read.unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
        json_of(&read.value)
    }

    /// What has no message indexes where they belong is no message of Protobuf's.
    pub(super) fn refuses(&self, message: &Message) {
        let read =
            self.runtime.block_on(self.serdes.read(&message.value, KeyOrValue::Value, &Headers::new()));
        assert!(read.is_err(), "{read:?}");
    }

    /// The value of a message that is an id and a payload, whatever its format.
    pub(super) fn read_without_indexes(&self, case: &Case, message: &Message) -> Json {
        let headers = Headers::new();
        let frame = Confluent::V0.read(&message.value, KeyOrValue::Value, &headers).expect("a frame");
        let schema = self.runtime.block_on(self.serdes.load(frame.key)).expect("a schema");
        let binding =
            Binding::new(&schema).with_message(Name::Name(case.message.as_deref().expect("a message")));
        let bound =
            Codecs::default().codec(schema.format()).expect("a codec").bind_dyn(&binding).expect("bound");
        json_of(&bound.decode_value(frame.rest).expect("a value"))
    }
}

fn payload(case: &Case, bound: &dyn BoundCodec, value: &Json) -> Vec<u8> {
    let (value, mut payload) = (from_json(&value.to_string()).expect("JSON"), Vec::new());
    bound.encode_value(&value, &mut payload).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    payload
}

fn json_of(value: &Value<'_>) -> Json {
    serde_json::from_str(&value.to_string()).expect("JSON")
}

//! Spans: where messages and batches are, and never what they hold.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use pollster::block_on;
use schemawire::codec::Json;
use schemawire::consumer::{ConsumeExt, Failure};
use schemawire::producer::ProduceExt;
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::transport::Memory;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down the spans and events of one thread.
#[derive(Clone, Default)]
struct Written(Arc<(Mutex<String>, AtomicU64)>);

struct Fields<'t>(&'t mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Written {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("schemawire")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = self.0.0.lock().unwrap();
        let _ = write!(text, "{}", span.metadata().name());
        span.record(&mut Fields(&mut text));
        text.push('\n');
        Id::from_u64(self.0.1.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = self.0.0.lock().unwrap();
        event.record(&mut Fields(&mut text));
        text.push('\n');
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn a_span_says_where_a_message_is_and_not_what_it_holds() {
    let written = Written::default();
    tracing::subscriber::with_default(written.clone(), || {
        block_on(async {
            let log = Memory::new();
            let serdes = Serdes::new(EmbeddedRegistry::on(&log).await.expect("a registry"));
            let schema = Schema::json(r#"{"type": "string"}"#).expect("a schema");
            let producer = log.producer("t").value(&serdes, Json, &schema).build().await.expect("opens");
            producer.send_keyed(b"a secret key".as_slice(), "a secret value").await.expect("acknowledged");
            let builder = log.consumer("t").group("g").value(&serdes, Json, &schema).stop_at_end();
            let consumer = builder.build().await.expect("opens");
            let summary = consumer
                .run(async |message| {
                    let value: String = message.value()?;
                    Err(Failure::permanent(format!("{value} is refused")))
                })
                .await
                .expect("runs to the end");
            assert_eq!(summary.dead_letters, 1);
        });
    });
    let text = written.0.0.lock().unwrap().clone();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.iter().any(|it| it.starts_with("schemawire.batch topic=t partition=0 records=1 bytes=")),
        "{text}"
    );
    assert!(lines.contains(&"schemawire.message group=g topic=t partition=0 offset=0"), "{text}");
    assert!(
        lines.iter().any(|it| it.contains("the handler failed") && it.contains("class=BadData")),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
}

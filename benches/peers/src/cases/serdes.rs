//! Our full path: codec, frame and registry.

// The registry that the tests count with.
#[path = "../../../../tests/it/serdes/counting.rs"]
mod counting;

use std::hint::black_box;
use std::sync::atomic::Ordering;

use pollster::block_on;
use schemawire::codec::Avro;
use schemawire::record::Headers;
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;

use super::avro::reusing;
use super::{OURS, group};
use crate::measure::Plan;
use crate::record::{Record, keep};

/// What encodes into a new `Vec` for every message, as the peers do.
pub const FRESH: &str = "schemawire, a new Vec each";

pub fn add<R: Record>(plan: &mut Plan) {
    let (registry, asked) = counting::Counting::new();
    let serdes = Serdes::new(registry);
    let [v1, v2] = [R::AVRO, R::AVRO_V2].map(|it| Schema::avro(it).expect("an Avro schema"));
    let subject = format!("{}-value", R::NAME);
    let writer = serdes.writer(Avro, &subject, &v1);
    block_on(writer.prepare()).expect("it registers");
    let writer = keep(writer);
    let value = keep(R::value());
    let message: &'static [u8] = keep(writer.serialize(value).expect("it writes"));
    let reader = keep(serdes.reader(Avro, &v2));

    let owned = move || -> R::Later { reader.deserialize(black_box(message)).expect("it reads") };
    let borrowed = move || -> R::LaterBorrowed { reader.deserialize(black_box(message)).expect("it reads") };
    let later = R::Later::from(R::value());
    assert_eq!(owned(), later);
    assert_eq!(borrowed().into(), later);

    let (name, bytes) = (R::NAME, message.len());
    let requests = per_message(|| asked.load(Ordering::Relaxed), || drop(owned()));
    plan.add(group::FULL_DECODE, name, OURS, bytes, owned).with_requests(requests);
    plan.add(group::FULL_DECODE, name, "schemawire, borrowed", bytes, borrowed).with_requests(requests);
    let fresh = move || writer.serialize(black_box(value)).expect("it writes");
    let requests = per_message(|| asked.load(Ordering::Relaxed), || drop(fresh()));
    let mut headers = Headers::new();
    let encode = reusing(bytes, move |out| {
        writer.serialize_into(black_box(value), &mut headers, out).expect("it writes");
    });
    plan.add(group::FULL_ENCODE, name, OURS, bytes, encode).with_requests(requests);
    plan.add(group::FULL_ENCODE, name, FRESH, bytes, fresh).with_requests(requests);
}

/// How often a registry is asked for a message, over 50 of them.
pub fn per_message(asked: impl Fn() -> usize, mut message: impl FnMut()) -> f64 {
    let before = asked();
    (0..50).for_each(|_| message());
    (asked() - before) as f64 / 50.0
}

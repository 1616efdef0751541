//! What a transport of a test's own leaves to the one under it.

use schemawire::transport::{BoxFuture, TransportError};

/// What a transport answers.
pub(crate) type Answer<'a, T> = BoxFuture<'a, Result<T, TransportError>>;

/// Everything about topics and offsets is left to the transport in that field.
macro_rules! topics_of {
    ($under:ident) => {
        fn create_topic(&self, spec: TopicSpec) -> Answer<'_, ()> {
            self.$under.create_topic(spec)
        }

        fn grow_topic<'a>(&'a self, topic: &'a str, partitions: u32) -> Answer<'a, ()> {
            self.$under.grow_topic(topic, partitions)
        }

        fn delete_topic<'a>(&'a self, topic: &'a str) -> Answer<'a, ()> {
            self.$under.delete_topic(topic)
        }

        fn topics(&self) -> Answer<'_, Vec<TopicSpec>> {
            self.$under.topics()
        }

        fn partitions<'a>(&'a self, topic: &'a str) -> Answer<'a, Option<u32>> {
            self.$under.partitions(topic)
        }

        fn offset<'a>(&'a self, at: &'a TopicPartition, place: Place) -> Answer<'a, u64> {
            self.$under.offset(at, place)
        }

        fn committed<'a>(&'a self, group: &'a str) -> Answer<'a, BTreeMap<TopicPartition, Committed>> {
            self.$under.committed(group)
        }

        fn maintain(&self, now: i64) -> Answer<'_, ()> {
            self.$under.maintain(now)
        }
    };
}

pub(crate) use topics_of;

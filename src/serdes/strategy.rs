//! Under which subject a schema is registered. Source: Confluent Schema Registry, *Subject name strategy*.

use std::fmt::Debug;

use super::SerdesError;
use crate::ids::KeyOrValue;
use crate::schema::Schema;

/// Names the subject of a topic's keys or values.
pub trait SubjectStrategy: Debug + Send + Sync + 'static {
    /// The subject's name. Law: the same arguments give the same name.
    ///
    /// # Errors
    /// A schema without the name that the strategy needs.
    fn subject(&self, topic: &str, role: KeyOrValue, schema: &Schema) -> Result<String, SerdesError>;
}

/// `orders-key`, `orders-value`: one line of evolution per topic. The default.
#[derive(Debug, Clone, Copy, Default)]
pub struct TopicName;

/// `acme.Order`: one line of evolution per type, wherever it travels.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordName;

/// `orders-acme.Order`: one line of evolution per type and topic; several types in one topic.
#[derive(Debug, Clone, Copy, Default)]
pub struct TopicRecordName;

impl SubjectStrategy for TopicName {
    fn subject(&self, topic: &str, role: KeyOrValue, _schema: &Schema) -> Result<String, SerdesError> {
        Ok(format!("{topic}-{}", role.as_str()))
    }
}

impl SubjectStrategy for RecordName {
    fn subject(&self, _topic: &str, _role: KeyOrValue, schema: &Schema) -> Result<String, SerdesError> {
        schema.full_name().ok_or_else(|| SerdesError::NamelessSchema { format: schema.format() })
    }
}

impl SubjectStrategy for TopicRecordName {
    fn subject(&self, topic: &str, role: KeyOrValue, schema: &Schema) -> Result<String, SerdesError> {
        Ok(format!("{topic}-{}", RecordName.subject(topic, role, schema)?))
    }
}

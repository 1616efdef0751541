//! Several types through one producer: one buffer, one order per key, a writer for each type.

use super::{Outgoing, Producer, SendError};
use crate::codec::{Codec, Encode};
use crate::ids::KeyOrValue;
use crate::schema::Schema;
use crate::serdes::{Serdes, Writer};

impl<C: Codec, K> Producer<C, K> {
    /// A writer for values of another type on this producer's topic, under the subject that the serdes' strategy names: one of its own,
    /// with [`RecordName`](crate::serdes::RecordName) or [`TopicRecordName`](crate::serdes::TopicRecordName).
    ///
    /// # Errors
    /// A registry that refuses the schema, or does not answer.
    pub async fn writer<D: Codec>(
        &self,
        serdes: &Serdes,
        codec: D,
        schema: &Schema,
    ) -> Result<Writer<D>, SendError> {
        let subject = serdes.subject(self.topic(), KeyOrValue::Value, schema)?;
        let writer = serdes.writer_of(codec, &subject, schema, KeyOrValue::Value);
        writer.prepare().await?;
        Ok(writer)
    }

    /// A record with a value of another type, to be given a key, headers, a time, a partition. Records of one key stay in order,
    /// whatever their types.
    pub fn message_by<D: Codec, T: ?Sized>(&self, writer: &Writer<D>, value: &T) -> Outgoing<'_, C, K>
    where
        D::Bound: Encode<T>,
    {
        let mut out = Outgoing::new(self);
        out.fill(|_, headers, bytes| writer.serialize_into(value, headers, bytes));
        out
    }
}

//! What the client keeps to itself, and a producer of our own needs of it: who leads what, connections, and the protocol's messages.
//!
//! This is the one file that names `krafka::__private`. It is no part of that client's promise, so the version is pinned exactly:
//! nothing of it can change before the pin does, and what changes then is seen here.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use krafka::error::ErrorCode;
use krafka::{BrokerInfo, Compression, KrafkaError, ProtocolErrorKind};

use krafka::__private::metadata::ClusterMetadata;
use krafka::__private::network::BrokerConnection;
use krafka::__private::protocol::{
    ApiKey, InitProducerIdRequest, InitProducerIdResponse, ProduceResponse, Record, RecordBatchBuilder,
    RecordHeader, VersionedDecode, VersionedEncode, versions,
};
pub(super) use krafka::__private::util::crc32c;

use crate::record::TopicPartition;

use super::produce::encode::{Part, Stamp};
use super::produce::request::{Load, Outcome, Request};

/// The leaders and connections of one cluster. A broker answers what comes on one connection in its order, and a produce request waits
/// for replicas, up to the request time-out when one of them is gone: who leads now is asked on another connection.
pub(super) struct Wire {
    metadata: Arc<ClusterMetadata>,
    /// Knows where the brokers are, and has the connections on which batches go.
    sending: Arc<ClusterMetadata>,
}

/// A connection to a broker.
pub(super) type Connection = Arc<BrokerConnection>;

/// Why nobody leads a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// There is no such topic.
    Topic,
    /// The topic has only so many partitions.
    Partition(u32),
    /// It is being elected, or nobody knows yet.
    Leader,
}

impl Wire {
    /// Asks one client's connections, and sends on those of another.
    pub(super) fn new(asking: &krafka::Kafka, sending: &krafka::Kafka) -> Self {
        let metadata = |client| Arc::clone(krafka::__private::kafka_metadata(client));
        Self { metadata: metadata(asking), sending: metadata(sending) }
    }

    /// Who leads a partition, as far as is known.
    pub(super) fn leader(&self, at: &TopicPartition) -> Option<i32> {
        self.metadata.leader(&at.topic, at.partition.cast_signed()).filter(|broker| *broker >= 0)
    }

    /// Why nobody does.
    pub(super) fn missing(&self, at: &TopicPartition) -> Missing {
        const UNKNOWN: [ErrorCode; 2] = [ErrorCode::UnknownTopicOrPartition, ErrorCode::UnknownTopicId];
        match self.metadata.partition_count(&at.topic) {
            Some(count) if count as u32 <= at.partition => Missing::Partition(count as u32),
            None if self.metadata.topic_error(&at.topic).is_some_and(|code| UNKNOWN.contains(&code)) => {
                Missing::Topic
            }
            _ => Missing::Leader,
        }
    }

    /// Asks anew who leads the partitions of these topics.
    pub(super) async fn refresh(&self, topics: &[Arc<str>]) -> Result<(), KrafkaError> {
        let topics: Vec<&str> = topics.iter().map(|topic| &**topic).collect();
        self.metadata.force_refresh(Some(&topics)).await
    }

    /// A connection to that broker on which it lets us write.
    pub(super) async fn connect(&self, broker: i32) -> Result<Connection, KrafkaError> {
        // It has moved: its new address is known here first.
        let address = |metadata: &ClusterMetadata| metadata.broker(broker).map(|it| it.address().to_owned());
        let known = address(&self.metadata);
        if known.is_some() && known != address(&self.sending) {
            self.sending.force_refresh(Some(&[])).await?;
        }
        let connection = self.sending.get_broker_connection(broker).await?;
        connection.await_throttle().await;
        Ok(connection)
    }

    /// A producer's number and epoch, from any broker.
    pub(super) async fn identity(&self) -> Result<(i64, i16), KrafkaError> {
        let mut last = KrafkaError::timeout("no broker is known");
        for broker in self.metadata.brokers() {
            match self.identity_from(broker.id()).await {
                Err(error) if error.is_retriable() => last = error,
                answer => return answer,
            }
        }
        Err(last)
    }

    async fn identity_from(&self, broker: i32) -> Result<(i64, i16), KrafkaError> {
        let connection = self.connect(broker).await?;
        let (least, most) = (versions::INIT_PRODUCER_ID_MIN, versions::INIT_PRODUCER_ID_MAX);
        let version = spoken(&connection, ApiKey::InitProducerId, least, most)?;
        let request = InitProducerIdRequest::idempotent();
        let write = |out: &mut BytesMut| request.encode_versioned(version, out);
        let mut answer = connection.send_request(ApiKey::InitProducerId, version, write).await?;
        let answer = InitProducerIdResponse::decode_versioned(version, &mut answer)?;
        if answer.error_code != ErrorCode::None {
            return Err(KrafkaError::broker(answer.error_code, "no number for an idempotent producer"));
        }
        Ok((answer.producer_id, answer.producer_epoch))
    }

    /// Sends batches, and gives what became of each, in their order. The batches are let go of when they are written.
    pub(super) async fn produce(
        &self,
        connection: &BrokerConnection,
        mut request: Request,
        compression: Compression,
    ) -> Vec<Outcome> {
        let places: Vec<_> = request.loads.iter().map(|load| load.at.clone()).collect();
        let acks = request.acks;
        let mut ids = Vec::new();
        let sent = async {
            let mut version =
                spoken(connection, ApiKey::Produce, versions::PRODUCE_MIN, versions::PRODUCE_MAX)?;
            if version >= 13 {
                let id = |load: &Load| self.metadata.topic_id_for_name(&load.at.topic);
                match request.loads.iter().map(id).collect::<Option<Vec<_>>>() {
                    Some(found) => (ids, request.ids) = (found.clone(), found),
                    // A topic whose id is not known is named.
                    None => version = 12,
                }
            }
            if compression != Compression::None {
                request = compressed(request, compression).await?;
            }
            let write = move |out: &mut BytesMut| {
                request.write(version, out);
                Ok(())
            };
            if acks == 0 {
                return connection.send_fire_and_forget(ApiKey::Produce, version, write).await.map(|()| None);
            }
            let mut answer = connection.send_request(ApiKey::Produce, version, write).await?;
            let answer = ProduceResponse::decode_versioned(version, &mut answer)?;
            connection.notify_throttle(answer.throttle_time_ms);
            Ok(Some(answer))
        };
        match sent.await {
            Ok(Some(answer)) => {
                let ids = ids.iter().map(Some).chain(std::iter::repeat(None));
                places.iter().zip(ids).map(|(at, id)| self.outcome(at, id, &answer)).collect()
            }
            Ok(None) => places.iter().map(|_| Outcome::Stored { offset: -1, time: -1 }).collect(),
            Err(error) => places.iter().map(|_| Outcome::Lost(KrafkaError::clone(&error))).collect(),
        }
    }

    /// What an answer says of one partition, by the id of its topic where it was asked by that: what names it has may be another or
    /// none by now. A leader that the answer names is remembered.
    fn outcome(&self, at: &TopicPartition, id: Option<&[u8; 16]>, answer: &ProduceResponse) -> Outcome {
        let index = at.partition.cast_signed();
        let mut topics = answer.responses.iter().filter(|topic| match id {
            Some(id) => topic.topic_id.as_ref() == Some(id),
            None => topic.name == *at.topic,
        });
        let found = topics.find_map(|topic| topic.partition_responses.iter().find(|it| it.index == index));
        let Some(found) = found else {
            let message = format!("the broker's answer does not mention {at}");
            return Outcome::Lost(KrafkaError::protocol_kind(ProtocolErrorKind::Malformed, message));
        };
        if found.error_code == ErrorCode::None {
            return Outcome::Stored { offset: found.base_offset, time: found.log_append_time_ms };
        }
        let hinted = found.current_leader.is_some_and(|leader| {
            let mut nodes = answer.node_endpoints.iter();
            let node = nodes.find(|node| node.node_id == leader.leader_id);
            let node = node
                .map(|node| BrokerInfo::new(node.node_id, node.host.clone(), node.port, node.rack.clone()));
            let (broker, epoch) = (leader.leader_id, leader.leader_epoch);
            self.metadata.apply_leader_hint(&at.topic, index, broker, epoch, node)
        });
        Outcome::Refused { code: found.error_code, is_led: hinted }
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").field("brokers", &self.metadata.brokers()).finish_non_exhaustive()
    }
}

fn spoken(connection: &BrokerConnection, api: ApiKey, least: i16, most: i16) -> Result<i16, KrafkaError> {
    connection.negotiate_api_version(api, most, least).ok_or_else(|| {
        let message = format!("the broker speaks no version of {api:?} from {least} to {most}");
        KrafkaError::protocol_kind(ProtocolErrorKind::UnknownApiVersion, message)
    })
}

/// Compresses the records of a request, which takes too long for a thread that serves sockets.
async fn compressed(mut request: Request, compression: Compression) -> Result<Request, KrafkaError> {
    let packing = tokio::task::spawn_blocking(move || {
        for load in &mut request.loads {
            load.packed = Some(packed(&load.parts, load.stamp, compression)?);
        }
        Ok(request)
    });
    packing.await.unwrap_or_else(|_| Err(KrafkaError::timeout("compressing, in a runtime that has ended")))
}

/// A record batch as the client encodes it, which compresses, too. It takes its records one by one.
pub(super) fn packed(
    parts: &[Part],
    stamp: Option<Stamp>,
    compression: Compression,
) -> Result<Bytes, KrafkaError> {
    let Stamp { producer, epoch, sequence } = stamp.unwrap_or(Stamp::NONE);
    let builder = RecordBatchBuilder::new().compression(compression).producer(producer, epoch, sequence);
    let mut batch = builder.base_timestamp(0).build();
    let bytes = |it: Option<&[u8]>| it.map(Bytes::copy_from_slice);
    let (mut first, mut newest) = (None, i64::MIN);
    for ((record, time), index) in parts.iter().flat_map(Part::iter).zip(0..) {
        let mut out = Record::new(bytes(record.key), bytes(record.value));
        out.timestamp_delta = time.wrapping_sub(*first.get_or_insert(time));
        out.offset_delta = index;
        let headers = record.iter_headers();
        let header = |(name, value): (&str, _)| RecordHeader {
            key: Bytes::copy_from_slice(name.as_bytes()),
            value: bytes(value),
        };
        out.headers = headers.map(header).collect();
        newest = newest.max(time);
        batch.last_offset_delta = index;
        batch.records.push(out);
    }
    batch.base_timestamp = first.unwrap_or_default();
    batch.max_timestamp = newest;
    batch.encode()
}

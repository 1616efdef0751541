//! A producer on Kafka: hands records to the client in the order of the calls, and awaits the broker's word for all of a batch.
//!
//! ```text
//! append ─ room and topic known ─────> client ─> broker
//!        └ else: the queue, in order ──^
//! ```

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_channel::oneshot;
use krafka::KrafkaError;
use krafka::producer::{Acks, DeliveryHandle, Producer};

use crate::record::{Batch, Compression, TopicPartition};

use super::super::{
    Acknowledge, AppendError, Appended, BoxFuture, Clock, ProducerSpec, RawProducer, SystemClock,
    TransportError, TransportErrorKind,
};
use super::error::{fault, possibly_written};
use super::link::Link;
use super::{records, topics};

/// How much the client collects into one batch at most, and holds in all. Ours is smaller, and fills first.
const BATCH: usize = 256 << 10;
const BUFFER: usize = 64 << 20;

/// Appends batches to Kafka.
#[derive(Debug)]
pub(super) struct KafkaProducer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    link: Arc<Link>,
    client: Producer,
    clock: SystemClock,
    delivery_timeout: Duration,
    queue: Mutex<Queue>,
}

/// What could not be handed over at once, and which topics are known to have that many partitions.
#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Job>,
    is_served: bool,
    partitions: HashMap<Arc<str>, u32>,
}

impl Queue {
    /// Whether a partition is known to exist.
    fn knows(&self, at: &TopicPartition) -> bool {
        self.partitions.get(&at.topic).is_some_and(|count| at.partition < *count)
    }
}

#[derive(Debug)]
enum Job {
    Append(Hand, oneshot::Sender<Result<Hand, Refused>>),
    Flush(oneshot::Sender<()>),
}

/// A batch on its way to the client, with the handles of the records that it has already.
#[derive(Debug)]
struct Hand {
    at: TopicPartition,
    batch: Arc<Batch>,
    now: i64,
    handles: Vec<DeliveryHandle>,
}

type Refused = (Hand, TransportError);

impl KafkaProducer {
    pub(super) async fn open(link: Arc<Link>, spec: ProducerSpec) -> Result<Self, TransportError> {
        let client = match &spec.client_id {
            Some(name) => link.another(Some(name)).await?,
            None => link.client.clone(),
        };
        let builder = configured(&link, &client, &spec)?;
        let opened = async { builder.build().await.map_err(|error| fault("cannot open a producer", error)) };
        let client = link.runtime.run(opened).await?;
        let (clock, queue) = (SystemClock::default(), Mutex::default());
        let delivery_timeout = spec.delivery_timeout;
        Ok(Self { shared: Arc::new(Shared { link, client, clock, delivery_timeout, queue }) })
    }
}

/// The client's settings for that spec.
pub(super) fn configured(
    link: &Link,
    client: &krafka::Kafka,
    spec: &ProducerSpec,
) -> Result<krafka::producer::ProducerBuilder, TransportError> {
    spec.check()?;
    let ProducerSpec { delivery_timeout, linger, .. } = *spec;
    let request_timeout = link.settings.request_timeout;
    if delivery_timeout < linger + request_timeout {
        let message = format!(
            "the delivery timeout of {delivery_timeout:?} is shorter than the linger of {linger:?} and the request time-out of \
             {request_timeout:?} together, so that no batch is ever tried in full; lengthen the one or shorten the others"
        );
        return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
    }
    let acks = match spec.acknowledge {
        Acknowledge::None => Acks::None,
        Acknowledge::Leader => Acks::Leader,
        Acknowledge::All => Acks::All,
    };
    Ok(client
        .producer()
        .acks(acks)
        .idempotent(spec.idempotent && spec.acknowledge == Acknowledge::All)
        .compression(compression(spec.compression)?)
        .linger(linger)
        .delivery_timeout(delivery_timeout)
        .max_block(delivery_timeout)
        .batch_size(BATCH)
        .buffer_memory(BUFFER.max(2 * link.settings.max_batch))
        .metrics_push(false))
}

fn compression(compression: Compression) -> Result<krafka::Compression, TransportError> {
    Ok(match compression {
        Compression::None => krafka::Compression::None,
        Compression::Gzip => krafka::Compression::Gzip,
        Compression::Snappy => krafka::Compression::Snappy,
        Compression::Lz4 => krafka::Compression::Lz4,
        Compression::Zstd if cfg!(feature = "kafka-zstd") => krafka::Compression::Zstd,
        Compression::Zstd => {
            let message = "zstd towards Kafka needs the feature `kafka-zstd`, which was not built in; take lz4, or build it in";
            return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
        }
    })
}

impl RawProducer for KafkaProducer {
    fn append(&self, at: &TopicPartition, batch: Batch) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let link = &self.shared.link;
        let hand = Hand {
            at: at.clone(),
            batch: Arc::new(batch),
            now: self.shared.clock.wall(),
            handles: Vec::new(),
        };
        if let Err(source) = check(at, &hand.batch, link.settings.max_batch) {
            return Box::pin(std::future::ready(Err(hand.refused(source))));
        }
        let taken = self.shared.take(hand);
        let at = at.clone();
        Box::pin(async move {
            let taken = match taken {
                Taken::Now(taken) => taken,
                Taken::Later(answer) => match answer.await {
                    Ok(taken) => taken,
                    Err(oneshot::Canceled) => {
                        let message = format!(
                            "the runtime in which Kafka was connected has ended before a batch for {at} was answered"
                        );
                        let source = TransportError::new(TransportErrorKind::Closed, message);
                        return Err(AppendError { at, possibly_written: true, batch: None, source });
                    }
                },
            };
            match taken {
                Ok(hand) => settle(hand).await,
                Err((hand, source)) => Err(hand.refused(source)),
            }
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), TransportError>> {
        let shared = Arc::clone(&self.shared);
        self.shared.link.runtime.run(async move { shared.flush().await })
    }
}

impl Drop for KafkaProducer {
    fn drop(&mut self) {
        // What was handed over is still sent, and its runtime lives as long.
        let shared = Arc::clone(&self.shared);
        self.shared.link.runtime.handle().spawn(async move {
            let options = krafka::CloseOptions::new().timeout(shared.delivery_timeout);
            if shared.flush().await.is_ok() {
                let _ = shared.client.close_with(options).await;
            }
        });
    }
}

enum Taken {
    Now(Result<Hand, Refused>),
    Later(oneshot::Receiver<Result<Hand, Refused>>),
}

impl Shared {
    /// Hands a batch over, at once where that is possible and nothing waits before it.
    fn take(self: &Arc<Self>, mut hand: Hand) -> Taken {
        let mut queue = self.queue();
        if queue.knows(&hand.at) && !queue.is_served {
            match self.hand_over_now(&mut hand) {
                Ok(true) => return Taken::Now(Ok(hand)),
                Ok(false) => {}
                Err(error) => return Taken::Now(Err((hand, error))),
            }
        }
        let (answer, answered) = oneshot::channel();
        queue.jobs.push_back(Job::Append(hand, answer));
        if !queue.is_served {
            queue.is_served = true;
            self.link.runtime.handle().spawn(Arc::clone(self).serve());
        }
        Taken::Later(answered)
    }

    /// Whether the client took all records without making them wait. One that it makes wait, it has not taken.
    fn hand_over_now(&self, hand: &mut Hand) -> Result<bool, TransportError> {
        let _here = self.link.runtime.handle().enter();
        let mut context = Context::from_waker(Waker::noop());
        for record in records::outgoing(&hand.at, &hand.batch, 0, hand.now) {
            // Outside of tokio's turns: their limit of steps would look like a full buffer.
            let enqueued = pin!(tokio::task::unconstrained(self.client.enqueue(record)));
            match enqueued.poll(&mut context) {
                Poll::Ready(Ok(handle)) => hand.handles.push(handle),
                Poll::Ready(Err(error)) => return Err(hand.fault(error)),
                Poll::Pending => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Hands over what waits, in order, until nothing does.
    async fn serve(self: Arc<Self>) {
        loop {
            let job = {
                let mut queue = self.queue();
                let job = queue.jobs.pop_front();
                queue.is_served = job.is_some();
                job
            };
            // Who does not wait for the answer any more does not take the batch back.
            match job {
                Some(Job::Append(mut hand, answer)) => {
                    let taken = match self.hand_over(&mut hand).await {
                        Ok(()) => Ok(hand),
                        Err(error) => Err((hand, error)),
                    };
                    drop(answer.send(taken));
                }
                Some(Job::Flush(answer)) => drop(answer.send(())),
                None => return,
            }
        }
    }

    async fn hand_over(&self, hand: &mut Hand) -> Result<(), TransportError> {
        // Asked for once a topic: the answer waits behind all that is on its way to the broker.
        if !self.queue().knows(&hand.at) {
            let partitions = topics::existing(&self.link, &hand.at).await?;
            self.queue().partitions.insert(Arc::clone(&hand.at.topic), partitions);
        }
        let enqueued = async {
            loop {
                match self.enqueue(hand).await {
                    // The client has not heard yet of a partition that was added; it asks anew every so often.
                    Err(KrafkaError::Config { .. }) => tokio::time::sleep(Duration::from_millis(100)).await,
                    other => return other,
                }
            }
        };
        let enqueued = tokio::time::timeout(self.delivery_timeout, enqueued).await;
        enqueued.unwrap_or_else(|late| Err(late.into())).map_err(|error| hand.fault(error))
    }

    async fn enqueue(&self, hand: &mut Hand) -> Result<(), KrafkaError> {
        let Hand { at, batch, now, handles } = hand;
        for record in records::outgoing(at, batch, handles.len(), *now) {
            handles.push(self.client.enqueue(record).await?);
        }
        Ok(())
    }

    async fn flush(&self) -> Result<(), TransportError> {
        let waits = {
            let mut queue = self.queue();
            queue.is_served.then(|| {
                let (answer, answered) = oneshot::channel();
                queue.jobs.push_back(Job::Flush(answer));
                answered
            })
        };
        if let Some(answered) = waits {
            let _ = answered.await;
        }
        self.client.flush().await.map_err(|error| fault("cannot flush", error))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hand {
    fn fault(&self, error: KrafkaError) -> TransportError {
        fault(format_args!("a batch for {} was not taken", self.at), error)
    }

    /// A batch that comes back. Where the client has taken some of its records, those are written.
    fn refused(self, source: TransportError) -> AppendError {
        let possibly_written = !self.handles.is_empty();
        AppendError { at: self.at, possibly_written, batch: Some(returned(self.batch)), source }
    }
}

/// Refuses what can never be stored.
pub(super) fn check(at: &TopicPartition, batch: &Batch, most: usize) -> Result<(), TransportError> {
    if batch.is_empty() {
        let message = format!("a batch for {at} has no records");
        return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
    }
    if batch.size() > most {
        let size = batch.size();
        let message = format!(
            "a batch of {size} bytes for {at} is over the limit of {most}; send fewer records at once, or raise `max_batch` and \
             `max.message.bytes` of the topic"
        );
        return Err(TransportError::new(TransportErrorKind::TooLarge, message));
    }
    Ok(())
}

/// The broker's word for all records of a batch.
async fn settle(hand: Hand) -> Result<Appended, AppendError> {
    let Hand { at, batch, now, handles } = hand;
    match confirmed(&at, &batch, now, handles).await {
        Ok(appended) => Ok(appended),
        Err((possibly_written, error)) => {
            let source = fault(format_args!("a batch for {at} was not stored"), error);
            Err(AppendError { at, possibly_written, batch: Some(returned(batch)), source })
        }
    }
}

/// Where the records are; or the first error, and whether any of them may be there all the same.
pub(super) async fn confirmed(
    at: &TopicPartition,
    batch: &Batch,
    now: i64,
    handles: Vec<DeliveryHandle>,
) -> Result<Appended, (bool, KrafkaError)> {
    let base_offset = Appended::UNKNOWN_OFFSET;
    let mut appended =
        Appended { at: at.clone(), base_offset, breaks: Vec::new(), timestamp: now, duplicate: false };
    let (mut failed, mut may_be_there) = (None, false);
    for ((index, record), handle) in (0..).zip(batch).zip(handles) {
        match handle.await {
            Ok(stored) => {
                may_be_there = true;
                appended.duplicate |= stored.is_deduplicated();
                place(
                    &mut appended,
                    index,
                    if stored.is_success() { stored.offset.cast_unsigned() } else { base_offset },
                );
                if record.own_timestamp().is_none() && stored.timestamp >= 0 {
                    appended.timestamp = stored.timestamp;
                }
            }
            Err(error) => {
                may_be_there |= possibly_written(&error);
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(appended), |error| Err((may_be_there, error)))
}

fn place(appended: &mut Appended, index: u32, offset: u64) {
    if index == 0 {
        appended.base_offset = offset;
    } else if appended.offset_of(index).unwrap_or(Appended::UNKNOWN_OFFSET) != offset {
        appended.breaks.push((index, offset));
    }
}

fn returned(batch: Arc<Batch>) -> Box<Batch> {
    // The client may still hold on to its bytes.
    Box::new(Arc::try_unwrap(batch).unwrap_or_else(|shared| (*shared).clone()))
}

//! What all handles of one cluster share: the runtime that its sockets live on, how to connect, and who is a member of what.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use krafka::admin::AdminClient;
use krafka::consumer::{Consumer, IsolationLevel};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::OnceCell;

use crate::backoff::Backoff;

use super::super::clock::sleep;
use super::super::{BoxFuture, TransportError, TransportErrorKind};
use super::builder::Settings;
use super::error::fault;
use super::member::Member;

/// The pauses between tries, as the core's.
pub(super) const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };

/// Waits before another try, by chance, and longer after more failures.
pub(super) async fn pause(failed: u32) {
    sleep(BACKOFF.wait(failed, RandomState::new().hash_one(failed))).await;
}

/// Shared by all handles.
pub(super) struct Link {
    pub(super) settings: Settings,
    pub(super) runtime: Arc<Sockets>,
    /// For questions. A broker answers what comes on one connection in its order: what waits for records, or for replicas, has
    /// connections of its own, which are those of every consumer, of all producers together, and of every transactional one.
    pub(super) client: krafka::Kafka,
    producers: OnceCell<krafka::Kafka>,
    pub(super) admin: AdminClient,
    /// Finds times in partitions; reads nothing.
    pub(super) lookup: Consumer,
    members: Mutex<Members>,
    /// Topics that were made here.
    made: Mutex<BTreeSet<String>>,
}

#[derive(Debug, Default)]
struct Members {
    next: u64,
    by_number: HashMap<u64, Weak<Member>>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Link {
    pub(super) async fn open(settings: Settings) -> Result<Self, TransportError> {
        let runtime = Arc::new(Sockets::here()?);
        let client = runtime.run(settings.clone().dial(None)).await?;
        let admin = client.admin().default_api_timeout(settings.request_timeout).metrics_push(false);
        let lookup = client
            .consumer_without_group()
            .isolation_level(IsolationLevel::ReadCommitted)
            .metrics_push(false);
        let lookup = async { lookup.build().await.map_err(|error| fault("cannot open a consumer", error)) };
        let lookup = runtime.run(lookup).await?;
        Ok(Self {
            settings,
            runtime,
            client,
            producers: OnceCell::new(),
            admin,
            lookup,
            members: Mutex::default(),
            made: Mutex::default(),
        })
    }

    /// Connections of their own.
    pub(super) async fn another(&self, client_id: Option<&str>) -> Result<krafka::Kafka, TransportError> {
        self.runtime.run(self.settings.clone().dial(client_id.map(str::to_owned))).await
    }

    /// The connections that producers share.
    pub(super) async fn sending(&self) -> Result<krafka::Kafka, TransportError> {
        self.producers.get_or_try_init(|| self.another(None)).await.cloned()
    }

    /// A topic was made here.
    pub(super) fn made(&self, topic: &str) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(topic.to_owned());
    }

    /// It is gone.
    pub(super) fn forget(&self, topic: &str) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).remove(topic);
    }

    pub(super) fn has_made(&self, topic: &str) -> bool {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).contains(topic)
    }

    /// Takes a member in, under a number by which a transaction finds it.
    pub(super) fn enter(&self, member: &Arc<Member>) -> u64 {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.by_number.retain(|_, member| member.strong_count() > 0);
        members.next += 1;
        let number = members.next;
        members.by_number.insert(number, Arc::downgrade(member));
        number
    }

    /// The member with that number, while it lives.
    pub(super) fn member(&self, number: u64) -> Option<Arc<Member>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).by_number.get(&number)?.upgrade()
    }
}

/// The tokio runtime that the sockets live on: the caller's, where there is one when it connects, else one of its own with a
/// thread. Futures that callers get need none.
#[derive(Debug)]
pub(super) struct Sockets {
    handle: Handle,
    own: Option<Runtime>,
}

impl Sockets {
    fn here() -> Result<Self, TransportError> {
        if let Ok(handle) = Handle::try_current() {
            return Ok(Self { handle, own: None });
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("schemawire-kafka")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| {
            TransportError::new(TransportErrorKind::Io, "no thread can be started for the sockets to Kafka")
                .because(error)
        })?;
        Ok(Self { handle: runtime.handle().clone(), own: Some(runtime) })
    }

    pub(super) const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Runs a future where the sockets are; it goes on when the answer is not awaited any more.
    pub(super) fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, TransportError>> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, TransportError>> {
        let task = self.handle.spawn(future);
        Box::pin(async {
            task.await.unwrap_or_else(|stopped| {
                let message =
                    "the runtime in which Kafka was connected has ended; connect in one that lives longer";
                Err(TransportError::new(TransportErrorKind::Closed, message).because(stopped))
            })
        })
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        // A runtime that is dropped waits for its threads, which must not happen inside of another one.
        if let Some(own) = self.own.take() {
            own.shutdown_background();
        }
    }
}

impl Settings {
    /// Connects, within the request time-out.
    pub(super) async fn dial(self, client_id: Option<String>) -> Result<krafka::Kafka, TransportError> {
        let doing = format!("cannot connect to Kafka at {}", self.brokers);
        let mut builder = krafka::Kafka::builder(&*self.brokers)
            .client_id(client_id.unwrap_or(self.client_id))
            .request_timeout(self.request_timeout)
            .connect_timeout(self.connect_timeout)
            .metadata_max_age(self.metadata_age);
        if let Some(security) = self.security {
            builder = builder.security(security);
        }
        let connected = tokio::time::timeout(self.request_timeout, builder.connect()).await;
        connected.unwrap_or_else(|late| Err(late.into())).map_err(|error| fault(doing, error))
    }
}

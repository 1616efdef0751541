//! A transport from configuration.

use std::sync::Arc;

use super::{BoxFuture, Memory, Transport, TransportError, TransportErrorKind};

/// Opens the transport that an address names.
///
/// | address | transport |
/// |---|---|
/// | `memory:` | batches in memory, gone with the process |
/// | `file:PATH` | the embedded log in that file, created where it is missing (feature `embedded`) |
/// | `kafka://HOST:PORT,HOST:PORT` | the Kafka cluster of these brokers, in plain text (feature `kafka`); TLS, SASL and time-outs are for [`Kafka::builder`](super::Kafka::builder) |
///
/// ```
/// # pollster::block_on(async {
/// let transport = schemawire::transport::open("memory:").await?;
/// assert!(transport.topics().await?.is_empty());
/// # Ok::<(), schemawire::transport::TransportError>(())
/// # }).unwrap();
/// ```
///
/// # Errors
/// An address of another kind, or a transport that cannot be opened.
pub fn open(address: &str) -> BoxFuture<'static, Result<Arc<dyn Transport>, TransportError>> {
    let address = address.to_owned();
    Box::pin(async move {
        match address.strip_prefix("kafka://") {
            Some(brokers) => open_kafka(brokers).await,
            None => open_now(&address),
        }
    })
}

#[cfg(feature = "kafka")]
async fn open_kafka(brokers: &str) -> Result<Arc<dyn Transport>, TransportError> {
    Ok(Arc::new(super::Kafka::connect(brokers).await?))
}

#[cfg(not(feature = "kafka"))]
async fn open_kafka(brokers: &str) -> Result<Arc<dyn Transport>, TransportError> {
    let message = format!("`kafka://{brokers}` needs the feature `kafka`, which was not built in");
    Err(TransportError::new(TransportErrorKind::InvalidRequest, message))
}

fn open_now(address: &str) -> Result<Arc<dyn Transport>, TransportError> {
    let refused = |message| Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
    match address.split_once(':') {
        Some(("memory", "")) => Ok(Arc::new(Memory::new())),
        Some(("memory", name)) => {
            refused(format!("`memory:{name}`: a log in memory has no name; write `memory:`"))
        }
        #[cfg(feature = "embedded")]
        Some(("file", path)) if !path.is_empty() => Ok(Arc::new(super::Embedded::open(path)?)),
        #[cfg(feature = "embedded")]
        Some(("file", _)) => refused("`file:` names no file; write `file:quakes.db`".to_owned()),
        #[cfg(not(feature = "embedded"))]
        Some(("file", _)) => {
            refused(format!("`{address}` needs the feature `embedded`, which was not built in"))
        }
        _ => refused(format!(
            "`{address}` names no transport; known are `memory:`, `file:PATH` and `kafka://HOST:PORT`"
        )),
    }
}

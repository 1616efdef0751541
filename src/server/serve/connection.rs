//! Connections: taken while there is room, each a task of its own, closed in good order.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::patient::Patient;
use super::service::Service;
use super::{Limits, Tls};

/// How long nothing is accepted after the system could not: it is out of file handles or memory, which passes.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// A socket that is listened on, and who answers.
pub(super) struct Listening {
    pub(super) listener: TcpListener,
    pub(super) service: Arc<Service>,
    pub(super) tls: Option<Tls>,
    pub(super) limits: Limits,
}

impl Listening {
    /// Serves until it is told to stop, or nobody can tell it any more; then drains.
    pub(super) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => break,
                accepted = accept(&self.listener, &self.service) => accepted,
            };
            let Ok((stream, permit)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let (service, limits, tls) = (Arc::clone(&self.service), self.limits, self.tls.clone());
            let watcher = graceful.watcher();
            tokio::spawn(async move {
                match tls {
                    None => serve(stream, &service, limits, watcher).await,
                    Some(Tls(acceptor)) => {
                        // A handshake that fails or dawdles is its client's matter.
                        let shaken = tokio::time::timeout(limits.idle, acceptor.accept(stream)).await;
                        if let Ok(Ok(stream)) = shaken {
                            serve(stream, &service, limits, watcher).await;
                        }
                    }
                }
                #[cfg(feature = "prometheus")]
                service.metrics.disconnected();
                drop(permit);
            });
        }
        drop(self.listener);
        let _ = tokio::time::timeout(self.limits.drain, graceful.shutdown()).await;
    }
}

/// Serves one connection to its end.
async fn serve<S>(stream: S, service: &Arc<Service>, limits: Limits, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let answer = service_fn(move |request| {
        let service = Arc::clone(service);
        async move { Ok::<_, Infallible>(service.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_header_size(limits.head)
        .max_buf_size(limits.head.max(8 << 10))
        // A client that has said all it wants to say still gets its answer.
        .half_close(true)
        .serve_connection(TokioIo::new(Patient::new(stream, limits.send)), answer);
    // What goes wrong with a connection its client sees: it is closed.
    let _ = watcher.watch(connection).await;
}

/// Waits for room first: what is not accepted waits in the system's own queue.
async fn accept(listener: &TcpListener, service: &Service) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(&service.room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    #[cfg(feature = "prometheus")]
    service.metrics.connected();
    Ok((stream, permit))
}

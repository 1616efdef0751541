//! Connections: taken while there is room, each a task of its own, closed in good order.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::Limits;
use super::service::Service;

/// How long nothing is accepted after the system could not: it is out of file handles or memory, which passes.
const PAUSE: Duration = Duration::from_millis(50);

/// A socket that is listened on, and who answers.
pub(super) struct Listening {
    pub(super) listener: TcpListener,
    pub(super) service: Arc<Service>,
    pub(super) limits: Limits,
}

impl Listening {
    /// Serves until it is told to stop, or nobody can tell it any more; then drains.
    pub(super) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(self.limits.connections.max(1)));
        loop {
            let accepted = tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => break,
                accepted = accept(&self.listener, &room) => accepted,
            };
            let Ok((stream, permit)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let service = Arc::clone(&self.service);
            let few = Arc::clone(&room);
            let crowded = self.limits.connections / 4;
            let answer = service_fn(move |request| {
                let service = Arc::clone(&service);
                let close = few.available_permits() < crowded;
                async move { Ok::<_, Infallible>(service.answer(request, close).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.limits.idle)
                .max_header_size(self.limits.head)
                .max_buf_size(self.limits.head.max(8 << 10))
                // A client that has said all it wants to say still gets its answer.
                .half_close(true)
                .serve_connection(TokioIo::new(stream), answer);
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                // What goes wrong with a connection is its client's matter, who sees it closed.
                let _ = connection.await;
                drop(permit);
            });
        }
        drop(self.listener);
        let _ = tokio::time::timeout(self.limits.drain, graceful.shutdown()).await;
    }
}

/// Waits for room first: what is not accepted waits in the system's own queue.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, permit))
}

//! `/metrics` of a program that has no registry to serve.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use super::patient::Patient;
use super::{Limits, ServeError, Server};
use crate::metrics::Metrics;

/// The most scrapes at once; more wait in the system's queue.
const CONNECTIONS: usize = 16;

/// Answers `GET /metrics` at that address (port 0 is one that is free), in the tokio runtime of the caller, until the server that
/// it gives is stopped or dropped. At most 16 connections, with the idle and send limits of the default [`Limits`].
///
/// ```
/// use std::sync::Arc;
/// use schemawire::metrics::Metrics;
/// use schemawire::server::serve_metrics;
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let metrics = Arc::new(Metrics::new());
/// let server = serve_metrics("127.0.0.1:0".parse()?, Arc::clone(&metrics)).await?;
/// println!("Prometheus scrapes {}/metrics", server.url());
/// server.stop().await;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// An address that cannot be listened on; no tokio runtime.
pub async fn serve_metrics(address: SocketAddr, metrics: Arc<Metrics>) -> Result<Server, ServeError> {
    let runtime = Handle::try_current().map_err(|_| ServeError::NoRuntime)?;
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (stop, stopping) = watch::channel(false);
    let task = runtime.spawn(listen(listener, metrics, stopping));
    Ok(Server::running(address, false, stop, task))
}

async fn listen(listener: TcpListener, metrics: Arc<Metrics>, mut stopping: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accept = async {
            let permit = Arc::clone(&room).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            // An error is a server that nobody holds any more.
            _ = stopping.wait_for(|stop| *stop) => return,
            accepted = accept => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(super::connection::PAUSE).await;
            continue;
        };
        let (metrics, mut stopping) = (Arc::clone(&metrics), stopping.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => {}
                () = serve(stream, metrics) => {}
            }
            drop(permit);
        });
    }
}

async fn serve(stream: TcpStream, metrics: Arc<Metrics>) {
    let limits = Limits::default();
    let answer = service_fn(move |request: Request<Incoming>| {
        let metrics = Arc::clone(&metrics);
        async move { Ok::<_, Infallible>(answered(&request, &metrics)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .serve_connection(TokioIo::new(Patient::new(stream, limits.send)), answer);
    // What goes wrong with a connection its client sees: it is closed.
    let _ = connection.await;
}

fn answered(request: &Request<Incoming>, metrics: &Metrics) -> Response<Full<Bytes>> {
    let (status, text) = match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/metrics") => (StatusCode::OK, metrics.text()),
        (_, "/metrics") => (StatusCode::METHOD_NOT_ALLOWED, "only GET is answered here\n".to_owned()),
        _ => (StatusCode::NOT_FOUND, "only /metrics is answered here\n".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(Metrics::MEDIA_TYPE));
    response
}

//! A server of a few lines that answers what a test wants, and remembers what it was asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// What one request is answered with.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A status and a body of JSON.
    Json(u16, String),
    /// A status, more headers (each with its line's end), and a body.
    Headed(u16, String, String),
    /// These bytes, and the connection is closed.
    Bytes(Vec<u8>),
    /// Nothing, and the connection is closed.
    Close,
    /// Nothing, and the connection stays open.
    Never,
    /// The same, later.
    After(Duration, Box<Self>),
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The server. Dropping it closes it with all its connections.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    open: AtomicUsize,
    most: AtomicUsize,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Answer = dyn Fn(usize, &Seen) -> Reply + Send + Sync;

impl Peer {
    /// Answers each request by its number, from 0.
    pub(crate) async fn start(answer: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_on("127.0.0.1:0", answer).await
    }

    /// The same at an address.
    pub(crate) async fn start_on(
        address: &str,
        answer: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (shared, answer) = (Arc::new(Shared::default()), Arc::new(answer) as Arc<Answer>);
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, answer) = (Arc::clone(&serving), Arc::clone(&answer));
                connections.spawn(async move {
                    let _open = Open::new(&shared);
                    serve(stream, &shared, &*answer).await;
                });
            }
        });
        Self { url, shared, task }
    }

    /// Always the same answer.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().expect("unpoisoned").clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.shared.seen.lock().expect("unpoisoned").len()
    }

    /// The most connections that were open at once.
    pub(crate) fn most_connections(&self) -> usize {
        self.shared.most.load(Ordering::SeqCst)
    }
}

/// Counts a connection while it is open.
struct Open<'o>(&'o Shared);

impl<'o> Open<'o> {
    fn new(shared: &'o Shared) -> Self {
        let now = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most.fetch_max(now, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, shared: &Shared, answer: &Answer) {
    while let Some(request) = read_request(&mut stream).await {
        let number = {
            let mut seen = shared.seen.lock().expect("unpoisoned");
            seen.push(request.clone());
            seen.len() - 1
        };
        let mut reply = answer(number, &request);
        while let Reply::After(wait, inner) = reply {
            tokio::time::sleep(wait).await;
            reply = *inner;
        }
        let (bytes, ends) = match reply {
            Reply::Json(status, body) => {
                (message(status, "Content-Type: application/json\r\n", &body), false)
            }
            Reply::Headed(status, headers, body) => (message(status, &headers, &body), false),
            Reply::Bytes(bytes) => (bytes, true),
            Reply::Close | Reply::After(..) => return,
            Reply::Never => std::future::pending().await,
        };
        if stream.write_all(&bytes).await.is_err() || ends {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

/// An answer as bytes.
pub(crate) fn message(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// One request, or nothing where the other side went away.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let mut seen = Seen { method: first.next()?.into(), path: first.next()?.into(), ..Seen::default() };
    seen.headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let length = seen.header("content-length").map_or(0, |it| it.parse().expect("a length"));
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = bytes[head..head + length].to_vec();
    Some(seen)
}

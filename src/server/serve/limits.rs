//! What a client may take: bytes, time, connections.

use std::time::Duration;

/// The limits of a server. Whoever passes one loses the connection or the request, and nobody else notices.
///
/// | limit | default | what happens beyond it |
/// |---|---|---|
/// | `body` | 4 MiB | status 413 |
/// | `head` | 64 KiB | status 431 |
/// | `idle` | 30 s | the connection is closed; also where a request's head is not whole by then |
/// | `receive` | 30 s | status 408: the body did not arrive in time |
/// | `answer` | 60 s | code 50002: the registry did not answer in time; a write may still happen |
/// | `send` | 30 s | the connection is closed: the client does not take its answer |
/// | `connections` | 512 | more wait until one is closed; from three quarters on, each is closed behind its answer |
/// | `drain` | 10 s | a stopping server closes what has not ended by then |
///
/// ```
/// use std::time::Duration;
/// use schemawire::server::Limits;
///
/// let limits = Limits { body: 1 << 20, idle: Duration::from_secs(5), ..Limits::default() };
/// assert_eq!(limits.connections, 512);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body in bytes.
    pub body: usize,
    /// The largest head, request line and headers, in bytes; at least 8 KiB.
    pub head: usize,
    /// From the last answer, or from the beginning, until the next request's head is whole.
    pub idle: Duration,
    /// From the head until the body is whole.
    pub receive: Duration,
    /// How long the registry may take to answer.
    pub answer: Duration,
    /// How long a client may take nothing of its answer.
    pub send: Duration,
    /// How many connections are open at once.
    pub connections: usize,
    /// How long a stopping server waits for requests that have begun.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 << 20,
            head: 64 << 10,
            idle: Duration::from_secs(30),
            receive: Duration::from_secs(30),
            answer: Duration::from_secs(60),
            send: Duration::from_secs(30),
            connections: 512,
            drain: Duration::from_secs(10),
        }
    }
}

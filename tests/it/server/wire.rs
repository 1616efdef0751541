//! A server in this process, and a client of bytes: what is sent and what comes back, as it lies on the wire.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use schemawire::registry::{EmbeddedRegistry, Registry};
use schemawire::server::{Builder, Server};

/// A server over a registry in memory, with threads of its own.
pub(super) struct Served {
    server: Option<Server>,
    runtime: tokio::runtime::Runtime,
}

impl Served {
    pub(super) fn new() -> Self {
        Self::with(|server| server)
    }

    /// With other settings than the default ones.
    pub(super) fn with(settings: impl FnOnce(Builder) -> Builder) -> Self {
        Self::with_over(async { EmbeddedRegistry::in_memory().await.expect("a registry") }, settings)
    }

    /// Over another registry than an empty one.
    pub(super) fn over<R: Registry>(registry: impl Future<Output = R>) -> Self {
        Self::with_over(registry, |server| server)
    }

    /// Over another registry, with other settings.
    pub(super) fn with_over<R: Registry>(
        registry: impl Future<Output = R>,
        settings: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let server = runtime
            .block_on(async { settings(Server::builder(registry.await)).start().await.expect("it starts") });
        Self { server: Some(server), runtime }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.server.as_ref().expect("it runs").address()
    }

    pub(super) fn connect(&self) -> Wire {
        Wire::connect(self.address())
    }

    /// One request on a connection of its own.
    pub(super) fn ask(&self, request: &str, body: &str) -> Answer {
        self.connect().ask(request, body)
    }

    /// Stops in a thread, so that the test can watch.
    pub(super) fn stopping(mut self) -> std::thread::JoinHandle<()> {
        let server = self.server.take().expect("it runs");
        std::thread::spawn(move || self.runtime.block_on(server.stop()))
    }
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Wire {
    pub(super) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        // A server that never answers fails the test rather than hanging it.
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        let reader = BufReader::new(stream.try_clone().expect("a second handle"));
        Self { stream, reader }
    }

    /// Sends `METHOD /path` with a body (none where it is empty) and reads the answer.
    pub(super) fn ask(&mut self, request: &str, body: &str) -> Answer {
        self.ask_with(request, &[], body)
    }

    pub(super) fn ask_with(&mut self, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut text = format!("{request} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                text += "Content-Type: application/json\r\n";
            }
            text += &format!("Content-Length: {}\r\n", body.len());
        }
        self.send(&format!("{text}\r\n{body}"));
        self.answer(request.starts_with("HEAD "))
    }

    pub(super) fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).expect("the server takes it");
    }

    /// Says that nothing more will be sent.
    pub(super) fn finish(&mut self) {
        self.stream.shutdown(Shutdown::Write).expect("half closed");
    }

    /// Reads one answer; `bare` for one without a body.
    #[track_caller]
    pub(super) fn answer(&mut self, bare: bool) -> Answer {
        let mut line = String::new();
        self.reader.read_line(&mut line).expect("an answer");
        let status = line.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status: {line:?}"));
        let mut answer = Answer { status, headers: Vec::new(), body: String::new() };
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            answer.headers.push((name.to_lowercase(), value.to_owned()));
        }
        let length = answer.header("content-length").map_or(0, |it| it.parse().expect("a number"));
        if !bare {
            let mut body = vec![0; length];
            self.reader.read_exact(&mut body).expect("the body");
            answer.body = String::from_utf8(body).expect("UTF-8");
        }
        answer
    }

    /// Whether the server has closed the connection, without a word more.
    #[track_caller]
    pub(super) fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        match self.reader.read_to_end(&mut rest) {
            Ok(_) => rest.is_empty(),
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}

//! A registry server under load: seconds until it is ready, memory, reads and durable registrations a second.
//!
//! `cargo bench --features cli,server --bench serve` starts `schemawire serve` on a file with 10,000 schemas.
//! Behind `--`:
//!
//! | option | default | |
//! |---|---|---|
//! | `--url URL` | | another server that speaks the API instead, such as `http://127.0.0.1:8080/apis/ccompat/v7` |
//! | `--connections COUNT` | 16 | |
//! | `--writers COUNT` | as `--connections` | connections that register; for a server that answers none of many at once |
//! | `--timeout SECONDS` | 60 | what is not answered by then counts as an error, and its connection is opened anew |
//! | `--seconds SECONDS` | 10 | of reads, and of registrations |
//! | `--mixed SECONDS` | 10 | of 18 reads by id, a read of the latest version and a registration in turn |
//! | `--schemas COUNT` | 10000 | in the file |
//!
//! The load comes from a thread a connection of this process, which keeps its connection; a read is `GET /schemas/ids/{id}` of one
//! of 100 ids. The exit code is 1 where any answer was not 200, or missing.

#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench prints, asks the clock, and may panic"
)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use schemawire::registry::{EmbeddedRegistry, Proposal, Registry};
use schemawire::schema::Schema;
use schemawire::transport::Embedded;

/// How many ids are read.
const IDS: u64 = 100;

struct Options {
    url: Option<String>,
    connections: u64,
    writers: Option<u64>,
    timeout: Duration,
    seconds: u64,
    mixed: u64,
    schemas: u64,
}

fn main() -> ExitCode {
    let options = options();
    let target = Target::parse(options.url.as_deref().unwrap_or("http://127.0.0.1:0"));
    let directory = tempfile::tempdir().expect("a directory");
    let (target, server) = match &options.url {
        Some(_) => (target, None),
        None => {
            let file = directory.path().join("registry.redb");
            fill(&file, options.schemas);
            let (server, url) = started(&file, options.schemas);
            (Target::parse(&url), Some(server))
        }
    };
    let target = Target { timeout: options.timeout, ..target };
    prepare(&target);
    println!(
        "| | connections | a second | p50 | p99 | longest | answers | not 200 | unanswered |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    let next = AtomicU64::new(std::process::id().into());
    let mut failed = 0;
    let read = |number: u64| Ask::get(format!("/schemas/ids/{}", 1 + number % IDS));
    let register = || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        Ask::register(&format!("bench-{number}"), 1_000_000 + number)
    };
    let (readers, writers) = (options.connections, options.writers.unwrap_or(options.connections));
    failed += load("reads by id", &target, readers, options.seconds, &read);
    failed += load("registrations of new schemas", &target, writers, options.seconds, &|_| register());
    failed += load("mixed", &target, readers, options.mixed, &|number| match number % 20 {
        0 => register(),
        1 => Ask::get(format!("/subjects/read-{}/versions/latest", 1 + number % IDS)),
        _ => read(number),
    });
    if let Some(mut server) = server {
        println!("\nmemory after it: {}", memory(&server));
        server.kill().expect("killed");
        server.wait().expect("it ends");
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn options() -> Options {
    let mut options = Options {
        url: None,
        connections: 16,
        writers: None,
        timeout: Duration::from_secs(60),
        seconds: 10,
        mixed: 10,
        schemas: 10_000,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{name} has no value"));
        let number = |text: String| text.parse().unwrap_or_else(|_| panic!("{text} is no number"));
        match name.as_str() {
            "--url" => options.url = Some(value()),
            "--connections" => options.connections = number(value()),
            "--writers" => options.writers = Some(number(value())),
            "--timeout" => options.timeout = Duration::from_secs(number(value())),
            "--seconds" => options.seconds = number(value()),
            "--mixed" => options.mixed = number(value()),
            "--schemas" => options.schemas = number(value()),
            // Cargo says that it is a bench.
            "--bench" => {}
            other => panic!("{other} is no option"),
        }
    }
    options
}

fn text_of(size: u64) -> String {
    format!(r#"{{"type":"fixed","name":"F","namespace":"com.example.bench","size":{size}}}"#)
}

/// Registers that many schemas in a file.
fn fill(file: &Path, schemas: u64) {
    pollster::block_on(async {
        let log = Embedded::open(file).expect("a log");
        let registry = EmbeddedRegistry::on(&log).await.expect("a registry");
        let numbers: Vec<u64> = (1..=schemas).collect();
        for numbers in numbers.chunks(1000) {
            let proposals = numbers.iter().map(|number| {
                let schema = Schema::avro(&text_of(*number)).expect("a schema");
                (format!("filled-{number}").parse().expect("a subject"), Proposal::new(schema))
            });
            registry.register_all(&proposals.collect::<Vec<_>>()).await.expect("registered");
        }
        log.close().await.expect("closed");
    });
}

/// Starts the server several times, and says how long that took.
fn started(file: &Path, schemas: u64) -> (Child, String) {
    let start = || {
        let begun = Instant::now();
        let mut server = Command::new(env!("CARGO_BIN_EXE_schemawire"))
            .args(["serve", "--port", "0", "--print-url", "--store"])
            .arg(file)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut url = String::new();
        BufReader::new(server.stdout.take().expect("piped")).read_line(&mut url).expect("a line");
        (begun.elapsed(), server, url.trim_end().to_owned())
    };
    let mut times = Vec::new();
    for _ in 0..9 {
        let (took, mut server, _) = start();
        times.push(took);
        server.kill().expect("killed");
        server.wait().expect("it ends");
    }
    times.sort_unstable();
    let (_, server, url) = start();
    println!(
        "ready with {schemas} schemas in the file: {:.0} ms (median of {}, {:.0} to {:.0})",
        milliseconds(times[times.len() / 2]),
        times.len(),
        milliseconds(times[0]),
        milliseconds(times[times.len() - 1])
    );
    println!("memory when ready: {}\n", memory(&server));
    (server, url)
}

/// The resident set, now and at its largest.
fn memory(server: &Child) -> String {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", server.id())) else {
        return "not to be had on this system".to_owned();
    };
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|it| it.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    format!("{:.1} MB (largest {:.1} MB)", of("VmRSS:"), of("VmHWM:"))
}

/// Registers what is read.
fn prepare(target: &Target) {
    let mut wire = Wire::open(target);
    for number in 1..=IDS {
        let status = wire.ask(&Ask::register(&format!("read-{number}"), number));
        assert_eq!(status, Some(200), "number {number}");
    }
}

/// Loads the server for that long; prints a row, and gives how many answers were not 200 or did not come.
fn load(
    what: &str,
    target: &Target,
    connections: u64,
    seconds: u64,
    ask: &(dyn Fn(u64) -> Ask + Sync),
) -> u64 {
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let run = |thread: u64| {
        let mut wire = Wire::open(target);
        let mut times = Vec::new();
        let (mut failed, mut missing) = (0, 0);
        for number in 0.. {
            let begun = Instant::now();
            if begun >= until {
                break;
            }
            match wire.ask(&ask(number + thread * 7)) {
                Some(status) => {
                    failed += u64::from(status != 200);
                    times.push(begun.elapsed());
                }
                None => missing += 1,
            }
        }
        (times, failed, missing)
    };
    let (mut times, mut failed, mut missing) = (Vec::new(), 0, 0);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|thread| scope.spawn(move || run(thread))).collect();
        for thread in threads {
            let (some, wrong, lost) = thread.join().expect("a thread");
            times.extend(some);
            failed += wrong;
            missing += lost;
        }
    });
    let took = begun.elapsed().as_secs_f64();
    times.sort_unstable();
    if times.is_empty() {
        println!("| {what} | {connections} | 0 | | | | 0 | 0 | {missing} |");
        return missing;
    }
    let at = |share: f64| milliseconds(times[((times.len() - 1) as f64 * share) as usize]);
    println!(
        "| {what} | {connections} | {:.0} | {:.2} ms | {:.2} ms | {:.1} ms | {} | {failed} | {missing} |",
        times.len() as f64 / took,
        at(0.5),
        at(0.99),
        at(1.0),
        times.len()
    );
    failed + missing
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Where a server is.
#[derive(Clone)]
struct Target {
    host: Arc<str>,
    /// What stands before every path.
    base: Arc<str>,
    /// How long an answer is waited for.
    timeout: Duration,
}

impl Target {
    fn parse(url: &str) -> Self {
        let rest = url.strip_prefix("http://").expect("a URL of http://");
        let (host, base) = rest
            .split_once('/')
            .map_or((rest, String::new()), |(host, base)| (host, format!("/{}", base.trim_end_matches('/'))));
        let base = base.trim_end_matches('/').into();
        Self { host: host.into(), base, timeout: Duration::from_secs(60) }
    }
}

/// One request.
struct Ask {
    method: &'static str,
    path: String,
    body: String,
}

impl Ask {
    fn get(path: String) -> Self {
        Self { method: "GET", path, body: String::new() }
    }

    fn register(subject: &str, size: u64) -> Self {
        let body = format!(r#"{{"schema":"{}"}}"#, text_of(size).replace('"', "\\\""));
        Self { method: "POST", path: format!("/subjects/{subject}/versions"), body }
    }
}

/// A connection that is kept, and opened anew where the server closes it.
struct Wire {
    target: Target,
    reader: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
    closes: bool,
}

impl Wire {
    fn open(target: &Target) -> Self {
        let stream = TcpStream::connect(&*target.host).expect("it listens");
        stream.set_nodelay(true).expect("no delay");
        stream.set_read_timeout(Some(target.timeout)).expect("a time-out");
        stream.set_write_timeout(Some(target.timeout)).expect("a time-out");
        let reader = BufReader::new(stream);
        Self { target: target.clone(), reader, line: String::new(), body: Vec::new(), closes: false }
    }

    /// Sends a request, reads the whole answer, and gives its status; none where the answer does not come, or breaks off.
    fn ask(&mut self, ask: &Ask) -> Option<u16> {
        if self.closes {
            *self = Self::open(&self.target);
        }
        let answered = self.try_ask(ask);
        // What comes too late is another request's.
        self.closes |= answered.is_err();
        answered.ok()
    }

    fn try_ask(&mut self, ask: &Ask) -> io::Result<u16> {
        let wrong = || io::Error::other("no HTTP");
        let (host, base) = (&self.target.host, &self.target.base);
        let mut text = format!("{} {base}{} HTTP/1.1\r\nHost: {host}\r\n", ask.method, ask.path);
        if !ask.body.is_empty() {
            text += "Content-Type: application/vnd.schemaregistry.v1+json\r\n";
            text += &format!("Content-Length: {}\r\n", ask.body.len());
        }
        text += "\r\n";
        text += &ask.body;
        self.reader.get_mut().write_all(text.as_bytes())?;
        let status = self.next_line()?.split(' ').nth(1).and_then(|it| it.parse().ok()).ok_or_else(wrong)?;
        let (mut length, mut is_chunked) = (0, false);
        loop {
            let line = self.next_line()?.to_ascii_lowercase();
            let Some((name, value)) = line.split_once(": ") else { break };
            match name {
                "content-length" => length = value.parse().map_err(io::Error::other)?,
                "transfer-encoding" => is_chunked = value == "chunked",
                "connection" => self.closes = value == "close",
                _ => {}
            }
        }
        while is_chunked {
            let length = usize::from_str_radix(self.next_line()?, 16).map_err(io::Error::other)?;
            self.pass(length + 2)?;
            is_chunked = length > 0;
        }
        self.pass(length)?;
        Ok(status)
    }

    fn next_line(&mut self) -> io::Result<&str> {
        self.line.clear();
        self.reader.read_line(&mut self.line)?;
        Ok(self.line.trim_end())
    }

    fn pass(&mut self, length: usize) -> io::Result<()> {
        self.body.resize(length, 0);
        self.reader.read_exact(&mut self.body)
    }
}

//! `kill -9` at any moment: nothing acknowledged is lost, and no id is given twice.
#![cfg(all(feature = "cli", unix))]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::command::Process;

/// How many rounds the usual run has; `SCHEMAWIRE_SERVER_KILLS` says another number.
const ROUNDS: usize = 20;

/// How many connections write at once.
const WRITERS: usize = 4;

/// What a server acknowledged: a subject, the size of the schema that it got, and its id.
type Acknowledged = (String, u64, u64);

#[test]
#[expect(clippy::disallowed_methods, reason = "how long is waited for acknowledgements is a time")]
fn nothing_acknowledged_is_lost_and_no_id_is_given_twice() {
    let rounds = std::env::var_os("SCHEMAWIRE_SERVER_KILLS")
        .map_or(ROUNDS, |it| it.to_string_lossy().parse().expect("a number"));
    let directory = tempfile::tempdir().expect("a directory");
    let store = ["--store", "registry.redb", "--level", "NONE"];
    let mut ids = Ids::default();
    let mut total = 0;
    for round in 0..rounds {
        let server = Process::start(directory.path(), &store);
        let address = server.address();
        let done = Arc::new(AtomicUsize::new(0));
        let start = |writer| {
            let done = Arc::clone(&done);
            std::thread::spawn(move || write(address, round, writer, &done))
        };
        let writers: Vec<_> = (0..WRITERS).map(start).collect();
        // From the first moments on to well into the writing, another moment in each round: so many acknowledgements, and a little.
        let (enough, patience) = (round * 5 % 23, Instant::now() + Duration::from_secs(10));
        while done.load(Ordering::Relaxed) < enough && Instant::now() < patience {
            std::thread::yield_now();
        }
        pause(Duration::from_micros((round as u64 * 1_370) % 9_000));
        server.end("-KILL");
        let acknowledged: Vec<Acknowledged> =
            writers.into_iter().flat_map(|it| it.join().expect("a writer")).collect();
        total += acknowledged.len();

        let server = Process::start(directory.path(), &store);
        let kept = listed(&server, &format!("r{round}-"));
        for (subject, size, id) in &acknowledged {
            assert_eq!(kept.get(subject), Some(&(*size, *id)), "round {round}: {subject} was acknowledged");
        }
        kept.values().for_each(|(size, id)| ids.add(*size, *id));
        assert_eq!(server.end("-TERM").0, Some(0));
    }
    assert!(total > 5 * rounds, "{total} registrations in {rounds} rounds are too few to say anything");
    let server = Process::start(directory.path(), &store);
    let all = listed(&server, "r");
    assert!(all.len() >= total, "{} of {total}", all.len());
    all.values().for_each(|(size, id)| ids.add(*size, *id));
}

/// Contents and their ids, one for one.
#[derive(Default)]
struct Ids {
    of_content: BTreeMap<u64, u64>,
    of_id: BTreeMap<u64, u64>,
}

impl Ids {
    #[track_caller]
    fn add(&mut self, size: u64, id: u64) {
        assert_eq!(*self.of_content.entry(size).or_insert(id), id, "content {size} has two ids");
        assert_eq!(*self.of_id.entry(id).or_insert(size), size, "id {id} has two contents");
    }
}

/// Registers one schema after the other until the server is gone. All writers of a round register the same schemas, each under
/// subjects of its own, so that they race for the ids.
fn write(address: SocketAddr, round: usize, writer: usize, done: &AtomicUsize) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let size = (round * 100_000 + number + 1) as u64;
        let subject = format!("r{round}-{writer}-{number}");
        match register(address, &subject, size) {
            Some(id) => {
                acknowledged.push((subject, size, id));
                done.fetch_add(1, Ordering::Relaxed);
            }
            None => break,
        }
    }
    acknowledged
}

/// The id, or nothing where no whole answer came.
fn register(address: SocketAddr, subject: &str, size: u64) -> Option<u64> {
    let body = format!(r#"{{"schema": "{{\"type\":\"fixed\",\"name\":\"F\",\"size\":{size}}}"}}"#);
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!("POST /subjects/{subject}/versions HTTP/1.1\r\nHost: a\r\nConnection: close");
    let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    // A body that was cut is no acknowledgement.
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    body["id"].as_u64()
}

/// Size and id by subject, of the subjects with that prefix.
fn listed(server: &Process, prefix: &str) -> BTreeMap<String, (u64, u64)> {
    let listed = server.ask(&format!("GET /schemas?subjectPrefix=:*:{prefix}"), "").json();
    let listed = listed.as_array().expect("a list").iter().map(|it| {
        let schema = it["schema"].as_str().expect("a text");
        let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
        let subject = it["subject"].as_str().expect("a subject").to_owned();
        assert_eq!(it["version"], 1, "{subject}");
        (subject, (schema["size"].as_u64().expect("a size"), it["id"].as_u64().expect("an id")))
    });
    listed.collect()
}

#[expect(clippy::disallowed_methods, reason = "the moment of the kill is a time, not a fact")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

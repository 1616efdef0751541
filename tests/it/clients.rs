//! Clients of other languages against `schemawire serve`, and what they write against what we read, in both directions.
//!
//! The programs are in `tests/clients`; `scripts/clients.sh` installs them and says in `SCHEMAWIRE_CLIENTS` where. A test whose
//! client is not there says that it is skipped.
#![cfg(all(
    feature = "cli",
    feature = "server",
    feature = "registry-http",
    feature = "avro",
    feature = "protobuf",
    feature = "json",
    unix
))]

mod apicurio;
mod case;
mod ours;
mod program;
mod schema_registry_converter;
mod srfake;

use std::path::Path;

use schemawire::schema::MessageCount;
use serde_json::{Value as Json, json};

use crate::server::command::Process;
use case::{Case, plain, same};
use ours::Ours;
use program::Program;

/// The cases of every format, each with the framing in front.
const ALL: &[&str] = &[
    "avro-order",
    "avro-reference",
    "json-order",
    "json-reference",
    "protobuf-order",
    "protobuf-well-known",
    "protobuf-reference",
    "protobuf-nested",
];

/// A client, and what it can.
struct Client {
    program: &'static str,
    /// The cases of its formats. A name that ends in `+header` is framed in a record's header.
    cases: &'static [&'static [&'static str]],
    /// Whether its messages of a case are, byte for byte, what we write with the schema that it registered.
    has_our_bytes: fn(&Case) -> bool,
    /// What its message indexes count: a map is a message of its own in a descriptor and none in text.
    count: MessageCount,
}

/// JSON has no one spelling; what the others write has.
fn all_but_json(case: &Case) -> bool {
    case.format != "JSON"
}

#[test]
fn python_confluent_kafka() {
    both_directions(&Client {
        program: "python-confluent",
        cases: &[
            ALL,
            &["protobuf-transitive", "avro-order+header", "json-order+header", "protobuf-nested+header"],
        ],
        has_our_bytes: all_but_json,
        count: MessageCount::AsRegistered,
    });
}

/// Knows no references.
#[test]
fn python_schema_registry_client() {
    both_directions(&Client {
        program: "python-registry-client",
        cases: &[&["avro-order", "json-order"]],
        has_our_bytes: all_but_json,
        count: MessageCount::AsRegistered,
    });
}

/// Registers descriptors, in which maps are messages, and counts as if they were none, which is a setting of ours. Reads no file that is imported by an imported
/// one: it forgets on the way that it wants descriptors.
#[test]
fn node_confluent() {
    both_directions(&Client {
        program: "node-confluent",
        cases: &[ALL, &["avro-order+header", "json-order+header", "protobuf-nested+header"]],
        has_our_bytes: all_but_json,
        count: MessageCount::WithoutEntries,
    });
}

#[test]
fn node_kafkajs() {
    both_directions(&Client {
        program: "node-kafkajs",
        cases: &[&["avro-order", "avro-reference", "json-order", "json-reference"]],
        has_our_bytes: all_but_json,
        count: MessageCount::AsRegistered,
    });
}

/// It writes no message indexes, and skips zeros where they would be, so it reads a schema's first message as anyone writes it, and
/// another one, which it has to be told, where nothing is in front of it. What it writes is Protobuf behind an id, which Confluent's own
/// readers refuse as well: we refuse it, and read it when told. It has no types of Google's, so that `protobuf-well-known` is not for it.
#[test]
fn node_kafkajs_writes_protobuf_without_message_indexes() {
    let Some(program) = Program::find("node-kafkajs") else { return };
    let names = ["protobuf-order", "protobuf-reference", "protobuf-transitive", "protobuf-nested"];
    let directory = tempfile::tempdir().expect("a directory");
    let server = Process::start(directory.path(), &[]);
    let ours = Ours::new(&server.url);
    program.run(&server.url, &in_place("register-and-write", directory.path(), &names));
    let cases: Vec<Case> = names.iter().map(|name| Case::load(name)).collect();
    for case in &cases {
        for (number, value) in case.values.iter().enumerate() {
            let theirs = case.message(directory.path(), number);
            ours.refuses(&theirs);
            let read = ours.read_without_indexes(case, &theirs);
            assert!(same(&read, &plain(value)), "{}: we read {read}", case.name);
            let is_first = case.name != "protobuf-nested";
            let write = if is_first { Ours::write } else { Ours::write_without_indexes };
            case.store(directory.path(), number, &write(&ours, case, &plain(value)));
        }
    }
    let answer = program.run(&server.url, &in_place("read", directory.path(), &names));
    compare(&cases, &answer);
}

/// hamba's Avro writes the size of every block, which we only read.
#[test]
fn go_franz_and_hamba() {
    both_directions(&Client {
        program: "go-franz",
        cases: &[&["avro-order", "avro-reference"]],
        has_our_bytes: |_| false,
        count: MessageCount::AsRegistered,
    });
}

/// Registers text, in which maps are no messages, and counts as if they were, which is a setting of ours. It does not ask for GUIDs when it registers, so what it
/// registers by itself it cannot frame in a header. Its Avro is hamba's; its Protobuf has fields in any order.
#[test]
fn go_confluent() {
    both_directions(&Client {
        program: "go-confluent",
        cases: &[ALL, &["protobuf-transitive", "avro-order+header"]],
        has_our_bytes: |_| false,
        count: MessageCount::WithEntries,
    });
}

/// Its own calls; then its messages read by us, ours by it.
fn both_directions(client: &Client) {
    let Some(program) = Program::find(client.program) else { return };
    let names: Vec<&str> = client.cases.concat();
    let cases: Vec<Case> = names.iter().map(|name| Case::load(name)).collect();
    let directory = tempfile::tempdir().expect("a directory");

    let server = Process::start(directory.path(), &[]);
    program.run(&server.url, &["calls"]);
    drop(server);

    let server = Process::start(directory.path(), &[]);
    let ours = Ours::counting(&server.url, client.count);
    let (theirs, written) = (directory.path().join("theirs"), directory.path().join("ours"));
    for place in [&theirs, &written] {
        std::fs::create_dir(place).expect("a directory");
    }
    program.run(&server.url, &in_place("register-and-write", &theirs, &names));
    for case in &cases {
        read_theirs(&ours, case, &theirs);
    }
    let directions = Directions {
        ours: &ours,
        program: &program,
        url: &server.url,
        theirs: &theirs,
        written: &written,
        cases: &cases,
    };
    directions.read_ours(client.has_our_bytes);

    // With the schema as its file has it, which may be another than the client made of it.
    for case in &cases {
        ours.register(case);
    }
    directions.read_ours(|_| false);
}

/// Where messages go to and fro.
struct Directions<'d> {
    ours: &'d Ours,
    program: &'d Program,
    url: &'d str,
    theirs: &'d Path,
    written: &'d Path,
    cases: &'d [Case],
}

impl Directions<'_> {
    /// Writes the cases' values with the newest schemas of their subjects; the client reads them.
    fn read_ours(&self, has_our_bytes: fn(&Case) -> bool) {
        for case in self.cases {
            for (number, value) in case.values.iter().enumerate() {
                let message = self.ours.write(case, &plain(value));
                if has_our_bytes(case) {
                    assert_eq!(message, case.message(self.theirs, number), "{} {number}", case.name);
                }
                case.store(self.written, number, &message);
            }
        }
        let names: Vec<&str> = self.cases.iter().map(|case| case.name.as_str()).collect();
        compare(self.cases, &self.program.run(self.url, &in_place("read", self.written, &names)));
    }
}

fn in_place<'a>(what: &'a str, place: &'a Path, names: &[&'a str]) -> Vec<&'a str> {
    [&[what, Case::ROOT, place.to_str().expect("UTF-8")], names].concat()
}

/// What the client wrote is, for us, the case's values.
fn read_theirs(ours: &Ours, case: &Case, place: &Path) {
    for (number, value) in case.values.iter().enumerate() {
        let message = case.message(place, number);
        let read = ours.read(case, &message);
        assert!(same(&read, &plain(value)), "{} {number}: we read {read} from {message:?}", case.name);
    }
}

/// Every value of every case in its order, a line each.
fn compare(cases: &[Case], answer: &str) {
    let mut lines = answer.lines().map(|line| serde_json::from_str::<Json>(line).expect("a JSON line"));
    for case in cases {
        for value in &case.values {
            let line = lines.next().unwrap_or_else(|| panic!("it does not get as far as {}", case.name));
            let wanted = json!({"case": case.name, "value": plain(value)});
            assert!(same(&plain(&line), &wanted), "it reads {line} where {wanted} was written");
        }
    }
    assert_eq!(lines.next(), None);
}

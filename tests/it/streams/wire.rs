//! What brokers say of themselves, asked by hand: none of the code under test says who leads.
//!
//! ```text
//! size:4 │ key:2 version:2 correlation:4 client:2 (no name) │ body      ──>
//!        <──  size:4 │ correlation:4 │ body
//! ```
//!
//! Source: <https://kafka.apache.org/protocol>, Metadata (3) in version 1 and `DescribeQuorum` (55) in version 0. The second one is
//! *flexible*: lengths there are one more than they say, in one byte as long as they are small, and a byte without tags ends each part.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A partition as a broker knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) number: u32,
    pub(super) leader: u32,
    pub(super) in_sync: usize,
}

/// The partitions of a topic in the eyes of the broker at that address; `None` where it does not answer, or does not know them all.
pub(super) fn partitions(address: &str, topic: &str) -> Option<Vec<Partition>> {
    let mut body = 1_u32.to_be_bytes().to_vec();
    body.extend(u16::try_from(topic.len()).ok()?.to_be_bytes());
    body.extend(topic.as_bytes());
    let answer = ask(address, (3, 1), &body)?;
    let mut answer = Answer(&answer);
    for _broker in 0..answer.count()? {
        answer.skip(4)?;
        answer.text()?;
        answer.skip(4)?;
        answer.text()?;
    }
    let _controller = answer.number()?;
    let _topics = answer.count()?;
    let error = answer.short()?;
    answer.text()?;
    let _is_internal = answer.skip(1)?;
    let mut partitions = Vec::new();
    for _ in 0..answer.count()? {
        let (error, number, leader) = (answer.short()?, answer.number()?, answer.number()?);
        let replicas = answer.count()?;
        answer.skip(4 * replicas)?;
        let in_sync = answer.count()?;
        answer.skip(4 * in_sync)?;
        // A replica that is away is told as an error, beside a leader that holds.
        if error != 0 && error != REPLICA_NOT_AVAILABLE {
            return None;
        }
        let leader = u32::try_from(leader).ok()?;
        partitions.push(Partition { number: u32::try_from(number).ok()?, leader, in_sync });
    }
    (error == 0 && !partitions.is_empty()).then_some(partitions)
}

const REPLICA_NOT_AVAILABLE: i16 = 9;

/// The broker that leads the controllers, in the eyes of the one at that address.
pub(super) fn controller(address: &str) -> Option<u32> {
    const TOPIC: &[u8] = b"__cluster_metadata";
    // No tags of the head; one topic, its name, one partition, number 0; three ends.
    let mut body = vec![0, 2, TOPIC.len() as u8 + 1];
    body.extend(TOPIC);
    body.extend([2, 0, 0, 0, 0, 0, 0, 0]);
    let answer = ask(address, (55, 0), &body)?;
    let mut answer = Answer(&answer);
    answer.skip(1)?;
    let error = answer.short()?;
    answer.skip(2 + TOPIC.len() + 1)?;
    let _partition = answer.number()?;
    let partition_error = answer.short()?;
    let leader = u32::try_from(answer.number()?).ok()?;
    (error == 0 && partition_error == 0).then_some(leader)
}

/// The answer behind its correlation id.
fn ask(address: &str, (key, version): (u16, u16), body: &[u8]) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    request.extend([key.to_be_bytes(), version.to_be_bytes()].concat());
    request.extend(7_u32.to_be_bytes());
    request.extend((-1_i16).to_be_bytes());
    request.extend(body);
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(3))).ok()?;
    stream.write_all(&u32::try_from(request.len()).ok()?.to_be_bytes()).ok()?;
    stream.write_all(&request).ok()?;
    let mut head = [0; 8];
    stream.read_exact(&mut head).ok()?;
    let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
    assert!(size < 1 << 20, "{address} answers with {size} bytes");
    let mut answer = vec![0; size as usize - 4];
    stream.read_exact(&mut answer).ok()?;
    Some(answer)
}

/// What is not read yet of an answer.
struct Answer<'a>(&'a [u8]);

impl<'a> Answer<'a> {
    fn skip(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn short(&mut self) -> Option<i16> {
        self.skip(2)?.try_into().ok().map(i16::from_be_bytes)
    }

    fn number(&mut self) -> Option<i32> {
        self.skip(4)?.try_into().ok().map(i32::from_be_bytes)
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// A text, or none.
    fn text(&mut self) -> Option<()> {
        let bytes = usize::try_from(self.short()?).unwrap_or_default();
        self.skip(bytes).map(drop)
    }
}

//! Which partition a record goes to.

use std::fmt::{self, Debug};
use std::str::FromStr;

use crate::ids::InvalidName;

/// Chooses the partition of a record that does not name one.
pub trait Partitioner: Debug + Send + Sync + 'static {
    /// The partition of that key, or `None` to let the producer keep to one partition per batch. Law: below `partitions`.
    fn partition(&self, key: Option<&[u8]>, partitions: u32) -> Option<u32>;
}

/// The partitioners of other clients, by the names that they have there.
///
/// A topic that several programs write to needs them all to put a key on the same partition, or the order of that key's records
/// is lost, and clients differ:
///
/// | name | whose default | partition of a key, of `n` | there, without a key |
/// |---|---|---|---|
/// | `java_default` | Kafka's Java client | (murmur2 & 0x7fffffff) mod n | one partition a batch |
/// | `consistent_random` | librdkafka and what is built on it: confluent-kafka, rdkafka | CRC-32 mod n; an empty key counts as none | one partition for some milliseconds |
/// | `murmur2_random` | nobody's; librdkafka's choice for topics shared with Java | as `java_default` | as `consistent_random` |
/// | `fnv1a_random` | nobody's; librdkafka's choice for topics shared with sarama | as `sarama_hash` | as `consistent_random` |
/// | `sarama_hash` | sarama, of Go | the amount of (FNV-1a, read as signed, mod n) | any, record by record |
///
/// No order hangs on where records without a key go: here they keep to one partition a batch under every name, on every transport.
/// Sources: Kafka's `BuiltInPartitioner`, librdkafka's `rdkafka_msg.c`, sarama's `partitioner.go`.
///
/// ```
/// use schemawire::record::{KeyHash, Partitioner};
///
/// let theirs: KeyHash = "consistent_random".parse()?;
/// assert_eq!(theirs.partition(Some(b"order-1"), 12), Some(7));
/// assert_eq!(KeyHash::JavaDefault.partition(Some(b"order-1"), 12), Some(10));
/// assert_eq!(theirs.partition(None, 12), None);
/// # Ok::<(), schemawire::ids::InvalidName>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyHash {
    /// Kafka's Java client.
    #[default]
    JavaDefault,
    /// librdkafka.
    ConsistentRandom,
    /// librdkafka, as Java's.
    Murmur2Random,
    /// librdkafka, as sarama's.
    Fnv1aRandom,
    /// sarama.
    SaramaHash,
}

impl KeyHash {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::JavaDefault, Self::ConsistentRandom, Self::Murmur2Random, Self::Fnv1aRandom, Self::SaramaHash];

    /// The name, as configurations have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::JavaDefault => "java_default",
            Self::ConsistentRandom => "consistent_random",
            Self::Murmur2Random => "murmur2_random",
            Self::Fnv1aRandom => "fnv1a_random",
            Self::SaramaHash => "sarama_hash",
        }
    }
}

impl Partitioner for KeyHash {
    fn partition(&self, key: Option<&[u8]>, partitions: u32) -> Option<u32> {
        let key = key?;
        let hash = match self {
            Self::JavaDefault | Self::Murmur2Random => murmur2(key) & 0x7fff_ffff,
            // librdkafka looks at the length here, and at the pointer in its other two.
            Self::ConsistentRandom if key.is_empty() => return None,
            Self::ConsistentRandom => crc32fast::hash(key),
            // sarama takes the remainder first and then its sign away, which comes to the same, and never overflows.
            Self::Fnv1aRandom | Self::SaramaHash => fnv1a(key).cast_signed().unsigned_abs(),
        };
        Some(hash % partitions.max(1))
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyHash {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let named = Self::ALL.into_iter().find(|it| it.name() == text);
        named.ok_or_else(|| InvalidName {
            what: "partitioner",
            text: text.into(),
            expected: "java_default, consistent_random, murmur2_random, fnv1a_random or sarama_hash",
        })
    }
}

/// MurmurHash2 in 32 bits with the seed of Kafka's Java client, `Utils.murmur2`.
#[must_use]
pub fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    let mut hash = SEED ^ bytes.len() as u32;
    let (words, tail) = bytes.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        for (place, byte) in tail.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

/// The 32-bit FNV-1a hash.
fn fnv1a(bytes: &[u8]) -> u32 {
    const BASIS: u32 = 0x811c_9dc5;
    const PRIME: u32 = 0x0100_0193;
    bytes.iter().fold(BASIS, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::murmur2;

    /// From Kafka's own `UtilsTest.testMurmur2`.
    #[test]
    fn murmur2_agrees_with_kafkas_own_vectors() {
        let vectors: [(&[u8], i32); 6] = [
            (b"21", -973932308),
            (b"foobar", -790332482),
            (b"a-little-bit-long-string", -985981536),
            (b"a-little-bit-longer-string", -1486304829),
            (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
            (b"abc", 479470107),
        ];
        for (key, hash) in vectors {
            assert_eq!(murmur2(key) as i32, hash, "{}", String::from_utf8_lossy(key));
        }
    }
}

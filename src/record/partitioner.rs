//! Which partition a record goes to.

use std::fmt::Debug;

/// Chooses the partition of a record that does not name one.
pub trait Partitioner: Debug + Send + Sync + 'static {
    /// The partition of that key, or `None` to let the producer keep to one partition per batch. Law: below `partitions`.
    fn partition(&self, key: Option<&[u8]>, partitions: u32) -> Option<u32>;
}

/// Java's default: `murmur2(key) & 0x7fffffff`, modulo the partitions; records without a key stick to a partition per batch.
#[derive(Debug, Clone, Copy, Default)]
pub struct JavaDefault;

impl Partitioner for JavaDefault {
    fn partition(&self, key: Option<&[u8]>, partitions: u32) -> Option<u32> {
        key.map(|key| (murmur2(key) & 0x7fff_ffff) % partitions.max(1))
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

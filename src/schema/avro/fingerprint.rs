//! Fingerprints of the Parsing Canonical Form: Rabin (CRC-64-AVRO), MD5, SHA-256
//! ([specification, *Schema Fingerprints*](https://avro.apache.org/docs/1.12.0/specification/#schema-fingerprints)).

use sha2::Digest;

/// CRC-64-AVRO of the text. In Avro's single-object encoding it stands little-endian.
#[must_use]
pub fn rabin(canonical: &str) -> u64 {
    canonical.bytes().fold(EMPTY, |fingerprint, byte| {
        let index = (fingerprint ^ u64::from(byte)) & 0xff;
        (fingerprint >> 8) ^ TABLE.get(index as usize).copied().unwrap_or_default()
    })
}

/// MD5 of the text.
#[must_use]
pub fn md5(canonical: &str) -> [u8; 16] {
    md5::Md5::digest(canonical.as_bytes()).into()
}

/// SHA-256 of the text.
#[must_use]
pub fn sha256(canonical: &str) -> [u8; 32] {
    sha2::Sha256::digest(canonical.as_bytes()).into()
}

/// The fingerprint of the empty text, and the polynomial.
const EMPTY: u64 = 0xc15d_213a_a4d7_a795;

const TABLE: [u64; 256] = table();

#[expect(
    clippy::indexing_slicing,
    reason = "both loops end at the table's length; constants have no iterators"
)]
const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut fingerprint = index as u64;
        let mut bit = 0;
        while bit < 8 {
            fingerprint = (fingerprint >> 1) ^ (EMPTY & (fingerprint & 1).wrapping_neg());
            bit += 1;
        }
        table[index] = fingerprint;
        index += 1;
    }
    table
}

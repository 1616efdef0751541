//! Fingerprints of the Parsing Canonical Form: Rabin (CRC-64-AVRO), MD5, SHA-256.

/// CRC-64-AVRO of the text.
#[must_use]
pub fn rabin(canonical: &str) -> u64 {
    let _ = canonical;
    0
}

/// MD5 of the text.
#[must_use]
pub fn md5(canonical: &str) -> [u8; 16] {
    let _ = canonical;
    [0; 16]
}

/// SHA-256 of the text.
#[must_use]
pub fn sha256(canonical: &str) -> [u8; 32] {
    let _ = canonical;
    [0; 32]
}

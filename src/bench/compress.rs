//! How small payloads become: with the four compressions that Kafka knows, in pure Rust, one by one and all in one batch.
//!
//! | name | format | level |
//! |---|---|---|
//! | `zstd` | a frame (RFC 8878) | 3, Kafka's default |
//! | `lz4` | a frame with blocks of 64 KiB | the only one |
//! | `gzip` | a member (RFC 1952) without a file name | 6, Kafka's default |
//! | `snappy` | the raw format; Kafka's Java client puts a frame of 16 bytes and 4 for every 32 KiB around it | the only one |

use std::io::Write;

use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};
use structured_zstd::encoding::{CompressionLevel, compress_slice_to_vec};

use super::report::Compressed;

/// A compression: its name, and how many bytes it makes of some.
type Compression = (&'static str, fn(&[u8]) -> usize);

/// The table above.
const COMPRESSIONS: [Compression; 4] = [("zstd", zstd), ("lz4", lz4), ("gzip", gzip), ("snappy", snappy)];

/// The bytes of a gzip header without a name, and of its trailer.
const GZIP_FRAME: usize = 10 + 8;

/// The sizes of each payload by itself, and of all of them together.
pub(super) fn sizes(payloads: &super::payloads::Payloads) -> Vec<Compressed> {
    let count = payloads.len().max(1) as f64;
    COMPRESSIONS
        .into_iter()
        .map(|(name, size)| Compressed {
            algorithm: name.to_owned(),
            alone: payloads.iter().map(size).sum::<usize>() as f64 / count,
            batch: size(payloads.bytes()) as f64 / count,
        })
        .collect()
}

fn zstd(bytes: &[u8]) -> usize {
    compress_slice_to_vec(bytes, CompressionLevel::Level(3)).len()
}

fn lz4(bytes: &[u8]) -> usize {
    let info = FrameInfo::new().block_size(BlockSize::Max64KB);
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    let written =
        encoder.write_all(bytes).map_err(lz4_flex::frame::Error::from).and_then(|()| encoder.finish());
    // Writing to memory does not fail; if it ever does, what cannot be compressed keeps its size.
    written.map_or(bytes.len(), |it| it.len())
}

fn gzip(bytes: &[u8]) -> usize {
    GZIP_FRAME + miniz_oxide::deflate::compress_to_vec(bytes, 6).len()
}

fn snappy(bytes: &[u8]) -> usize {
    snap::raw::Encoder::new().compress_vec(bytes).map_or(bytes.len(), |it| it.len())
}

#[cfg(test)]
mod tests {
    use super::COMPRESSIONS;

    #[test]
    fn what_repeats_becomes_small_and_what_does_not_stays() {
        let repeated = b"the same again, ".repeat(1000);
        // A linear congruence's high bytes do not repeat within so few.
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        })
        .take(16_000)
        .collect();
        for (name, size) in COMPRESSIONS {
            assert!(size(&repeated) < 1_500, "{name}: {} of 16,000", size(&repeated));
            assert!((15_900..16_400).contains(&size(&noise)), "{name}: {} of 16,000", size(&noise));
            assert!(size(b"") < 32, "{name}: {} of nothing", size(b""));
        }
    }
}

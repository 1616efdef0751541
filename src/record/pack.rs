//! The records of a batch, compressed and back, with crates that compile no C (feature `compression`).
//!
//! | codec | byte | bytes |
//! |---|---:|---|
//! | gzip | 1 | a raw deflate stream: the batch has a sum of its own |
//! | snappy | 2 | Snappy's raw format |
//! | lz4 | 3 | one LZ4 block, without its length |
//! | zstd | 4 | one Zstandard frame |

use super::Compression;

/// Whether this program can pack and unpack.
pub(super) const IS_BUILT_IN: bool = cfg!(feature = "compression");

/// The byte of a codec, as Kafka numbers them.
pub(super) const fn code(compression: Compression) -> u8 {
    match compression {
        Compression::None => 0,
        Compression::Gzip => 1,
        Compression::Snappy => 2,
        Compression::Lz4 => 3,
        Compression::Zstd => 4,
    }
}

/// The codec of a byte.
pub(super) fn codec(code_found: u8) -> Option<Compression> {
    Compression::ALL.into_iter().find(|it| code(*it) == code_found)
}

/// The window that every zstd decoder has to offer (RFC 8878, 3.1.1.1.2): small frames may ask for it, too.
#[cfg(feature = "compression")]
const WINDOW: u64 = 8 << 20;

/// The bytes in fewer ones; `None` where that does not come out smaller, or is not built in.
#[cfg(feature = "compression")]
pub(super) fn pack(compression: Compression, bytes: &[u8]) -> Option<Vec<u8>> {
    let packed = match compression {
        Compression::None => return None,
        Compression::Gzip => miniz_oxide::deflate::compress_to_vec(bytes, 6),
        Compression::Snappy => snap::raw::Encoder::new().compress_vec(bytes).ok()?,
        Compression::Lz4 => lz4_flex::block::compress(bytes),
        Compression::Zstd => {
            use structured_zstd::encoding::{CompressionLevel, compress_slice_to_vec};
            compress_slice_to_vec(bytes, CompressionLevel::Level(3))
        }
    };
    (packed.len() < bytes.len()).then_some(packed)
}

/// The bytes that were packed, exactly so many.
#[cfg(feature = "compression")]
pub(super) fn unpack(
    compression: Compression,
    packed: &[u8],
    length: usize,
) -> Result<Vec<u8>, &'static str> {
    let damaged = "they do not unpack";
    let mut bytes = vec![0; length];
    let unpacked = match compression {
        Compression::None => return Err("they name no codec"),
        Compression::Gzip => {
            bytes =
                miniz_oxide::inflate::decompress_to_vec_with_limit(packed, length).map_err(|_| damaged)?;
            bytes.len()
        }
        Compression::Snappy => {
            snap::raw::Decoder::new().decompress(packed, &mut bytes).map_err(|_| damaged)?
        }
        Compression::Lz4 => lz4_flex::block::decompress_into(packed, &mut bytes).map_err(|_| damaged)?,
        Compression::Zstd => {
            let mut decoder = structured_zstd::decoding::FrameDecoder::new();
            // A frame asks for a window, which is memory, of up to gigabytes; none needs more than what it unpacks to.
            decoder.set_max_window_size((length as u64).max(WINDOW)).map_err(|_| damaged)?;
            decoder.decode_all(packed, &mut bytes).map_err(|_| damaged)?
        }
    };
    if unpacked == length { Ok(bytes) } else { Err("they unpack to another length than is announced") }
}

#[cfg(not(feature = "compression"))]
pub(super) const fn pack(_: Compression, _: &[u8]) -> Option<Vec<u8>> {
    None
}

#[cfg(not(feature = "compression"))]
pub(super) const fn unpack(_: Compression, _: &[u8], _: usize) -> Result<Vec<u8>, &'static str> {
    Err("unpacking them needs the feature `compression`, which was not built in")
}

//! The binary `schemawire`: see `schemawire --help`.

/// Counts allocations for `schemawire bench`: a counter of each thread's own, an addition an allocation.
#[cfg(feature = "bench")]
#[global_allocator]
static ALLOCATOR: densa_alloc::CountingAllocator = densa_alloc::CountingAllocator::system();

fn main() -> std::process::ExitCode {
    schemawire::cli::run()
}

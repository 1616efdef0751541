//! Counts the allocations of a thread, while it is asked to and else costs one load. What C allocates is not seen.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static ON: AtomicBool = AtomicBool::new(false);

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// Allocations and reallocations of this thread while `action` runs.
pub fn count(action: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    ON.store(true, Ordering::Relaxed);
    action();
    ON.store(false, Ordering::Relaxed);
    COUNT.get() - before
}

fn note() {
    if ON.load(Ordering::Relaxed) {
        // A thread that ends allocates nothing that is measured.
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
    }
}

#[expect(
    unsafe_code,
    reason = "an allocator is unsafe by its trait; this one only counts and hands on what it was given"
)]
// SAFETY: every call goes to the system's allocator with the same arguments, so its guarantees are this one's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

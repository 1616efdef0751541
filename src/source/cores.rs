//! The same work on many things, on all cores; what comes of it stays in their order.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, available_parallelism, scope};

/// The most threads; more of them wait for memory.
const MAX_THREADS: usize = 8;

/// As much as the main thread has: schemas nest, and what walks them recurses.
const STACK: usize = 8 << 20;

/// Does `work` on each item, and gives what came of it, in the order of the items. A single item starts no thread.
///
/// A panic of `work` goes on here.
pub(crate) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = available_parallelism().map_or(1, usize::from);
    let count = cores.min(MAX_THREADS).min(items.len());
    if count < 2 {
        return items.iter().map(work).collect();
    }
    // Whoever is free takes the next, as some items cost a thousand times what others do.
    let next = AtomicUsize::new(0);
    let share = || {
        let mut own = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return own };
            own.push((at, work(item)));
        }
    };
    let mut found = scope(|scope| {
        let spawn = |_| Builder::new().stack_size(STACK).spawn_scoped(scope, share);
        // Where the system gives no more threads, this one does the work alone.
        let threads: Vec<_> = (1..count).map_while(|number| spawn(number).ok()).collect();
        let mut found = share();
        for thread in threads {
            found.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        found
    });
    found.sort_unstable_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, it)| it).collect()
}

#[cfg(test)]
mod tests {
    use super::on_all_cores;

    #[test]
    fn what_comes_of_it_is_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..10_000).collect();
        let slow_ones_first = |it: &u64| (0..(10_000 - it) % 97).fold(*it, u64::max).max(*it);
        let one_by_one: Vec<u64> = items.iter().map(slow_ones_first).collect();
        assert_eq!(on_all_cores(&items, slow_ones_first), one_by_one);
        assert_eq!(on_all_cores(&[], |it: &u64| *it), Vec::<u64>::new());
    }

    #[test]
    #[should_panic(expected = "the seventh")]
    fn a_panic_is_not_lost() {
        on_all_cores(&[1, 2, 3, 4, 5, 6, 7, 8], |it| assert!(*it != 7, "the seventh"));
    }
}

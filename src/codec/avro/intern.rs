//! Names and default values that live as long as the process.
//!
//! A decoded struct may borrow: `&'de str` from the payload. A default and an enum's symbol are not in the payload, and a plan does not live as long as
//! what it decodes. So each distinct text is kept once, for good, and lent from there; how much may be kept is capped, so that schemas from outside cannot fill the memory.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// How many bytes of names and defaults all schemas of a process may have, each text counted once.
const CAPACITY: usize = 64 << 20;

static POOL: Mutex<Option<Pool>> = Mutex::new(None);

#[derive(Default)]
struct Pool {
    texts: HashSet<&'static str>,
    bytes: HashSet<&'static [u8]>,
    taken: usize,
}

/// The pool has reached its capacity.
#[derive(Debug)]
pub(super) struct Full;

/// The text, kept.
pub(super) fn text(text: &str) -> Result<&'static str, Full> {
    with_pool(|pool| {
        if let Some(kept) = pool.texts.get(text) {
            return Ok(*kept);
        }
        pool.take(text.len())?;
        let kept: &'static str = Box::leak(Box::from(text));
        pool.texts.insert(kept);
        Ok(kept)
    })
}

/// The bytes, kept.
pub(super) fn bytes(bytes: &[u8]) -> Result<&'static [u8], Full> {
    with_pool(|pool| {
        if let Some(kept) = pool.bytes.get(bytes) {
            return Ok(*kept);
        }
        pool.take(bytes.len())?;
        let kept: &'static [u8] = Box::leak(Box::from(bytes));
        pool.bytes.insert(kept);
        Ok(kept)
    })
}

fn with_pool<T>(action: impl FnOnce(&mut Pool) -> T) -> T {
    // A panic while the lock was held cannot leave the pool in a bad state: every change is one insert.
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    action(pool.get_or_insert_with(Pool::default))
}

impl Pool {
    fn take(&mut self, length: usize) -> Result<(), Full> {
        // What the sets themselves need for an entry is counted, too.
        const OVERHEAD: usize = 48;
        let taken = self.taken + length + OVERHEAD;
        if taken > CAPACITY {
            return Err(Full);
        }
        self.taken = taken;
        Ok(())
    }
}

//! Which message a Rust type is, found once a type and then looked up without a lock.

use std::any::TypeId;
use std::sync::OnceLock;

/// What was found for a type: the message's places, or why there is none.
pub(super) type Found = Result<Typed, Box<str>>;

/// A Rust type's message.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    /// The path to it in the writer's schema, by the count in use; none for what does not count.
    pub(super) path: Option<Box<[i32]>>,
    /// Its number in the plan of the schema that is read with.
    pub(super) message: usize,
}

/// Types and their messages; only ever grows, by one entry a type of the program that is used with it.
#[derive(Debug, Default)]
pub(super) struct Types {
    first: OnceLock<Box<Entry>>,
}

#[derive(Debug)]
struct Entry {
    of: TypeId,
    found: Found,
    next: OnceLock<Box<Self>>,
}

impl Types {
    /// What was found for that type, now or earlier.
    pub(super) fn find(&self, of: TypeId, find: impl FnOnce() -> Found) -> &Found {
        let mut slot = &self.first;
        while let Some(entry) = slot.get() {
            if entry.of == of {
                return &entry.found;
            }
            slot = &entry.next;
        }
        let mut new = Some(Box::new(Entry { of, found: find(), next: OnceLock::new() }));
        loop {
            // Another thread may have been faster, with this type or with another one.
            let fallback = || Box::new(Entry { of, found: Err("".into()), next: OnceLock::new() });
            let entry = slot.get_or_init(|| new.take().unwrap_or_else(fallback));
            if entry.of == of {
                return &entry.found;
            }
            slot = &entry.next;
        }
    }
}

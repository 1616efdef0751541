//! Schemas where people keep them: a directory, the index, a commit; read without a checkout.
//!
//! ```text
//! Git, Directory -> Snapshot { path -> content } -Store-> texts, each once -Linker-> Schema with its references
//! Git::history   -> Change { commit, paths before and after }, newest first
//! ```
//!
//! | what | how | bound |
//! |---|---|---|
//! | objects | one `git cat-file --batch`, kept open; up to 4 where thousands are wanted at once | [`MAX_LENGTH`] a file |
//! | history | one `git log --first-parent --raw -M` over all schemas | as long as the history is |
//! | directories | files with a schema's ending, hidden folders left out | a folder that leads into itself is refused |
//! | parsing | texts that need no others, on all cores; each text once, however many paths and commits hold it | 8 threads |
//! | references | found in the same snapshot, by [`Roots`] and by what texts declare | 128 in a chain |
//!
//! Nothing is ever fetched: git's objects are read where they lie, and a `$ref` to a server leads to a file or nowhere.

mod cores;
mod declared;
mod directory;
mod error;
mod git;
mod history;
mod linker;
mod objects;
mod roots;
mod snapshot;
mod store;

pub(crate) use cores::on_all_cores;
pub use directory::files_below;
pub use error::{SourceError, TextError};
pub use git::{Commit, Git};
pub use history::{Change, Moved};
pub use linker::{Linked, Linker, SchemaId, Unlinked, Used};
pub use objects::{ObjectId, Objects};
pub use roots::{ProtoRoots, Roots};
pub use snapshot::{Content, Snapshot, could_be_schema, format_of};
pub use store::{MAX_LENGTH, Store, TextId};

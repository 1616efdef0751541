//! Another registry's content, with its ids and versions.

use crate::cli::failure::Failure;
use crate::registry::{Contents, Deleted, EmbeddedRegistry, Registry};

/// Copies all versions, settings and modes into a registry without subjects, all or none; says whether it was one.
pub(super) async fn copy(from: &dyn Registry, to: &EmbeddedRegistry) -> Result<bool, Failure> {
    if !to.subjects(":*:", Deleted::Included).await?.is_empty() {
        return Ok(false);
    }
    // All is read before anything is written.
    let contents = Contents::of(from).await;
    let contents =
        contents.map_err(|error| Failure::from(error).context("the other registry cannot be read"))?;
    let restored = to.restore(contents).await;
    restored.map_err(|error| Failure::from(error).context("what the other registry has was refused"))?;
    Ok(true)
}

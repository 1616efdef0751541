//! The registry on a transport's `_schemas` topic.

use std::sync::Arc;

use crate::transport::Transport;

/// A registry kept on a topic of a transport.
#[derive(Debug, Clone)]
pub struct EmbeddedRegistry {
    _transport: Arc<dyn Transport>,
}

/// The same by its short name, as `registry::Embedded`.
pub type Embedded = EmbeddedRegistry;

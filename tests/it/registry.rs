//! Tests of the registry: subjects, the log's records, decisions over the state, and the embedded registry on a transport.
#![cfg(feature = "avro")]

#[path = "registry/contexts.rs"]
mod contexts;
#[path = "registry/deletes.rs"]
mod deletes;
#[path = "registry/embedded.rs"]
mod embedded;
#[path = "registry/events.rs"]
mod events;
#[path = "registry/machine.rs"]
mod machine;
#[path = "registry/model.rs"]
mod model;
#[path = "registry/references.rs"]
mod references;
#[path = "registry/registering.rs"]
mod registering;
#[path = "registry/settings.rs"]
mod settings;
#[path = "registry/slow.rs"]
mod slow;
#[path = "registry/subjects.rs"]
mod subjects;

//! `POST /schemawire/batch`: several schemas in one transaction, all of them or none. Our own route.
//!
//! ```json
//! {"schemas": [{"subject": "point", "schema": "..."},
//!              {"subject": "line", "schema": "...", "references": [{"name": "Point", "subject": "point", "version": -1}]}]}
//! ```
//!
//! Each is what `POST /subjects/{subject}/versions` takes, with its subject; `normalize` may stand there, too. They are registered
//! in their order, so a schema comes behind those that it refers to, and -1 is the version that those get. The answer is a list of
//! what that route answers. One refusal refuses all: its code is that of the schema, its message names it.

use std::sync::Arc;

use super::failure::Failure;
use super::json;
use super::proposal::Proposals;
use super::request::{Call, subject};
use super::route::Answer;
use crate::registry::Registry;
use crate::registry::api::{SchemaBody, SetBody};

/// How many schemas one call may have.
const MOST: usize = 1000;

pub(super) async fn register(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let body: SetBody = call.json()?;
    let count = body.schemas.len();
    if count > MOST {
        return Err(Failure::new(
            422,
            format!("{count} schemas are more than the {MOST} that one call takes"),
        ));
    }
    let mut proposals = Proposals::new(registry);
    for (place, item) in body.schemas.into_iter().enumerate() {
        let named = |mut failure: Failure| {
            let name = item.subject.escape_debug();
            failure.0.message =
                format!("schema {} of {count}, for '{name}': {}", place + 1, failure.0.message);
            failure
        };
        let subject = subject(&item.subject).map_err(named)?;
        proposals.add(subject, item.proposal, item.normalize).await.map_err(named)?;
    }
    let registered = registry.register_all(&proposals.all).await?;
    json(&registered.iter().map(|it| SchemaBody::from(&**it)).collect::<Vec<_>>())
}

//! JSON Schema rules: what Confluent's registry compares, for all drafts
//! ([JSON Schema](https://json-schema.org/specification)).
//!
//! ```text
//! two documents -schemas-> schemas by class: a string, an object, any of some others
//!               -compare-> for a pair (writer, reader): what differs, and the pairs that it needs
//!               -solver--> which pairs are incompatible (greatest fixed point: a pair is fine until shown otherwise)
//!               -findings-> what breaks, from the root down, with both places
//! ```
//!
//! Beside that, for the profile `wire`, whether all that the writer's schema accepts is proved to be accepted by the reader's
//! (`inclusion`): a difference that the registry refuses is harmless where it is, and where no proof is found a finding says so, though
//! there may be no document that shows it. Texts of more than 2 MiB together are not proved.
//!
//! What the registry ignores is ignored: `format`, `propertyNames`, the schemas of `contains`, of `patternProperties` (but
//! as cover for a property) and of `if`, names in `required` that `properties` does not declare.
//!
//! Where the registry fails with an exception instead of a verdict, the verdict is *incompatible*: `const: null` on both
//! sides, a smaller `exclusiveMaximum` without a `maximum`, and a `%` in the place of an incompatible difference.
//!
//! Drafts up to 7 hide what stands beside a `$ref`; later ones compare it as well. Under the policy LENIENT the
//! differences of open and closed content models are warnings.

mod arrays;
mod compare;
mod content;
mod documents;
mod evaluate;
mod facts;
mod findings;
mod implied;
mod inclusion;
mod matching;
mod messages;
mod objects;
mod patterns;
mod places;
pub(super) mod rules;
mod sample;
mod schemas;
mod solver;
mod spelled;
mod values;
mod wire;

pub(super) use findings::findings;
pub(super) use sample::documents;

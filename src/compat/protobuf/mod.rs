//! Protobuf rules, as Confluent's registry has them from version 8.3 on, and what is misread though it lets it pass
//! ([language guide, *Updating a Message Type*](https://protobuf.dev/programming-guides/proto3/#updating)).
//!
//! ```text
//! two files, each with all it may refer to -declarations-> messages, enums, names
//!   -comparison-> pairs (reader's message, writer's message), each with its differences; which pairs fail
//!   -findings---> a finding for each difference, with both places
//! ```
//!
//! Messages and enums are matched by their name within the same parent, fields by their number. A field's message type
//! counts by its name without the package; where one of the two definitions comes from a reference they are compared, too.
//! Before 8.3 (8.2.3, 8.1.5, 8.0.7) Confluent's registry compared oneofs by name, and refused to let a field out of one.
//! Groups, enum values, default values and names in JSON are nothing to the registry; what they do to messages are findings of the profile
//! `wire` alone.
//!
//! Not compared, under either profile:
//!
//! | what | why not |
//! |---|---|
//! | `syntax`, imports, comments | they change no byte by themselves |
//! | `packed` | every parser takes both forms ([encoding](https://protobuf.dev/programming-guides/encoding/#packed)) |
//! | `optional` in proto3 | the bytes are the same; a reader with it tells zero from absent, one without does not |
//! | `deprecated`, `lazy`, `jstype`, `ctype`, custom options | they change no byte; what a custom option means only its owner knows |
//! | `extensions` ranges and `extend` | an extension is read by who imports it: a change of its type is not found; keep its number and its type |
//! | `message_set_wire_format` | of the protocol before proto2 |
//! | editions | files with `edition` are refused |
//! | reserved numbers, services | rules of the category `source` |

mod about;
mod comparison;
mod declarations;
mod findings;
mod fixes;
mod kinds;
mod oneofs;
pub(super) mod rules;
mod sample;
mod sentences;
mod source;

pub(super) use findings::findings;
pub(super) use fixes::fixes;
pub(super) use sample::{any, candidates};

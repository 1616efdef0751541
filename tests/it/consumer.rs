//! The consumer core: who reads what, what is committed, what becomes of messages that fail.

mod clocks;
mod commits;
mod damage;
mod failures;
mod leaving;
mod membership;
mod positions;
mod run;
mod sessions;
mod stores;
mod support;
mod types;

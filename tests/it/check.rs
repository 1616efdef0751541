//! `schemawire check`, run as a person runs it, in real git repositories.

mod baselines;
mod commands;
mod configuration;
mod formats;
mod references;
mod registries;
mod repository;
mod stories;
mod verdicts;
mod waivers;

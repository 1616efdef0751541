//! Schemawire's codecs beside those of other crates, in one interleaved run. README.md says how to read it.
//!
//! ```text
//! cargo run --release                     all of it, about a minute
//! cargo run --release -- --filter small   what has "small" in `group/record/who`
//! ```

mod allocations;
mod cases;
mod clock;
mod frames;
mod guard;
#[cfg(feature = "registries")]
mod http;
mod measure;
mod options;
#[path = "../../payloads/mod.rs"]
mod payloads;
mod record;
mod report;
mod runs;
mod table;
mod targets;

use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n\n{}", options::HELP);
            return ExitCode::from(2);
        }
    };
    match runs::all(&options) {
        Ok(rows) if options.raw => rows.iter().for_each(|row| println!("{}", row.to_line())),
        Ok(rows) => report::print(&rows, &options),
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

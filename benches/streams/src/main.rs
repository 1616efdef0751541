//! Schemawire's producer and consumer beside other clients of Kafka, on the same brokers. README.md says how to read it.
//!
//! ```text
//! cargo run --release                            all of it: starts brokers, measures, stops them
//! cargo run --release -- --case produce          the cases with "produce" in their name
//!
//! parent: rounds over contenders -> child: one measurement, one line of JSON -> parent: re-reads the log -> tables
//! ```

mod case;
mod child;
mod consume;
mod failover;
mod latency;
mod meter;
mod options;
mod ours;
mod parent;
mod pressure;
mod produce;
mod reading;
mod settings;
mod table;

use std::process::ExitCode;

/// Whatever went wrong, for a person to read.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let ended = if arguments.peek().is_some_and(|it| it == child::VERB) {
        child::run(arguments.skip(1))
    } else {
        match options::parse(arguments) {
            Ok(options) => parent::run(&options),
            Err(message) => {
                eprintln!("{message}\n\n{}", options::HELP);
                return ExitCode::from(2);
            }
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

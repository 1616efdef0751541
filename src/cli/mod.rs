//! The shell: the commands of the binary `schemawire`.
//!
//! Data goes to standard output, everything else to standard error; `-` is standard input. Exit codes:
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | the data is at fault: a line, a message, a schema; `check`: findings |
//! | 2 | usage or configuration |
//! | 3 | the environment: no file, a log that another process holds, a full disk |

#[cfg(feature = "bench")]
mod bench;
#[cfg(feature = "kafka")]
mod brokers;
mod bytes;
mod check;
mod completions;
mod consume;
mod convert;
mod decode;
mod demo;
mod diff;
mod encode;
mod failure;
mod input;
mod inspect;
mod output;
mod produce;
mod register;
mod remote;
mod rules;
mod schema_file;
mod schemas;
#[cfg(feature = "server")]
mod serve;
mod store;
mod table;
mod topics;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::{ColorChoice, Output};

/// Schemas that evolve without breaking anyone: messages in Avro, Protobuf, JSON and bincode, framed, registered, kept in a log.
#[derive(Debug, Parser)]
#[command(name = "schemawire", version, max_term_width = 110)]
#[command(
    after_help = "Exit codes: 0 done, 1 the data is at fault, 2 usage or configuration, 3 the environment."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, env = "SCHEMAWIRE_COLOR")]
    color: ColorChoice,

    /// Say nothing on standard error but errors
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show all of it on real data: 1,707 earthquakes through every codec, a restart, a changed schema, a refused one
    Demo(demo::Demo),
    /// Compare schemas with those of a commit or a directory, and say what breaks whom
    Check(check::Check),
    /// Show what differs between two schemas: elements that are new, gone or changed
    Diff(diff::Diff),
    /// Write a schemawire.toml for the schemas that are here, and a CI file
    Init(check::Init),
    /// Say of one rule what it finds, why that breaks, and what to do
    Explain(rules::Explain),
    /// List all rules
    Rules(rules::Rules),
    /// Register a schema under a subject
    Register(register::Register),
    /// List subjects and versions, or show a schema
    Schemas(schemas::Schemas),
    /// Turn JSON lines into payloads or messages
    Encode(encode::Encode),
    /// Turn payloads or messages into JSON lines
    Decode(decode::Decode),
    /// Say what some bytes are, and show them as JSON
    Inspect(inspect::Inspect),
    /// Turn a schema into one of another format
    Convert(convert::Convert),
    /// Send JSON lines to a topic
    Produce(produce::Produce),
    /// Read a topic as JSON lines
    Consume(consume::Consume),
    /// List, create, show, grow and delete topics
    Topics(Box<topics::Topics>),
    /// Serve the registry over Confluent's HTTP API
    #[cfg(feature = "server")]
    Serve(serve::Serve),
    /// Measure codecs on your own schema and data: time, size, size compressed, allocations
    #[cfg(feature = "bench")]
    Bench(bench::Bench),
    /// Write the completions of a shell
    Completions(completions::Completions),
}

/// Runs the command that the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::new(arguments.color, arguments.quiet);
    let done = match arguments.command {
        Command::Demo(command) => command.run(&mut output),
        Command::Check(command) => return judged(command.run(&mut output), output),
        Command::Diff(command) => command.run(&mut output),
        Command::Init(command) => command.run(&mut output),
        Command::Explain(command) => command.run(&mut output),
        Command::Rules(command) => command.run(&mut output),
        Command::Register(command) => command.run(&mut output),
        Command::Schemas(command) => command.run(&mut output),
        Command::Encode(command) => command.run(&mut output),
        Command::Decode(command) => command.run(&mut output),
        Command::Inspect(command) => command.run(&mut output),
        Command::Convert(command) => command.run(&mut output),
        Command::Produce(command) => command.run(&mut output),
        Command::Consume(command) => command.run(&mut output),
        Command::Topics(command) => command.run(&mut output),
        #[cfg(feature = "server")]
        Command::Serve(command) => command.run(&mut output),
        #[cfg(feature = "bench")]
        Command::Bench(command) => command.run(&mut output),
        Command::Completions(command) => command.run(&mut output),
    };
    judged(done.map(|()| ExitCode::SUCCESS), output)
}

/// The exit code of a command that has one of its own, or of what ended it.
fn judged(done: Result<ExitCode, failure::Failure>, mut output: Output) -> ExitCode {
    match done.and_then(|code| output.flush().map(|()| code)) {
        Ok(code) => code,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            output.fail(&failure);
            failure.exit_code()
        }
    }
}

//! `schemawire completions`: what a shell needs to complete commands and options.

use clap::CommandFactory;

use super::failure::Failure;
use super::output::Output;

/// Write the completions of a shell to standard output.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: schemawire completions bash > ~/.local/share/bash-completion/completions/schemawire"
)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Arguments::command(), "schemawire", &mut script);
        output.raw(&script)
    }
}

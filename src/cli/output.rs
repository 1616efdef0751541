//! Standard output for data, standard error for people.

use std::io::{BufWriter, IsTerminal, StderrLock, StdoutLock, Write};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are heeded
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How data is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document, for programs
    Json,
}

/// Where a command writes to.
pub(super) struct Output {
    data: BufWriter<StdoutLock<'static>>,
    notes: StderrLock<'static>,
    color_data: bool,
    color_notes: bool,
    quiet: bool,
}

/// An ANSI style; nothing at all where colours are off.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "1;31",
            Self::Green => "32",
            Self::Yellow => "33",
        }
    }

    fn paint(self, on: bool, text: &str) -> String {
        if on { format!("\x1b[{}m{text}\x1b[0m", self.code()) } else { text.to_owned() }
    }
}

impl Output {
    pub(super) fn new(choice: ColorChoice, quiet: bool) -> Self {
        let color = |is_terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if is_set("NO_COLOR") => false,
            ColorChoice::Auto => is_set("CLICOLOR_FORCE") || is_terminal,
        };
        let (data, notes) = (std::io::stdout(), std::io::stderr());
        Self {
            color_data: color(data.is_terminal()),
            color_notes: color(notes.is_terminal()),
            data: BufWriter::new(data.lock()),
            notes: notes.lock(),
            quiet,
        }
    }

    /// Text as it stands in data, styled where that is a terminal.
    pub(super) fn styled(&self, style: Style, text: &str) -> String {
        style.paint(self.color_data, text)
    }

    /// A line of data.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.data, "{text}").map_err(|error| Failure::io("cannot write to standard output", &error))
    }

    /// Data as it is.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.data.write_all(bytes).map_err(|error| Failure::io("cannot write to standard output", &error))
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.data.flush().map_err(|error| Failure::io("cannot write to standard output", &error))
    }

    /// A line for people. A standard error that is gone is nobody's loss.
    pub(super) fn note(&mut self, text: &str) {
        if !self.quiet {
            drop(writeln!(self.notes, "{text}"));
        }
    }

    /// An error that the command goes on behind.
    pub(super) fn complain(&mut self, failure: &Failure) {
        self.report("error", Style::Red, failure);
    }

    /// The error that ends the command. What was written before it is kept.
    pub(super) fn fail(&mut self, failure: &Failure) {
        drop(self.flush());
        self.report("error", Style::Red, failure);
    }

    fn report(&mut self, label: &str, style: Style, failure: &Failure) {
        let color = self.color_notes;
        drop(writeln!(self.notes, "{}: {}", style.paint(color, label), failure.message()));
        for cause in failure.causes() {
            drop(writeln!(self.notes, "  {} {cause}", Style::Dim.paint(color, "=")));
        }
        if let Some(help) = failure.hint() {
            drop(writeln!(self.notes, "  {} {help}", Style::Bold.paint(color, "help:")));
        }
    }

    /// A progress bar on standard error, on a terminal only.
    pub(super) fn progress(&self, what: &'static str, length: u64) -> ProgressBar {
        if self.quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg:>10} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.with_message(what)
    }
}

#[expect(clippy::disallowed_methods, reason = "the shell reads the environment")]
fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !value.is_empty() && value != "0")
}

//! `schemawire check`: may these schemas replace those of the baseline?
//!
//! ```text
//! Options, schemawire.toml -> Settings  ┐
//! --against                -> Sides     ┼ Run::compare -> Outcome -> reports, exit code
//! registry:URL, --registry -> Elsewhere ┘
//! ```
//!
//! Exit codes: 0 nothing at or above `--fail-on`; 1 findings; 2 usage or configuration; 3 something could not be checked.

mod baseline;
mod collapse;
mod compare;
mod config;
mod date;
mod findings;
mod history;
mod init;
mod outcome;
mod registry;
mod report;
pub(super) mod rules;
mod settings;
mod subjects;
#[cfg(feature = "server")]
pub(super) mod tree;
mod waivers;

pub(super) use init::Init;
pub(super) use report::{code, plain};

use std::path::PathBuf;
use std::process::ExitCode;

use baseline::{Against, Request, Sides};
use compare::Run;
use date::Date;
use outcome::Outcome;
use registry::Elsewhere;
use report::{Kind, Sink};
use settings::{LevelChoice, Settings};
use subjects::Chooser;

use super::failure::Failure;
use super::output::Output;
use super::remote::Remote;
use crate::compat::{Policy, Profile, Severity};

/// Compare schemas with those of a commit, a directory or a registry, and say what breaks whom.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 clean, 1 findings, 2 usage or configuration, 3 something could not be checked.\n\
    Example: schemawire check --against git:origin/main... -o sarif:out.sarif"
)]
pub(super) struct Check {
    /// Files and folders to check; all schemas where none is named
    paths: Vec<PathBuf>,

    /// The baseline: git:REF, git:REF... (merge base with HEAD), dir:PATH, registry:URL (the versions of each subject there), or -
    /// for the old text of one file on standard input. Without it the merge base with the remote's default branch
    #[arg(
        long,
        value_name = "BASELINE",
        env = "SCHEMAWIRE_AGAINST",
        hide_env_values = true,
        allow_hyphen_values = true
    )]
    against: Option<String>,

    /// Holds over every level that schemawire.toml gives; registry takes each subject's from the registry of --against or --registry
    #[arg(long, value_name = "LEVEL")]
    level: Option<LevelChoice>,

    /// Holds over every policy that schemawire.toml gives: strict, or lenient, under which JSON Schemas with an open content
    /// model may gain optional properties
    #[arg(long, value_name = "POLICY")]
    policy: Option<Policy>,

    /// Whose verdict decides: confluent is what the registry answers, wire whether every message is read as it was meant
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Profile>,

    /// Runs the rules about generated code as well
    #[arg(long)]
    source: bool,

    /// Checks this file under that name; may be given again
    #[arg(long = "subject", value_name = "NAME=PATH")]
    subjects: Vec<String>,

    /// Checks what the next commit will have, by default against HEAD
    #[arg(long)]
    staged: bool,

    /// Does not compare with older versions what is as it was in the baseline
    #[arg(long)]
    changed_only: bool,

    /// Looks for no messages that fail, and tries no fixes
    #[arg(long)]
    no_witness: bool,

    /// The least severity that makes the exit code 1
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,

    /// How many findings a report shows, the worst first, whatever its form; 0 is all. Without it text, github and markdown show
    /// 100, sarif 25,000, the others all. The exit code is that of all findings
    #[arg(long, value_name = "N")]
    max_findings: Option<usize>,

    /// The configuration; the nearest schemawire.toml, from here up to the repository's outermost folder, where none is named
    #[arg(long, value_name = "FILE", env = "SCHEMAWIRE_CONFIG")]
    config: Option<PathBuf>,

    /// Writes waivers for all findings that fail into the configuration; with --reason and --until
    #[arg(long, requires_all = ["reason", "until"])]
    write_waivers: bool,

    /// Why these findings are waived
    #[arg(long, requires = "write_waivers")]
    reason: Option<String>,

    /// The last day of the waivers, as 2027-03-01
    #[arg(long, value_name = "DAY", requires = "write_waivers")]
    until: Option<String>,

    /// Who waives them; git's user.name where it is left out
    #[arg(long, requires = "write_waivers")]
    by: Option<String>,

    /// How findings are shown
    #[arg(long, value_enum)]
    format: Option<Kind>,

    /// Writes a report to a file (`-` is standard output), as `sarif:out.sarif`; may be given again
    #[arg(short = 'o', long = "output", value_name = "[FORMAT:]FILE")]
    outputs: Vec<String>,

    #[command(flatten)]
    remote: Remote,
}

/// A severity, as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
}

impl From<FailOn> for Severity {
    fn from(it: FailOn) -> Self {
        match it {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Note => Self::Note,
        }
    }
}

impl Check {
    pub(super) fn run(self, output: &mut Output) -> Result<ExitCode, Failure> {
        let started = clock();
        let directory =
            std::env::current_dir().map_err(|error| Failure::io("cannot see where we are", &error))?;
        let sinks = Sink::all(self.format, &self.outputs)?;
        let config =
            self.config.as_ref().map(|file| directory.join(file)).or_else(|| config::find(&directory));
        let mut settings = config.as_deref().map_or_else(|| Ok(Settings::default()), config::load)?;
        let against = match self.against.as_deref().or(settings.against.as_deref()) {
            Some(text) => Against::parse(text, &directory),
            None if self.staged => Against::Revision("HEAD".into()),
            None => Against::MergeBase(None),
        };
        let registry = self.registry(&against, &settings)?;
        let named = named(&self.subjects)?;
        let paths: Vec<PathBuf> =
            self.paths.iter().chain(named.iter().map(|(_, path)| path)).cloned().collect();
        let target = target_branch();
        let request =
            Request { directory: &directory, paths: &paths, staged: self.staged, target: target.as_deref() };
        let mut sides = Sides::open(request, &against)?;
        let against_registry = matches!(against, Against::Registry(_));
        if let Some(registry) = registry.as_ref().filter(|_| against_registry) {
            registry.label().clone_into(&mut sides.label);
        }
        settings.place(&sides.root);
        if let (Some((position, message)), Some(file)) =
            (settings.idle([&sides.new, &sides.old]), &settings.file)
        {
            return Err(Failure::usage(format!("{}:{position}: {message}", file.shown)));
        }
        if settings.roots.protobuf.is_empty() {
            settings.roots.protobuf = config::modules(&sides.root, &sides.new)?;
        }
        let scope = std::mem::take(&mut sides.scope);
        let names = named.into_iter().map(|(name, _)| name);
        let of_scope = scope.iter().skip(self.paths.len()).cloned();
        let named: Vec<(String, String)> = names.zip(of_scope).collect();
        if let Some(message) = scope.iter().find_map(|path| config::unsupported(path)) {
            return Err(Failure::usage(message));
        }
        if let Some(path) = scope.iter().find(|path| !is_there(&sides, path)) {
            return Err(Failure::usage(format!("there is no schema `{path}`, now or in the baseline")));
        }
        let source = self.source || settings.source;
        let chooser = Chooser {
            settings: &settings,
            scope: &scope,
            level: self.level,
            policy: self.policy,
            profile: self.profile,
            source,
            named: &named,
        };
        let run = Run {
            sides: &mut sides,
            settings: &settings,
            chooser,
            registry: registry.as_ref(),
            against_registry,
            changed_only: self.changed_only,
            with_proofs: !self.no_witness,
        };
        let mut outcome = run.compare()?;
        let today = Date::today();
        waivers::apply(&mut outcome, &settings, today, scope.is_empty() && !self.changed_only);
        outcome.elapsed = started.elapsed();
        let fail_on = self.fail_on.map(Severity::from).or(settings.fail_on).unwrap_or(Severity::Error);
        if self.write_waivers {
            return self.write_waivers(&outcome, fail_on, &settings, &sides, output);
        }
        let most = self.max_findings.or(settings.max_findings);
        let code = finish(&outcome, fail_on, (&sinks, most), output)?;
        if self.format.is_none() && variable("GITHUB_ACTIONS").as_deref() == Some("true") {
            let (summary, outputs) = (variable("GITHUB_STEP_SUMMARY"), variable("GITHUB_OUTPUT"));
            report::to_github(&outcome, most, output, summary, outputs)?;
        }
        Ok(code)
    }
}

impl Check {
    /// The registry, where it is the baseline or asked for levels.
    fn registry(&self, against: &Against, settings: &Settings) -> Result<Option<Elsewhere>, Failure> {
        let remote = match against {
            Against::Registry(urls) if !urls.is_empty() => self.remote.at(urls),
            Against::Registry(_) => self.remote.clone(),
            _ if settings.asks_registry(self.level) => self.remote.clone(),
            _ => return Ok(None),
        };
        if remote.is_named() {
            return Elsewhere::open(&remote).map(Some);
        }
        Err(Failure::usage(match against {
            Against::Registry(_) => "`registry:` has no address: --against registry:URL, or --registry URL",
            _ => "the level is the registry's, and no registry is named: --registry URL",
        }))
    }

    fn write_waivers(
        &self,
        outcome: &Outcome,
        fail_on: Severity,
        settings: &Settings,
        sides: &Sides,
        output: &mut Output,
    ) -> Result<ExitCode, Failure> {
        let until = self.until.as_deref().and_then(Date::parse);
        let until = until.ok_or_else(|| Failure::usage("`--until` is a day, as 2027-03-01"))?;
        if until < Date::today() {
            return Err(Failure::usage(format!("`--until {until}` is over already")));
        }
        let reason = self.reason.as_deref().unwrap_or_default().trim();
        if reason.is_empty() {
            return Err(Failure::usage("`--reason` says why the findings may be waived"));
        }
        let by = self.by.clone().or_else(|| sides.git.as_ref()?.user());
        match waivers::written(outcome, fail_on, reason, until, by.as_deref()) {
            None => output.note("nothing to waive"),
            Some((text, count)) => {
                let path = waivers::append(settings.file.as_ref(), &sides.root.join(config::NAME), &text)?;
                let plural = if count == 1 { "" } else { "s" };
                output.note(&format!("{count} waiver{plural} written to {}", path.display()));
            }
        }
        complain(outcome, output);
        Ok(ExitCode::from(if outcome.troubles.is_empty() { 0 } else { 3 }))
    }
}

/// What could not be checked.
fn complain(outcome: &Outcome, output: &mut Output) {
    for trouble in &outcome.troubles {
        output.complain(&Failure::trouble(&trouble.message, &trouble.causes, trouble.help.as_deref()));
    }
}

/// Writes all reports, then says what could not be checked.
fn finish(
    outcome: &Outcome,
    fail_on: Severity,
    (sinks, most): (&[Sink], Option<usize>),
    output: &mut Output,
) -> Result<ExitCode, Failure> {
    for sink in sinks {
        sink.write(outcome, most, output)?;
    }
    complain(outcome, output);
    let counts = outcome.counts();
    if outcome.subjects.is_empty() && outcome.troubles.is_empty() {
        let nothing =
            Failure::trouble("nothing was compared: no schema is there, now or in the baseline", &[], None);
        output.complain(&nothing.help(
            "schemas are .avsc, .proto, and .json with a `$schema`; others by a glob in schemawire.toml",
        ));
    } else if counts.compared == 0
        && counts.new == 0
        && outcome.troubles.is_empty()
        && outcome.open().next().is_none()
    {
        output.complain(&Failure::trouble("nothing was compared", &[], None));
    }
    Ok(ExitCode::from(outcome.exit_code(fail_on)))
}

/// `NAME=PATH`, each.
fn named(subjects: &[String]) -> Result<Vec<(String, PathBuf)>, Failure> {
    let parts = subjects.iter().map(|text| {
        let (name, path) =
            text.split_once('=').filter(|(name, path)| !name.is_empty() && !path.is_empty())?;
        Some((name.to_owned(), PathBuf::from(path)))
    });
    let found: Option<Vec<_>> = parts.collect();
    found.ok_or_else(|| Failure::usage("`--subject` takes NAME=PATH"))
}

/// Whether a path, or something below it, is on either side.
fn is_there(sides: &Sides, path: &str) -> bool {
    let scope = [path.to_owned()];
    sides.new.paths().chain(sides.old.paths()).any(|it| baseline::is_in_scope(&scope, it))
}

/// The branch that a change goes to, as GitHub and GitLab say it.
fn target_branch() -> Option<String> {
    ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"].into_iter().find_map(variable)
}

#[expect(clippy::disallowed_methods, reason = "the shell reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the shell asks the clock")]
fn clock() -> std::time::Instant {
    std::time::Instant::now()
}

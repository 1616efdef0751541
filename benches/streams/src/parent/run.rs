//! A child, from its job to its outcome.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::Failure;
use crate::child::{Job, READY, VERB};
use crate::meter::Outcome;

/// A process that measures.
#[derive(Debug)]
pub struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    who: String,
}

impl Running {
    pub fn start(job: &Job) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(VERB).arg(serde_json::to_string(job)?);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let out = BufReader::new(child.stdout.take().ok_or("no stdout")?);
        Ok(Self { child, out, who: job.who.clone() })
    }

    /// Waits until the child says that all is set up.
    pub fn await_ready(&mut self) -> Result<(), Failure> {
        let line = self.line()?;
        if line.trim() != READY {
            return Err(format!("{} says {line:?} instead of {READY}", self.who).into());
        }
        Ok(())
    }

    /// Lets a child go on that waits for the end of its input.
    pub fn go(&mut self) {
        drop(self.child.stdin.take());
    }

    pub fn finish(mut self) -> Result<Outcome, Failure> {
        let line = self.line()?;
        let status = self.child.wait()?;
        if !status.success() || line.is_empty() {
            return Err(format!("{} failed: {status}", self.who).into());
        }
        Ok(serde_json::from_str(&line)?)
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.out.read_line(&mut line)?;
        Ok(line)
    }
}

/// A child that is given up takes its process with it.
impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// A child that needs nothing of its parent.
pub fn run(job: &Job) -> Result<Outcome, Failure> {
    Running::start(job)?.finish()
}

//! `schemawire serve`.

mod copy;
mod seed;
mod stop;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use seed::Seed;
use stop::Stop;

use super::failure::Failure;
use super::output::Output;
use super::remote::Remote;
use super::store::open_patiently;
use crate::compat::Level;
use crate::registry::{EmbeddedRegistry, ReadOnly, Registry, Size};
use crate::server::{Limits, Server, Tls, Users};
use crate::transport::Memory;

/// The variable whose value is lines of users, as `--users` reads them from a file.
const USERS: &str = "SCHEMAWIRE_USERS";

/// Serves the registry over Confluent's HTTP API, until it is told to stop (SIGTERM, SIGINT).
#[derive(Debug, clap::Args)]
#[command(after_help = "One line on standard output says that it takes requests.\n\
    Example: schemawire serve --store registry.redb --port 8081")]
pub(super) struct Serve {
    /// Where schemas are kept: `memory`, gone when it stops, or a file, made where it is missing
    #[arg(long, value_name = "memory|FILE", default_value = "memory", env = "SCHEMAWIRE_STORE")]
    store: PathBuf,

    /// The port; 0 for one that is free
    #[arg(long, default_value_t = 8081, env = "SCHEMAWIRE_PORT")]
    port: u16,

    /// The address of this machine to listen on; 0.0.0.0 or :: for all of them
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into(), env = "SCHEMAWIRE_BIND")]
    bind: IpAddr,

    /// Print the server's URL and nothing else
    #[arg(long)]
    print_url: bool,

    /// Registers these schemas first, all or none; what is registered already stays: git:REF, dir:PATH or registry:URL
    #[arg(long, value_name = "SOURCE", env = "SCHEMAWIRE_SEED")]
    seed: Option<Seed>,

    /// The subjects of a seed's files, with placeholders as in schemawire.toml; where neither names them, their paths
    #[arg(long, value_name = "TEMPLATE", requires = "seed")]
    seed_subject: Option<String>,

    /// Answers, and takes no change
    #[arg(long, env = "SCHEMAWIRE_READ_ONLY")]
    read_only: bool,

    /// The compatibility level where none is set
    #[arg(long, default_value_t, env = "SCHEMAWIRE_LEVEL")]
    level: Level,

    /// Speaks TLS with the certificates in this file (PEM, the server's own first)
    #[arg(long, value_name = "FILE", requires = "tls_key", env = "SCHEMAWIRE_TLS_CERT")]
    tls_cert: Option<PathBuf>,

    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert", env = "SCHEMAWIRE_TLS_KEY")]
    tls_key: Option<PathBuf>,

    /// Answers only users in this file, a line NAME:PASSWORD each; or in the variable SCHEMAWIRE_USERS
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,

    /// The largest body of a request, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().body)]
    body_limit: usize,

    /// How long a connection may be silent, and a body or an answer may be on its way, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().idle.as_secs(), value_parser = clap::value_parser!(u64).range(1..))]
    idle: u64,

    /// How many connections are open at once
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().connections)]
    connections: usize,

    /// How long stopping waits for requests that have begun, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().drain.as_secs())]
    drain: u64,

    /// Who a seed `registry:URL` is asked as, and how
    #[command(flatten)]
    remote: Remote,
}

impl Serve {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().thread_name("serve").enable_all().build();
        let runtime = runtime.map_err(|error| Failure::io("cannot start the server's threads", &error))?;
        runtime.block_on(self.serve(output))
    }

    async fn serve(self, output: &mut Output) -> Result<(), Failure> {
        // Before anything is promised, so that no signal is missed.
        let stop = Stop::listen()?;
        let (users, tls) = (self.users()?, self.tls()?);
        if users.is_some() && tls.is_none() && !self.bind.is_loopback() {
            output.note("note: without --tls-cert passwords travel as they are");
        }
        let embedded = self.open().await?;
        // What is ready has written to its log.
        embedded.ready().await?;
        if let Some(seed) = &self.seed
            && let Some(note) = seed.sow(&embedded, self.seed_subject.as_deref(), &self.remote).await?
        {
            output.note(&note);
        }
        let size = embedded.size().await?.unwrap_or_default();
        let registry: Arc<dyn Registry> =
            if self.read_only { Arc::new(ReadOnly::new(embedded)) } else { Arc::new(embedded) };
        let mut server =
            Server::builder(registry).address(SocketAddr::new(self.bind, self.port)).limits(self.limits());
        if let Some(users) = users {
            server = server.users(users);
        }
        if let Some(tls) = tls {
            server = server.tls(tls);
        }
        let server = server.start().await?;
        output.line(&self.line(server.url(), size))?;
        output.flush()?;
        stop.signalled().await;
        server.stop().await;
        Ok(())
    }

    async fn open(&self) -> Result<EmbeddedRegistry, Failure> {
        let builder = if self.is_in_memory() {
            EmbeddedRegistry::builder(&Memory::new())
        } else {
            EmbeddedRegistry::builder(&open_patiently(&self.store)?)
        };
        Ok(builder.level(self.level).open().await?)
    }

    fn users(&self) -> Result<Option<Users>, Failure> {
        let (text, place) = match &self.users {
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| Failure::io(&format!("cannot read {}", file.display()), &error))?;
                (text, file.display().to_string())
            }
            None => match variable(USERS) {
                Some(text) => (text, format!("the variable {USERS}")),
                None => return Ok(None),
            },
        };
        text.parse().map(Some).map_err(|error| Failure::from(error).context(&format!("{place} has no users")))
    }

    fn tls(&self) -> Result<Option<Tls>, Failure> {
        let (Some(certificates), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        Ok(Some(Tls::from_pem(&read(certificates)?, &read(key)?)?))
    }

    fn limits(&self) -> Limits {
        let idle = Duration::from_secs(self.idle);
        Limits {
            body: self.body_limit,
            idle,
            receive: idle,
            send: idle,
            connections: self.connections,
            drain: Duration::from_secs(self.drain),
            ..Limits::default()
        }
    }

    fn is_in_memory(&self) -> bool {
        self.store.as_os_str() == "memory"
    }

    /// What is said once it takes requests.
    fn line(&self, url: &str, size: Size) -> String {
        if self.print_url {
            return url.to_owned();
        }
        let subjects = size.subjects;
        let plural = if subjects == 1 { "" } else { "s" };
        let place = match self.is_in_memory() {
            true => "in memory".to_owned(),
            false => format!("kept in {}", self.store.display()),
        };
        let read_only = if self.read_only { ", read-only" } else { "" };
        format!("listening on {url}, {subjects} subject{plural}, {place}{read_only}")
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::io(&format!("cannot read {}", file.display()), &error))
}

#[expect(clippy::disallowed_methods, reason = "the shell reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

//! `schemawire serve`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::failure::Failure;
use super::output::Output;
use super::store::open_patiently;
use crate::registry::{Deleted, EmbeddedRegistry, Registry};
use crate::server::Server;

/// Serves the registry over Confluent's HTTP API, until it is told to stop (SIGTERM, SIGINT).
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: schemawire serve --store registry.redb --port 8081\n\nOne line on standard output says that it takes requests."
)]
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
        let registry = self.registry().await?;
        registry.ready().await?;
        let subjects = registry.subjects(":*:", Deleted::Hidden).await?.len();
        let server = Server::builder(registry).address(SocketAddr::new(self.bind, self.port)).start().await?;
        let line = if self.print_url {
            server.url().to_owned()
        } else {
            let plural = if subjects == 1 { "" } else { "s" };
            format!("listening on {}, {subjects} subject{plural}, {}", server.url(), self.place())
        };
        output.line(&line)?;
        output.flush()?;
        stop.signalled().await;
        server.stop().await;
        Ok(())
    }

    async fn registry(&self) -> Result<EmbeddedRegistry, Failure> {
        if self.is_in_memory() {
            return Ok(EmbeddedRegistry::in_memory().await?);
        }
        Ok(EmbeddedRegistry::on(&open_patiently(&self.store)?).await?)
    }

    fn is_in_memory(&self) -> bool {
        self.store.as_os_str() == "memory"
    }

    fn place(&self) -> String {
        if self.is_in_memory() { "in memory".to_owned() } else { format!("kept in {}", self.store.display()) }
    }
}

/// The signals that end the server.
struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    #[cfg(unix)]
    fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error| Failure::io("cannot listen to signals", &error);
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
        })
    }

    #[cfg(unix)]
    async fn signalled(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> Result<Self, Failure> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn signalled(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

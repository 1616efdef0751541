//! What a name's addresses are: the hosts file says it, or a DNS server, without the C library.
//!
//! ```text
//! name ─> hosts file ─ not there ─> localhost? ─ no ─> the servers that the system names ─ none ─> NoServer
//! ```
//!
//! The hosts file answers alone: a name that stands there with an IPv4 address has no other, and nobody is asked for one. A server
//! that the system does not name is not asked, either; nothing of an address leaves this machine by a way that nobody has chosen.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, ResolveHosts};
use hickory_resolver::net::NetError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves names for a client. Cloning shares the servers.
#[derive(Clone)]
pub(super) struct Names {
    hosts: PathBuf,
    /// Reads which servers there are.
    system: fn() -> Result<TokioResolver, NetError>,
    /// Those that were found; asked for again as long as there are none.
    servers: Arc<OnceLock<TokioResolver>>,
}

impl Names {
    /// By this machine's hosts file and the servers of its configuration.
    pub(super) fn of_system() -> Self {
        Self { hosts: hosts_file(), system: servers_of_system, servers: Arc::default() }
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        // Read each time: it is short, and what is added to it counts at once. One that cannot be read has no names.
        let hosts = std::fs::read(&self.hosts).unwrap_or_default();
        let known = known_addresses(&String::from_utf8_lossy(&hosts), name);
        if !known.is_empty() {
            return Ok(known);
        }
        if is_local(name) {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        let servers = self.servers().map_err(|source| {
            Box::new(NoServer { name: name.to_owned(), hosts: self.hosts.clone(), source })
        })?;
        Ok(servers.lookup_ip(name).await?.iter().collect())
    }

    fn servers(&self) -> Result<&TokioResolver, NetError> {
        if let Some(servers) = self.servers.get() {
            return Ok(servers);
        }
        let found = (self.system)()?;
        Ok(self.servers.get_or_init(|| found))
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let addresses = names.addresses(name.as_str()).await?;
            // The port is the address's own.
            let addresses: Addrs = Box::new(addresses.into_iter().map(|it| SocketAddr::new(it, 0)));
            Ok(addresses)
        })
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// A name that this machine does not know, and nobody to ask.
#[derive(Debug)]
struct NoServer {
    name: String,
    hosts: PathBuf,
    source: NetError,
}

impl fmt::Display for NoServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, hosts, .. } = self;
        let hosts = hosts.display();
        let servers = if cfg!(windows) { "the network's settings" } else { "/etc/resolv.conf" };
        write!(f, "{hosts} does not have `{name}`, and {servers} names no DNS server; put either there")
    }
}

impl Error for NoServer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

fn hosts_file() -> PathBuf {
    if cfg!(windows) { r"C:\Windows\System32\drivers\etc\hosts".into() } else { "/etc/hosts".into() }
}

fn servers_of_system() -> Result<TokioResolver, NetError> {
    let mut builder = TokioResolver::builder_tokio()?;
    let options = builder.options_mut();
    // Both, for a client that tries one soon after the other.
    options.ip_strategy = LookupIpStrategy::Ipv6AndIpv4;
    options.use_hosts_file = ResolveHosts::Never;
    builder.build()
}

/// The addresses of a name in a hosts file, in its order: `address name ...`, `#` begins a comment (hosts(5)).
fn known_addresses(hosts: &str, name: &str) -> Vec<IpAddr> {
    let name = without_root(name);
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
    let known = lines.filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        // Not an address of this machine's own kind (`fe80::1%lo0`): a line of no use.
        let address = words.next()?.parse().ok()?;
        words.any(|word| without_root(word).eq_ignore_ascii_case(name)).then_some(address)
    });
    known.collect()
}

/// Whether the name is this machine's without anybody's saying so (RFC 6761).
fn is_local(name: &str) -> bool {
    let last = without_root(name).rsplit('.').next().unwrap_or_default();
    last.eq_ignore_ascii_case("localhost")
}

/// `host.` is `host`, from the root.
fn without_root(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    const HOSTS: &str = "# as a container has it\n127.0.0.1\tlocalhost\n10.0.0.7 registry registry.example # ours\n\
        ::1 dual\n10.0.0.8 dual Registry-2\nfe80::1%lo0 scoped\nnonsense words\n10.0.0.9\n";

    /// A machine with that hosts file and no server, as a container from nothing.
    fn without_servers(hosts: Option<&str>) -> (Names, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("hosts");
        if let Some(hosts) = hosts {
            std::fs::write(&path, hosts).unwrap();
        }
        let system = || Err(io::Error::from(io::ErrorKind::NotFound).into());
        (Names { hosts: path, system, servers: Arc::default() }, directory)
    }

    fn addresses(names: &Names, name: &str) -> Result<Vec<String>, String> {
        let found = pollster::block_on(names.addresses(name)).map_err(|error| error.to_string())?;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_hosts_file_answers_alone() {
        let (names, _directory) = without_servers(Some(HOSTS));
        for (name, expected) in [
            ("registry", &["10.0.0.7"][..]),
            ("registry.example", &["10.0.0.7"]),
            ("registry.example.", &["10.0.0.7"]),
            ("registry-2", &["10.0.0.8"]),
            ("dual", &["::1", "10.0.0.8"]),
            ("localhost", &["127.0.0.1"]),
        ] {
            assert_eq!(addresses(&names, name).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn a_name_that_nobody_can_be_asked_for_is_said_with_what_to_do() {
        for (hosts, name) in
            [(Some(HOSTS), "regist"), (Some(HOSTS), "ours"), (Some(HOSTS), "scoped"), (None, "registry")]
        {
            let (names, _directory) = without_servers(hosts);
            let error = addresses(&names, name).unwrap_err();
            assert!(error.contains(&format!("hosts does not have `{name}`")), "{error}");
            assert!(error.contains("names no DNS server"), "{error}");
        }
    }

    #[test]
    fn localhost_is_known_without_any_file() {
        let (names, _directory) = without_servers(None);
        for name in ["localhost", "LOCALHOST.", "a.localhost"] {
            assert_eq!(addresses(&names, name).unwrap(), ["127.0.0.1", "::1"], "{name}");
        }
        assert!(addresses(&names, "localhost.example").is_err());
    }

    #[test]
    fn a_name_that_is_added_counts_at_once() {
        let (names, directory) = without_servers(None);
        assert!(addresses(&names, "registry").is_err());
        std::fs::write(directory.path().join("hosts"), HOSTS).unwrap();
        assert_eq!(addresses(&names, "registry").unwrap(), ["10.0.0.7"]);
    }
}

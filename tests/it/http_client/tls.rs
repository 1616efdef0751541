//! TLS: an authority of one's own, a certificate of one's own, and refusals that are not tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use schemawire::registry::RegistryErrorKind;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::peer::{message, read_request};
use super::{client, told, versions};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

/// A certificate for that name, and its key.
fn issued(by: &Authority, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    (params.signed_by(&key, by).expect("a certificate"), key)
}

struct Secure {
    url: String,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Secure {
    /// Answers `[1]` to whoever it lets in; with `clients` only to those that this authority vouches for.
    async fn start(own: &Authority, clients: Option<&Authority>) -> Self {
        let (certificate, key) = issued(own, "localhost");
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der().clone()).expect("an authority");
                let provider = Arc::new(ring::default_provider());
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).expect("a pair")));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::Relaxed);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    while read_request(&mut stream).await.is_some() {
                        let _ = stream.write_all(&message(200, "", "[1]")).await;
                    }
                });
            }
        });
        Self { url, connections, task }
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_and_no_other() {
    let (ours, theirs) = (authority(), authority());
    let server = Secure::start(&ours, None).await;
    let registry = client(&server.url).certificate_authority(ours.pem()).build().expect("settings");
    assert_eq!(versions(&registry).await.expect("trusted"), 1);

    let connected = server.connections.load(Ordering::Relaxed);
    let registry = client(&server.url).certificate_authority(theirs.pem()).build().expect("settings");
    let error = versions(&registry).await.expect_err("another authority");
    assert_eq!(error.kind, RegistryErrorKind::Client);
    assert!(told(&error).contains("certificate"), "{}", told(&error));
    assert_eq!(server.connections.load(Ordering::Relaxed), connected + 1, "a refusal is not tried again");
}

#[tokio::test]
async fn a_name_that_the_certificate_does_not_have_is_refused() {
    let ours = authority();
    let server = Secure::start(&ours, None).await;
    let url = server.url.replace("localhost", "127.0.0.1");
    let registry = client(&url).certificate_authority(ours.pem()).build().expect("settings");
    let error = versions(&registry).await.expect_err("it is for localhost");
    assert_eq!(error.kind, RegistryErrorKind::Client, "{}", told(&error));
}

#[tokio::test]
async fn a_certificate_of_ones_own_opens_the_door() {
    let (ours, clients) = (authority(), authority());
    let server = Secure::start(&ours, Some(&clients)).await;
    let (certificate, key) = issued(&clients, "service");
    let with = |certificate: &rcgen::Certificate, key: &KeyPair| {
        client(&server.url)
            .certificate_authority(ours.pem())
            .identity(certificate.pem(), key.serialize_pem())
            .build()
    };
    assert_eq!(versions(&with(&certificate, &key).expect("settings")).await.expect("known"), 1);

    let stranger = client(&server.url).certificate_authority(ours.pem()).build().expect("settings");
    let error = versions(&stranger).await.expect_err("it shows no certificate");
    assert_eq!(error.kind, RegistryErrorKind::Client, "{}", told(&error));

    let (_, other_key) = issued(&clients, "service");
    let error = with(&certificate, &other_key).expect_err("the key of another certificate");
    assert!(error.to_string().contains("do not belong together"), "{error}");
}

//! The server over TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use schemawire::server::{Limits, Tls};

use super::wire::Served;

#[test]
fn it_speaks_tls_and_nothing_else() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let tls = Tls::from_pem(made.cert.pem().as_bytes(), made.signing_key.serialize_pem().as_bytes());
    let tls = tls.expect("both read");
    assert_eq!(format!("{tls:?}"), "Tls { .. }");
    let limits = Limits { idle: Duration::from_millis(500), ..Limits::default() };
    let served = Served::with(|it| it.tls(tls).limits(limits));

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = StreamOwned::new(client, TcpStream::connect(served.address()).expect("it listens"));
    stream
        .write_all(b"GET /contexts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n[\".\"]"), "{answer}");

    // Who speaks plainly, and who says nothing, is let go.
    let mut plain = TcpStream::connect(served.address()).expect("it listens");
    plain.write_all(b"GET /contexts HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer));
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert!(served.connect().is_closed());
}

#[test]
fn a_certificate_and_a_key_that_do_not_belong_together_are_refused() {
    let one = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, key) = (one.cert.pem(), other.signing_key.serialize_pem());
    for (certificate, key, said) in [
        (certificate.as_str(), key.as_str(), "the certificate and key for TLS"),
        (certificate.as_str(), "none", "the private key for TLS"),
        ("none", key.as_str(), "the certificate for TLS"),
    ] {
        let refused = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).expect_err("refused");
        assert!(refused.to_string().starts_with(said), "{refused}");
    }
}

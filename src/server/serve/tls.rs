//! The server's side of TLS: rustls over ring.

use std::fmt;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::ServeError;

/// A certificate and its key: TLS 1.2 and 1.3.
#[derive(Clone)]
pub struct Tls(pub(super) TlsAcceptor);

impl Tls {
    /// The certificates (the server's own first, then those that lead to a root) and the private key, both as PEM.
    ///
    /// # Errors
    /// A text without a certificate or a key, or a key that is another certificate's.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, ServeError> {
        let wrong = |part: &'static str, what: String| ServeError::Tls { part, what };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<_, _>>()
            .map_err(|error| wrong("certificate", error.to_string()))?;
        if chain.is_empty() {
            return Err(wrong("certificate", "there is none in the text".to_owned()));
        }
        // The error of a key may quote it.
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|_| wrong("private key", "the text holds none in PEM".to_owned()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|error| wrong("certificate and key", error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

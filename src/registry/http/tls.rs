//! TLS with ring: the system's authorities, or one's own; a certificate of one's own.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::builder::invalid;
use super::secret::Secret;
use crate::registry::RegistryError;

/// Whom to trust and what to show, in PEM.
#[derive(Debug, Clone, Default)]
pub(super) struct Tls {
    /// Authorities; none stands for the system's.
    pub(super) authorities: Vec<Vec<u8>>,
    /// A certificate with its chain, and its key.
    pub(super) identity: Option<(Vec<u8>, Secret)>,
}

/// What a machine without authorities is told.
const NO_AUTHORITIES: &str =
    "this machine has no certificate authorities that TLS could trust: name one with `certificate_authority`";

/// Whether an error says that.
#[cfg(feature = "cli")]
pub(super) fn lacks_authorities(error: &RegistryError) -> bool {
    error.message == NO_AUTHORITIES
}

/// The finished configuration. The provider is given by name: what other code of the process chose as its default does not count.
///
/// `needed` says that an address begins with `https`. Where none does, a machine without authorities is no error.
pub(super) fn config(tls: &Tls, needed: bool) -> Result<ClientConfig, RegistryError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| invalid("TLS cannot be set up".into()).because(error))?;
    let trusting = if !tls.authorities.is_empty() {
        builder.with_root_certificates(own_roots(&tls.authorities)?)
    } else {
        match Verifier::new(provider) {
            Ok(verifier) => system_roots(builder, verifier),
            Err(_) if !needed => builder.with_root_certificates(RootCertStore::empty()),
            Err(error) => {
                return Err(invalid(NO_AUTHORITIES.into()).because(error));
            }
        }
    };
    match &tls.identity {
        None => Ok(trusting.with_no_client_auth()),
        Some((chain, key)) => with_identity(trusting, chain, key),
    }
}

fn system_roots(
    builder: ConfigBuilder<ClientConfig, rustls::WantsVerifier>,
    verifier: Verifier,
) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
}

fn own_roots(authorities: &[Vec<u8>]) -> Result<RootCertStore, RegistryError> {
    let mut roots = RootCertStore::empty();
    for pem in authorities {
        for certificate in certificates(pem, "the certificate authority")? {
            roots.add(certificate).map_err(|error| {
                invalid("the certificate authority is no certificate that can sign".into()).because(error)
            })?;
        }
    }
    Ok(roots)
}

fn with_identity(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    chain: &[u8],
    key: &Secret,
) -> Result<ClientConfig, RegistryError> {
    let chain = certificates(chain, "the client's certificate")?;
    // The reason is left out: it might quote what it could not read.
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| {
        invalid("the client's key holds no private key in PEM (PKCS #8, PKCS #1 or SEC1)".into())
    })?;
    builder.with_client_auth_cert(chain, key).map_err(|error| {
        invalid("the client's certificate and its key do not belong together".into()).because(error)
    })
}

/// The certificates of a PEM text, at least one.
fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, RegistryError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(invalid(format!("{what} holds no certificate in PEM"))),
        Err(error) => Err(invalid(format!("{what} is no PEM")).because(error)),
    }
}

/// Whether a chain of errors says that the other side's certificate, or ours, was refused: no try will change that.
pub(super) fn is_refusal(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref() {
            return matches!(
                tls,
                rustls::Error::InvalidCertificate(_)
                    | rustls::Error::AlertReceived(_)
                    | rustls::Error::NoCertificatesPresented
            );
        }
        // The source of an `io::Error` is not what it wraps, but the source of that.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

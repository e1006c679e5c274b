//! TLS to a server: which authority is believed, and nothing less.
//!
//! Invariant: the server's certificate is always checked, with its name, against the authorities of
//! one file; TLS 1.2 is the oldest that is spoken.

use crate::db::error::{DbError, ErrorKind};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Connects over TLS to servers of the authorities in a PEM file.
pub(super) fn connector(file: &Path) -> Result<MakeRustlsConnect, DbError> {
    let wrong = |what: &dyn std::fmt::Display| {
        let text = format!("sslrootcert {}: {what}", file.display());
        DbError::new(ErrorKind::Configuration, text)
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))? {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() {
        return Err(wrong(&"holds no certificate"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

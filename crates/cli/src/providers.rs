//! The file of identity providers, and the secrets that it names.
//!
//! Invariant: a secret that others than its owner may read is refused, and none is shown.

use crate::context;
use crate::safety::Unsafe;
use anyhow::{Context as _, bail};
use lasna_app::identity::oidc::{
    Provider, ProviderSettings, Providers, SecretPlace, read_settings,
};
use lasna_web::{Client, Reachable};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a secret at most.
const SECRET_MOST: usize = 1000;

/// The providers of a file, for a service that people open at an address.
///
/// # Errors
/// All that is wrong in the file, each with its line and the mend; a secret that cannot be used.
pub fn read(path: &Path, origin: &str) -> Result<Arc<Providers>, Unsafe> {
    try_read(path, origin).map_err(|error| Unsafe::new(format!("{error:#}")))
}

fn try_read(path: &Path, origin: &str) -> anyhow::Result<Arc<Providers>> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| shown.clone())?;
    let all = read_settings(&text).map_err(|problems| {
        let lines = problems.iter().map(|problem| format!("{shown}: {problem}"));
        anyhow::anyhow!(lines.collect::<Vec<_>>().join("\n"))
    })?;
    let mut providers = Vec::new();
    for settings in all {
        providers.push(provider(settings, path).with_context(|| shown.clone())?);
    }
    let key = context::random().map_err(anyhow::Error::msg)?;
    let clock = Arc::new(context::now);
    Ok(Arc::new(Providers::new(providers, clock, origin, key)))
}

fn provider(settings: ProviderSettings, file: &Path) -> anyhow::Result<Provider> {
    let secret = secret(&settings.secret, file)?;
    let reachable = Reachable {
        hosts: settings.hosts.clone(),
        loopback: settings.loopback,
    };
    if settings.loopback {
        eprintln!(
            "lasna: the provider {} is on this machine: use it for tests alone",
            settings.id
        );
    }
    let authority = settings.authority.as_ref().map(|path| beside(file, path));
    let client = Client::new(reachable, authority.as_deref()).map_err(anyhow::Error::msg)?;
    Ok(Provider::new(settings, secret, Arc::new(client)))
}

/// A path of the file is one beside it.
fn beside(file: &Path, path: &Path) -> PathBuf {
    file.parent()
        .map_or_else(|| path.to_owned(), |folder| folder.join(path))
}

fn secret(place: &SecretPlace, file: &Path) -> anyhow::Result<String> {
    // A credential belongs to the system's user and may be open to the service's group.
    let (path, others) = match place {
        SecretPlace::File(path) => (beside(file, path), 0o077),
        SecretPlace::Credential(name) => {
            let folder = std::env::var_os("CREDENTIALS_DIRECTORY").with_context(|| {
                format!("the credential {name} is not there: start by systemd, or use a file")
            })?;
            (Path::new(&folder).join(name), 0o007)
        }
    };
    let shown = path.display();
    let found = fs::metadata(&path).with_context(|| shown.to_string())?;
    if found.mode() & others != 0 {
        bail!(
            "{shown}: others may read the secret of the client. Say chmod 400 {shown}, and ask the \
             provider for a new one"
        );
    }
    let text = fs::read_to_string(&path).with_context(|| shown.to_string())?;
    let text = text.trim();
    if text.is_empty() || text.len() > SECRET_MOST || text.contains(char::is_whitespace) {
        bail!("{shown}: the secret must be one word");
    }
    Ok(text.to_owned())
}

//! The one way out to other machines: hosts that were set, no redirects, bounded time and size.
//!
//! A name is resolved once, and the very address that was looked at is connected to, so that a name
//! cannot turn into a place inside the network in between.
//!
//! Invariant: nothing is sent to a host that is not listed, nor to a private address where that is not
//! allowed.

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use lasna_app::identity::oidc::{Answer, Ask, Outbound};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long an answer may take, all in all.
pub const OUTBOUND_TIME: Duration = Duration::from_secs(5);
/// Bytes of an answer at most.
pub const OUTBOUND_MOST: usize = 256 * 1024;

/// What a client may reach.
#[derive(Clone, Debug, Default)]
pub struct Reachable {
    /// Hosts, with the port where it is not the usual one.
    pub hosts: Vec<String>,
    /// Whether they may be on this machine, and without TLS: for tests.
    pub loopback: bool,
}

/// A client for the machines of one provider.
pub struct Client {
    reachable: Reachable,
    tls: TlsConnector,
    time: Duration,
}

impl Client {
    /// A client that trusts the authorities of the system, and those of a file.
    ///
    /// # Errors
    /// A file of certificates that cannot be read; no certificates at all.
    pub fn new(reachable: Reachable, authority: Option<&Path>) -> Result<Client, String> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = authority {
            let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let all = CertificateDer::pem_file_iter(path).map_err(|error| told(&error))?;
            for one in all {
                let one = one.map_err(|error| told(&error))?;
                roots.add(one).map_err(|error| told(&error))?;
            }
        }
        if roots.is_empty() && !reachable.loopback {
            return Err("the system has no certificates of authorities: install them".into());
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Client {
            reachable,
            tls: TlsConnector::from(Arc::new(config)),
            time: OUTBOUND_TIME,
        })
    }

    /// The same with another limit of time.
    #[must_use]
    pub const fn within(mut self, time: Duration) -> Client {
        self.time = time;
        self
    }

    fn target(&self, url: &str) -> Result<Target, String> {
        let uri: Uri = url.parse().or(Err("no address"))?;
        let host = uri.host().ok_or("no host")?.to_owned();
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if self.reachable.loopback => false,
            _ => return Err("only https is asked".into()),
        };
        let named = match uri.port_u16() {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        if !self.reachable.hosts.contains(&named) {
            return Err("the host is not allowed".into());
        }
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Target {
            path: path.to_owned(),
            host,
            named,
            port,
            tls,
        })
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, String> {
        let target = self.target(&ask.url)?;
        let name = target.host.trim_matches(['[', ']']).to_owned();
        let found = tokio::net::lookup_host((name.clone(), target.port));
        let found = found.await.or(Err("the name is not known"))?;
        let found: Vec<SocketAddr> = found.collect();
        let may = |address: &&SocketAddr| may_reach(address.ip(), self.reachable.loopback);
        let mut stream = Err("the host has no address that may be asked");
        for address in found.iter().filter(may) {
            stream = TcpStream::connect(address).await.or(Err("no connection"));
            if stream.is_ok() {
                break;
            }
        }
        let stream = stream?;
        if target.tls {
            let name = ServerName::try_from(name).or(Err("no name"))?;
            let stream = self.tls.connect(name, stream).await;
            let stream = stream.or(Err("the certificate does not hold"))?;
            exchange(stream, &target, ask).await
        } else {
            exchange(stream, &target, ask).await
        }
    }
}

struct Target {
    path: String,
    host: String,
    /// The host with its port where it is not the usual one.
    named: String,
    port: u16,
    tls: bool,
}

async fn exchange<S>(stream: S, target: &Target, ask: &Ask) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .or(Err("no HTTP"))?;
    let running = tokio::spawn(connection);
    let answered = async {
        let request = request_of(target, ask)?;
        let response = sender.send_request(request).await.or(Err("no answer"))?;
        let status = response.status();
        // Whoever sends on sends to a place that nobody has set.
        if status.is_redirection() {
            return Err("it sends on to another place".to_owned());
        }
        let body = Limited::new(response.into_body(), OUTBOUND_MOST);
        let body = body
            .collect()
            .await
            .or(Err("the answer is torn or too long"))?;
        Ok(Answer {
            status: status.as_u16(),
            body: body.to_bytes().to_vec(),
        })
    };
    let answered = answered.await;
    running.abort();
    answered
}

fn request_of(target: &Target, ask: &Ask) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::builder()
        .uri(&target.path)
        .header(HOST, &target.named)
        .header(USER_AGENT, "lasna")
        .header(ACCEPT, "application/json");
    if let Some(value) = &ask.authorization {
        request = request.header(AUTHORIZATION, value);
    }
    let body = match &ask.form {
        Some(fields) => {
            request = request
                .method(Method::POST)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields);
            form.finish()
        }
        None => String::new(),
    };
    let request = request.body(Full::new(Bytes::from(body)));
    request.or(Err("what is asked has no form".into()))
}

impl Outbound for Client {
    fn send(&self, ask: &Ask) -> Result<Answer, String> {
        // On a thread and a runtime of its own: the caller's may be one that must not wait.
        let asked = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.or(Err("asking failed"))?;
            let asked = async { tokio::time::timeout(self.time, self.ask(ask)).await };
            let answer = runtime.block_on(asked);
            // A name that is still being looked up is not waited for.
            runtime.shutdown_background();
            answer.unwrap_or_else(|_| Err("no answer in time".into()))
        };
        let done = std::thread::scope(|scope| scope.spawn(asked).join());
        done.unwrap_or_else(|_| Err("asking failed".into()))
    }
}

/// Whether an address is one of the outer network, or of this machine where that is allowed.
fn may_reach(ip: IpAddr, loopback: bool) -> bool {
    let ip = ip.to_canonical();
    if ip.is_loopback() {
        return loopback;
    }
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let special =
                a == 0 || a >= 240 || (a, b, c) == (192, 0, 0) || a == 198 && (b == 18 || b == 19);
            !(ip.is_private()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_documentation()
                || shared
                || special)
        }
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            // Global addresses are 2000::/3; of these the ones of tunnels and documents are out.
            first & 0xe000 == 0x2000
                && !(first == 0x2002 || first == 0x2001 && [0, 0xdb8].contains(&ip.segments()[1]))
        }
    }
}

#[cfg(test)]
#[path = "outbound_tests.rs"]
mod tests;

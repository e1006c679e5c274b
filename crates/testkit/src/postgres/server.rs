//! Starts and stops a server in a temporary folder.
//!
//! The server runs under a shell that waits for the end of its input. The other end of that pipe is
//! held here and by nobody else, so the shell stops the server and removes the folder when the
//! [`Cluster`] is dropped, and also when this process is killed.
//!
//! Invariant: the server listens on this machine only, and syncs what it acknowledges.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Starts the server in the background, waits for the end of input, stops it, removes the folder.
const KEEPER: &str = r#"
PATH=/usr/bin:/bin
trap '' INT HUP TERM
folder=$1; shift
"$@" >"$folder/log" 2>&1 & server=$!
while read -r _; do :; done
# Again and again: a server that is only starting does not hear it yet.
while kill -INT "$server" 2>/dev/null; do sleep 0.05; done
wait "$server"
cd / && rm -rf "$folder"
"#;

/// How long a server may take to answer after its start, in steps of [`STEP`].
const STEPS_MAX: u32 = 600;
const STEP: Duration = Duration::from_millis(50);

/// Other ports are tried where somebody takes the free one in between.
const PORTS_MAX: u32 = 5;

/// A running cluster; it stops when this is dropped.
pub struct Cluster {
    url: String,
    keeper: Option<Keeper>,
}

struct Keeper {
    shell: Child,
    folder: PathBuf,
}

/// Starts a cluster on a free port; `None` where PostgreSQL is not installed.
///
/// # Errors
/// Where it is installed and does not start; with the end of its log.
pub fn start_cluster() -> io::Result<Option<Cluster>> {
    start_with(false)
}

/// As [`start_cluster`], speaking TLS too, as `localhost` with a certificate of its own authority;
/// `None` also where there is no `openssl` to make it.
///
/// # Errors
/// As [`start_cluster`].
pub fn start_tls_cluster() -> io::Result<Option<Cluster>> {
    let has_openssl = Command::new("openssl").arg("version").output().is_ok();
    if has_openssl {
        start_with(true)
    } else {
        Ok(None)
    }
}

fn start_with(tls: bool) -> io::Result<Option<Cluster>> {
    let Some(programs) = programs() else {
        return Ok(None);
    };
    let mut last = io::Error::other("no port is free");
    for _ in 0..PORTS_MAX {
        match start(&programs, tls) {
            Ok(cluster) => return Ok(Some(cluster)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn start(programs: &Path, tls: bool) -> io::Result<Cluster> {
    let folder = tempfile::Builder::new().prefix("lasna-pg-").tempdir()?;
    let user = ServerUser::for_folder(folder.path())?;
    let mut initdb = user.command(&programs.join("initdb"), folder.path());
    // No sync of the empty cluster: it is made anew after a crash.
    initdb.args([
        "-U",
        "lasna",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
        "-D",
    ]);
    run(initdb.arg(folder.path().join("data")))?;
    if tls {
        certify(&user, folder.path())?;
    }
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let cluster = serve(programs, &user, folder.path(), port)?;
    // From here on the keeper removes the folder.
    let folder = folder.keep();
    for _ in 0..STEPS_MAX {
        if cluster.is_ready() {
            return Ok(cluster);
        }
        if !cluster.is_starting() {
            break;
        }
        std::thread::sleep(STEP);
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    Err(io::Error::other(format!(
        "the server did not start:\n{log}"
    )))
}

/// Makes an authority and the server's certificate, and has the server use it.
fn certify(user: &ServerUser, folder: &Path) -> io::Result<()> {
    let data = folder.join("data");
    let openssl = |args: &str| {
        let mut command = user.command(Path::new("openssl"), &data);
        run(command.args(args.split(' ')))
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!(
        "req -x509 {key} -keyout ca.key -out {AUTHORITY} -days 2 -subj /CN=authority"
    ))?;
    openssl(&format!(
        "req {key} -keyout server.key -out server.csr -subj /CN=localhost"
    ))?;
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n")?;
    openssl(&format!(
        "x509 -req -in server.csr -CA {AUTHORITY} -CAkey ca.key -CAcreateserial -days 2 \
         -extfile ../names -out server.crt"
    ))?;
    let settings = data.join("postgresql.conf");
    let text = fs::read_to_string(&settings)?;
    fs::write(&settings, format!("{text}\nssl = on\n"))
}

/// The authority's certificate, in the folder of the data.
const AUTHORITY: &str = "ca.crt";

/// Starts the server under its keeper.
fn serve(programs: &Path, user: &ServerUser, folder: &Path, port: u16) -> io::Result<Cluster> {
    let mut shell = user.command(Path::new("/bin/sh"), folder);
    shell
        .args(["-c", KEEPER, "keeper"])
        .arg(folder)
        .arg(programs.join("postgres"));
    shell
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder);
    shell.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-c", "fsync=on"]);
    shell.args(["-c", "shared_buffers=64MB", "-c", "max_connections=200"]);
    shell
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let shell = shell.spawn()?;
    let url = format!("postgres://lasna@127.0.0.1:{port}/postgres");
    Ok(Cluster {
        url,
        keeper: Some(Keeper {
            shell,
            folder: folder.to_owned(),
        }),
    })
}

impl Cluster {
    /// A cluster that somebody else started and stops.
    pub fn running(url: &str) -> Cluster {
        Cluster {
            url: url.to_owned(),
            keeper: None,
        }
    }

    /// The address of its first database, for [`super::ENV`].
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its folder, where it was started here.
    pub fn folder(&self) -> Option<&Path> {
        self.keeper.as_ref().map(|keeper| keeper.folder.as_path())
    }

    /// The certificate of the authority of a cluster that speaks TLS.
    pub fn authority(&self) -> Option<PathBuf> {
        let file = self.folder()?.join("data").join(AUTHORITY);
        file.exists().then_some(file)
    }

    /// Makes an empty database; gives its address.
    ///
    /// # Errors
    /// The server's.
    pub fn create_database(&self, name: &str) -> io::Result<String> {
        let program = programs().map_or_else(|| "psql".into(), |folder| folder.join("psql"));
        let sql = format!("create database {name}");
        run(Command::new(program).args(["-X", "-q", "-c", &sql, &self.url]))?;
        let (before, query) = match self.url.split_once('?') {
            Some((before, query)) => (before, format!("?{query}")),
            None => (self.url.as_str(), String::new()),
        };
        let host = before.rsplit_once('/').map_or(before, |(host, _)| host);
        Ok(format!("{host}/{name}{query}"))
    }

    /// Whether the server has said so in its folder.
    fn is_ready(&self) -> bool {
        let pid = self
            .folder()
            .map(|folder| folder.join("data/postmaster.pid"));
        let text = pid
            .and_then(|file| fs::read_to_string(file).ok())
            .unwrap_or_default();
        text.lines()
            .nth(7)
            .is_some_and(|state| state.trim() == "ready")
    }

    fn is_starting(&self) -> bool {
        let log = self.folder().map(|folder| folder.join("log"));
        let text = log
            .and_then(|file| fs::read_to_string(file).ok())
            .unwrap_or_default();
        !text.contains("FATAL")
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The end of its input is the sign to stop.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// The folder of the newest server programs, or the one on the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = folders.into_iter().rev().map(|(_, folder)| folder);
    installed
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

/// Who the server runs as: it refuses to be root.
struct ServerUser {
    ids: Option<(u32, u32)>,
}

impl ServerUser {
    /// Gives the folder to the user `postgres` where this process is root.
    fn for_folder(folder: &Path) -> io::Result<ServerUser> {
        // A folder that was just made belongs to whoever we are.
        if fs::metadata(folder)?.uid() != 0 {
            return Ok(ServerUser { ids: None });
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let ids = users.lines().find_map(|line| {
            let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        });
        let missing = || io::Error::other("as root, a user `postgres` is needed");
        let (user, group) = ids.ok_or_else(missing)?;
        chown(folder, Some(user), Some(group))?;
        Ok(ServerUser { ids })
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let program = command.get_program().display().to_string();
    Err(io::Error::other(format!(
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    )))
}

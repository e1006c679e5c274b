//! The server that is measured: a process of its own with the product's server and another clock.
//!
//! Invariant: but for the day of its clock it is set up as `lasna serve` is.

use lasna_app::App;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Model;
use lasna_formats::model::{preset, read_model};
use lasna_store::Store;
use lasna_store::db::Place;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// The first argument of a process that is to serve.
pub const SERVE: &str = "serve";

/// The morning of a day, when lessons begin.
fn morning(day: Day) -> Instant {
    Instant(Instant::midnight_in_finland(day).0 + 8 * 3_600_000_000)
}

/// Not before anything that an earlier run did.
pub fn start_of_clock(store: &Store, day: Day) -> Instant {
    let app = App::operator(store.clone(), morning(day)).unwrap();
    morning(day).max(app.latest_audit().unwrap())
}

fn in_force(app: &App, day: Day) -> Result<Model, String> {
    let stored = app.model_text(day).map_err(|error| error.to_string())?;
    let text = stored.or_else(|| preset(lasna_app::DEFAULT_MODEL));
    let text = text.ok_or("there is no model in force")?;
    read_model(&text, &|reference| preset(reference)).map_err(|found| format!("{found:?}"))
}

/// Serves until the process is killed; its address is its first line.
pub fn serve(data: &Path, day: Day) {
    let store = Store::open(
        Place::Folder(data.to_owned()),
        lasna_testkit::keys::of_folder(data),
    )
    .unwrap();
    let from = start_of_clock(&store, day);
    let begun = std::time::Instant::now();
    let clock = move || Instant(from.0 + begun.elapsed().as_micros() as i64 + 1);
    let settings = lasna_web::Settings {
        store,
        clock: Arc::new(clock),
        today: Arc::new(move || clock().day_in_finland()),
        model: Arc::new(in_force),
        random: Arc::new(|| {
            let mut bytes = [0_u8; 32];
            getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
            Ok(bytes)
        }),
        secure: true,
        demo: None,
        second_factor: false,
        passkeys: None,
        providers: None,
        proxies: Vec::new(),
        limits: lasna_web::Limits::default(),
        uploads: None,
    };
    let keep = settings.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        lasna_web::serve(settings, listener, std::future::pending())
            .await
            .unwrap();
    });
    drop(keep);
}

/// A running server.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    pub fn start(data: &Path, day: Day) -> Server {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg(SERVE)
            .arg(data)
            .arg(day.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut address).unwrap();
        assert!(address.contains(':'), "the server did not start");
        Server {
            child,
            address: address.trim().to_owned(),
        }
    }

    /// What the system says of its memory: held now, and at most, in MiB.
    pub fn memory(&self) -> [u64; 2] {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        ["VmRSS:", "VmHWM:"].map(|name| {
            let mut lines = status.lines();
            let line = lines.find(|line| line.starts_with(name)).unwrap();
            let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
            kib / 1024
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

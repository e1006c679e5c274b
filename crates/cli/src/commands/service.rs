//! `lasna simulate`, `check` and `serve`.
//!
//! Invariant: an address that may hold a password is printed nowhere.

use super::Outcome;
use super::backup::files;
use crate::args::{Args, ServeArgs, UploadArgs};
use crate::identity_args::{IdentityArgs, SecondFactorArg};
use crate::log_folder::Sealer;
use crate::{context, output, providers, safety};
use anyhow::Context as _;
use lasna_app::identity::Passkeys;
use lasna_web::UploadSettings;
use lasna_web::json::CheckJson;
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct FolderOutput(PathBuf);

impl lasna_simulate::Output for FolderOutput {
    fn create(&mut self, name: &str) -> std::io::Result<Box<dyn Write>> {
        Ok(Box::new(BufWriter::new(File::create(self.0.join(name))?)))
    }
}

pub fn simulate(
    args: &Args,
    options: &lasna_simulate::Options,
    out: &Path,
) -> anyhow::Result<Outcome> {
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let summary = lasna_simulate::write(options, &mut FolderOutput(out.to_owned()))?;
    if args.json {
        output::json(&json!({
            "synthetic": true,
            "rows": summary.rows,
            "schools": summary.schools,
            "classes": summary.classes,
            "pupils": summary.pupils,
            "as_of": summary.as_of.to_string(),
        }))?;
    } else {
        let rows: u64 = summary.rows.values().sum();
        output::lines([format!(
            "synthetic: {} pupils in {} classes of {} schools, {rows} rows, as of {}",
            summary.pupils, summary.classes, summary.schools, summary.as_of
        )])?;
    }
    Ok(Outcome::Ok)
}

pub fn check(args: &Args, as_of: Option<&str>) -> anyhow::Result<Outcome> {
    let day = match as_of {
        Some(text) => text.parse().with_context(|| format!("--as-of {text}"))?,
        None => context::today(),
    };
    let app = context::app(args)?;
    super::backup::sums::refuse_changed(app.store(), &files::data_folder(args))?;
    let findings = app.check(day)?;
    if args.json {
        output::json(&findings.iter().map(CheckJson::from).collect::<Vec<_>>())?;
    } else if findings.is_empty() {
        output::lines(["no contradictions".to_owned()])?;
    } else {
        output::lines(findings.iter().map(|finding| {
            format!(
                "{} {} × {} (first: {})",
                finding.code, finding.count, finding.message, finding.example
            )
        }))?;
    }
    Ok(if findings.is_empty() {
        Outcome::Ok
    } else {
        Outcome::Problems
    })
}

pub fn serve(
    args: &Args,
    serve: &ServeArgs,
    uploads: &UploadArgs,
    identity: &IdentityArgs,
) -> anyhow::Result<Outcome> {
    let uploads = uploads_of(args, uploads);
    safety::check(args, &context::place(args), serve, &uploads)?;
    let passkeys = match &identity.origin {
        Some(origin) => Some(passkeys_at(origin)?),
        None => None,
    };
    let providers = match (&identity.identity, &identity.origin) {
        (Some(file), Some(origin)) => Some(providers::read(file, origin)?),
        _ => None,
    };
    super::upgrade::before_serving(args)?;
    let store = context::store(args)?;
    lasna_app::App::operator(store.clone(), context::now())?
        .note_start(env!("CARGO_PKG_VERSION"))?;
    let drill = super::backup::drill::begin(
        store.clone(),
        files::data_folder(args),
        super::backup::key_of(args),
    );
    // A file that says wrong times is told at the start, not in the night.
    super::retention::rules_of(&files::data_folder(args))?;
    let retention = super::retention::begin(store.clone(), files::data_folder(args));
    let settings = lasna_web::Settings {
        store,
        clock: Arc::new(context::now),
        today: Arc::new(context::today),
        model: Arc::new(context::in_force),
        random: Arc::new(context::random),
        secure: true,
        demo: None,
        second_factor: identity.second_factor == SecondFactorArg::Required,
        passkeys,
        providers,
        proxies: identity.trusted_proxy.clone(),
        uploads: Some(uploads),
        limits: lasna_web::Limits::default(),
    };
    // Dropped after the last request: then the last checkpoint is written.
    let _sealer = Sealer::start(settings.store.clone(), super::audit::folder_of(args))?;
    let done = serve_with(settings, &serve.listen, |_| Ok(()));
    drop((drill, retention));
    done
}

fn passkeys_at(origin: &str) -> anyhow::Result<Arc<Passkeys>> {
    let passkeys = Passkeys::new(origin).map_err(|text| anyhow::anyhow!("--origin {text}"))?;
    Ok(Arc::new(passkeys))
}

/// Uploads are kept beside the database, or in the usual data folder where that is PostgreSQL.
fn uploads_of(args: &Args, uploads: &UploadArgs) -> UploadSettings {
    let data = files::data_folder(args);
    UploadSettings {
        folder: uploads
            .upload_folder
            .clone()
            .unwrap_or_else(|| data.join("uploads")),
        import_folder: uploads.import_folder.clone(),
        bytes_max: u64::from(uploads.upload_max) * 1_000_000,
    }
}

/// Serves until it is stopped; `ready` is called with the address once the socket is open.
pub fn serve_with(
    mut settings: lasna_web::Settings,
    listen: &str,
    ready: impl FnOnce(&std::net::SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    // The clone outlives the runtime, since the database must not be dropped on its threads.
    let keep = settings.clone();
    let done = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .with_context(|| format!("--listen {listen}"))?;
        let address = listener.local_addr()?;
        eprintln!("lasna: listening on http://{address}");
        if settings.demo.is_some() {
            settings.passkeys = Some(passkeys_at(&format!(
                "http://localhost:{}",
                address.port()
            ))?);
        }
        ready(&address)?;
        lasna_web::serve(settings, listener, stop()).await?;
        Ok(Outcome::Ok)
    });
    // Requests have ended; lists that are still being made ahead are not waited for.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    drop(keep);
    done
}

async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}

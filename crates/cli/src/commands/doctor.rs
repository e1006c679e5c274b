//! `lasna doctor`: how the installation is, check by check, with the command that helps.
//!
//! Invariant: it changes nothing but what opening a database changes, and logs its look at what is overdue.

use super::backup::{files, prove};
use super::{Outcome, upgrade};
use crate::args::Args;
use crate::{context, output};
use lasna_app::App;
use lasna_app::backup::{Checked, Level};
use lasna_domain::calendar::Instant;
use lasna_store::{BackupRun, Store};
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

pub fn doctor(args: &Args, certificate: Option<&Path>) -> anyhow::Result<Outcome> {
    let data = files::data_folder(args);
    let mut checks = Vec::new();
    let place = match context::place(args) {
        lasna_store::db::Place::Folder(folder) => folder.display().to_string(),
        // An address may hold a password.
        lasna_store::db::Place::Url(_) => "PostgreSQL".to_owned(),
    };
    let there = upgrade::as_it_is(args)?;
    let older = match &there {
        Some(store) => Some(store.schema()?).filter(|schema| *schema < Store::schema_known()),
        None => None,
    };
    let store = match (there, older) {
        (Some(store), Some(_)) => store,
        _ => context::store(args)?,
    };
    let sound = store.database().integrity();
    checks.push(match &sound {
        Ok(()) => Checked::new("storage", Level::Ok, "every page and reference is sound"),
        Err(error) => Checked::new("storage", Level::Fail, error.to_string())
            .with_next("lasna backup restore FILE --data DIR"),
    });
    checks.push(schema(older));
    let mut model = Ok("not asked".to_owned());
    let mut providers = 0;
    if older.is_none() && sound.is_ok() {
        providers = store.providers()?.len();
        let now = context::now();
        let app = App::operator(store.clone(), now)?;
        model = context::in_force(&app, context::today()).map(|model| model.reference());
        if let Err(error) = &model {
            let check = Checked::new("model", Level::Fail, error.clone());
            checks.push(check.with_next("lasna model check FILE"));
        }
        checks.extend(super::backup::sums::compare(&store, &data)?);
        checks.extend(backups(&app.backups()?, now));
        checks.push(match super::demo::is_town(&data) {
            true => Checked::new("clock", Level::Ok, "the town of the demo has its own"),
            false => clock(now, app.latest_audit()?, app.last_start()?),
        });
        checks.extend(checkpoint(&data, app.latest_audit()?));
        checks.extend(super::retention::check(&app, &data)?);
    }
    checks.push(room(&data)?);
    checks.push(rights(&data));
    checks.push(build());
    checks.extend(certificate.map(certificate_of));
    let ok = checks.iter().all(|check| check.level != Level::Fail);
    let report = json!({
        "ok": ok,
        "version": env!("CARGO_PKG_VERSION"),
        "commit": env!("LASNA_COMMIT"),
        "build_age_days": build_age_days(),
        "database": format!("{:?}", store.database().engine()).to_lowercase(),
        "place": place,
        "storage": sound.err().map_or_else(|| "sound".to_owned(), |error| error.to_string()),
        "providers": providers,
        "model": model.unwrap_or_else(|error| error),
        "cpu": lasna_engine::cpu_features(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
    });
    if args.json {
        let mut report = report;
        report["checks"] = json!(prove::checks_json(&checks));
        output::json(&report)?;
    } else {
        let fields = report.as_object().into_iter().flatten();
        let fields = fields.map(|(key, value)| format!("{key:<14} {value}"));
        output::lines(fields.chain(prove::checks_lines(&checks)))?;
    }
    Ok(if ok { Outcome::Ok } else { Outcome::Problems })
}

fn schema(older: Option<i64>) -> Checked {
    let known = Store::schema_known();
    match older {
        None => Checked::new("schema", Level::Ok, format!("{known}, the newest")),
        Some(older) => {
            let text = format!("{older}, this program knows {known}");
            Checked::new("schema", Level::Warn, text).with_next("lasna upgrade --dry-run")
        }
    }
}

/// When a backup was made and when one was proven.
fn backups(runs: &[BackupRun], now: Instant) -> Vec<Checked> {
    let last = |kinds: &[&str]| {
        runs.iter()
            .find(|run| kinds.contains(&run.kind.as_str()) && run.outcome == "ok")
    };
    let one = |name, run: Option<&BackupRun>, next: &str| match run {
        None => Checked::new(name, Level::Warn, "never").with_next(next),
        Some(run) => {
            let text = format!("{}, of {} rows, {} bytes", run.at, run.rows, run.bytes);
            match now.0 - run.at.0 > 7 * DAY {
                true => Checked::new(name, Level::Warn, format!("{text}: more than 7 days ago"))
                    .with_next(next),
                false => Checked::new(name, Level::Ok, text),
            }
        }
    };
    let mut checks = vec![
        one(
            "backup made",
            last(&["create"]),
            "lasna backup create FILE --prove",
        ),
        one(
            "backup proven",
            last(&["verify", "restore"]),
            "lasna backup verify FILE --identity KEY",
        ),
    ];
    if let Some(run) = runs.iter().find(|run| run.kind == "verify")
        && run.outcome != "ok"
    {
        let text = format!("{}: the backup could not be restored", run.at);
        let check = Checked::new("last proof", Level::Fail, text);
        checks.push(check.with_next("lasna backup create FILE --prove"));
    }
    checks
}

fn clock(now: Instant, audit: Instant, start: Instant) -> Checked {
    let last = audit.max(start);
    let next = "timedatectl status";
    if now < audit {
        let text = format!("it says {now}, but the newest audit row is of {audit}");
        return Checked::new("clock", Level::Fail, text).with_next(next);
    }
    if last > Instant(0) && now.0 - last.0 > 25 * HOUR {
        let text = format!("{now}, more than 25 hours after anything was done ({last})");
        return Checked::new("clock", Level::Warn, text).with_next(next);
    }
    Checked::new("clock", Level::Ok, now.to_string())
}

/// The log's checkpoint is to be as new as the newest audit row, within an hour.
fn checkpoint(data: &Path, audit: Instant) -> Option<Checked> {
    let changed = std::fs::metadata(data.join("audit/checkpoint")).ok()?;
    let since = changed.modified().ok()?;
    let since = since.duration_since(std::time::UNIX_EPOCH).ok()?;
    let made = Instant(since.as_micros() as i64);
    let name = "log checkpoint";
    Some(match audit.0 - made.0 > HOUR {
        true => {
            let text = format!("{made}, the newest audit row is of {audit}");
            Checked::new(name, Level::Warn, text).with_next("lasna audit verify --data DIR")
        }
        false => Checked::new(name, Level::Ok, made.to_string()),
    })
}

fn room(data: &Path) -> anyhow::Result<Checked> {
    let (free, all) = upgrade::disk(data)?;
    let percent = if all == 0 {
        0
    } else {
        u128::from(free) * 100 / u128::from(all)
    };
    let text = format!("{percent} % free, {free} bytes");
    let level = match percent {
        0..5 => Level::Fail,
        5..20 => Level::Warn,
        _ => return Ok(Checked::new("disk", Level::Ok, text)),
    };
    let next = format!("df -h {}", data.display());
    Ok(Checked::new("disk", level, text).with_next(next))
}

/// Nobody but the owner may read what is about people.
fn rights(data: &Path) -> Checked {
    let names = [
        "",
        "lasna.sqlite3",
        "keys/master.key",
        "backup.toml",
        "erased.list",
    ];
    let wide = |name: &&str| {
        let mode = std::fs::metadata(data.join(name)).map(|m| m.permissions().mode());
        let secret = if *name == "backup.toml" { 0o022 } else { 0o077 };
        mode.is_ok_and(|mode| mode & secret != 0)
    };
    let found: Vec<String> = names
        .into_iter()
        .filter(wide)
        .map(|name| data.join(name).display().to_string())
        .collect();
    if found.is_empty() {
        return Checked::new("rights", Level::Ok, "files are for their owner only");
    }
    let text = format!("others can reach {}", found.join(", "));
    let next = format!("chmod go-rwx {}", found.join(" "));
    Checked::new("rights", Level::Warn, text).with_next(next)
}

/// Days since the commit of which this program is.
fn build_age_days() -> Option<i64> {
    let built: i64 = env!("LASNA_BUILT").parse().unwrap_or(0);
    (built > 0).then(|| (context::now().0 / 1_000_000 - built).max(0) / 86_400)
}

fn build() -> Checked {
    match build_age_days() {
        None => Checked::new("build", Level::Warn, "its day is not known"),
        Some(days) if days > 90 => {
            let text = format!("{days} days old: mended faults may not be in it");
            Checked::new("build", Level::Warn, text).with_next("install the newest release")
        }
        Some(days) => Checked::new("build", Level::Ok, format!("{days} days old")),
    }
}

fn certificate_of(file: &Path) -> Checked {
    let name = "certificate";
    let next = "renew it where it is made";
    let ends = std::fs::read(file)
        .ok()
        .and_then(|bytes| x509_cert::Certificate::load_pem_chain(&bytes).ok())
        .and_then(|chain| {
            let ends = chain.first()?.tbs_certificate.validity.not_after;
            Some(ends.to_unix_duration().as_secs() as i64)
        });
    let Some(ends) = ends else {
        let text = format!("{} cannot be read", file.display());
        return Checked::new(name, Level::Fail, text).with_next(next);
    };
    let days = (ends - context::now().0 / 1_000_000).div_euclid(86_400);
    let text = format!("ends in {days} days");
    match days {
        ..0 => Checked::new(name, Level::Fail, "it has ended").with_next(next),
        0..30 => Checked::new(name, Level::Warn, text).with_next(next),
        _ => Checked::new(name, Level::Ok, text),
    }
}

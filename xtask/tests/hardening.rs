//! The unit for systemd, and that pages name what the program does.
//!
//! Invariant: what a page must name is taken from the sources, not from a second list.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const AREA: &str = "docs/areas/hardening.md";
const GUIDE: &str = "docs/how-to/harden.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
fn names(page: &str, words: &[&str]) {
    let page_text = text(page);
    for word in words {
        assert!(page_text.contains(word), "{page} does not name {word}");
    }
}

/// The unit for systemd is as closed as it can be.
#[test]
fn the_unit_is_closed() {
    let unit = text("packaging/lasna.service");
    for line in [
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "MemoryDenyWriteExecute=yes",
        "CapabilityBoundingSet=\n",
        "NoNewPrivileges=yes",
        "SystemCallFilter=@system-service",
        "IPAddressDeny=any",
        "LoadCredential=master-key:",
    ] {
        assert!(unit.contains(&format!("\n{line}")), "{line} is missing");
    }
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "packaging/lasna.service"])
        .current_dir(root())
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: no systemd-analyze");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let level = said
        .split_once("Overall exposure level for lasna.service: ")
        .and_then(|(_, rest)| rest.split(' ').next()?.parse::<f32>().ok());
    let Some(level) = level else {
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            errors.contains("offline") || errors.contains("unrecognized"),
            "no level: {said}{errors}"
        );
        eprintln!("skipped: this systemd-analyze does not look at files");
        return;
    };
    assert!(level <= 2.0, "exposure {level}");
}

#[test]
fn docs_name_what_browsers_must_support() {
    let source = text("crates/web/src/guard/headers.rs");
    let mut found = 0;
    for constant in source.split("header::").skip(1) {
        let end = constant.find(|c: char| !c.is_ascii_uppercase() && c != '_');
        let name = constant[..end.unwrap_or(0)]
            .to_lowercase()
            .replace('_', "-");
        if name.is_empty() || ["server", "retry-after"].contains(&name.as_str()) {
            continue;
        }
        names(AREA, &[&format!("`{name}`")]);
        found += 1;
    }
    for constant in source.split("from_static(\"").skip(1) {
        let name = constant.split('"').next().unwrap();
        if name.starts_with(|c: char| c.is_ascii_lowercase()) && name != "no-store" {
            names(AREA, &[&format!("`{name}`")]);
            found += 1;
        }
    }
    assert!(found > 8, "{found}");
    names(AREA, &["A browser must support"]);
}

#[test]
fn docs_name_what_is_costly() {
    let limits = text("crates/web/src/guard/mod.rs");
    for (line, words) in [
        ("connections: 512,", "at most 512 at once"),
        ("requests: 128,", "at most 128 requests"),
        ("body_bytes: 1_000_000,", "at most 1 MB"),
        ("head_bytes: 16 * 1024,", "at most 16 KB"),
    ] {
        assert!(limits.contains(line), "{line} has changed");
        names(AREA, &[words]);
    }
    names(AREA, &["**Costly work**"]);
}

#[test]
fn docs_name_what_is_logged() {
    let source = text("crates/web/src/guard/headers.rs");
    let line = source.split("tracing::info!(").nth(1).unwrap();
    let fields = line.split('"').next().unwrap().split(", ");
    let fields: Vec<&str> = fields.filter(|field| !field.is_empty()).collect();
    assert!(fields.len() > 3, "{fields:?}");
    for field in fields {
        names(AREA, &[&format!("`{field}`")]);
    }
    names(AREA, &["standard error"]);
}

#[test]
fn docs_name_risky_parts_and_dangerous_work() {
    let lock = text("Cargo.lock");
    let named = |part: &str| lock.contains(&format!("name = \"{part}\""));
    let risky = ["libsqlite3-sys", "aws-lc-sys", "openssl-sys", "libz-sys"];
    let there: Vec<&str> = risky.into_iter().filter(|part| named(part)).collect();
    assert!(there.len() >= 2, "{there:?}");
    names(AREA, &there);
    names(AREA, &["Dangerous work", "`engine`"]);
}

#[test]
fn docs_name_the_times_for_mending_parts() {
    names(GUIDE, &["48 hours", "7 days", "30 days", "90 days"]);
}

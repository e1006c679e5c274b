//! `cargo run -p xtask -- tidy` prints each violation with its mend; `policy` writes what the policy
//! makes, `asvs` the page on ASVS. Exit codes: 0 none, 1 some, 2 usage.
//!
//! Invariant: what is checked here is what `tests/tidy` checks.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command prints")]

use std::path::Path;
use std::process::ExitCode;
use xtask::{asvs, policy, tidy};

fn main() -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy(&root),
        Some("policy") => policy::write(&root).map(|()| ExitCode::SUCCESS),
        Some("asvs") => asvs(&root),
        _ => {
            eprintln!("usage: cargo run -p xtask -- tidy|policy|asvs");
            Ok(ExitCode::from(2))
        }
    }
}

fn tidy(root: &Path) -> anyhow::Result<ExitCode> {
    let mut violations = tidy::run(root)?;
    violations.extend(policy::check(root)?);
    for violation in &violations {
        println!("{violation}");
    }
    println!("tidy: {} violations", violations.len());
    Ok(if violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn asvs(root: &Path) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(root.join(asvs::ROWS))?;
    let chapters = asvs::read(&text).map_err(|error| anyhow::anyhow!("{}: {error}", asvs::ROWS))?;
    std::fs::write(root.join(asvs::PAGE), asvs::page(&chapters))?;
    let asvs::Counts { held, open, none } = asvs::counts(&chapters);
    println!("asvs: {held} held, {open} open, {none} not applicable");
    Ok(ExitCode::SUCCESS)
}

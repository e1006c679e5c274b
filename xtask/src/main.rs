//! `cargo run -p xtask -- tidy`: prints each violation with its mend. Exit codes: 0 none, 1 some,
//! 2 usage.
//!
//! Invariant: what is checked here is what `tests/tidy.rs` checks.
#![allow(clippy::print_stdout, reason = "a command prints")]

use std::path::Path;
use std::process::ExitCode;
use xtask::tidy;

fn main() -> anyhow::Result<ExitCode> {
    if std::env::args().nth(1).as_deref() != Some("tidy") {
        eprintln!("usage: cargo run -p xtask -- tidy");
        return Ok(ExitCode::from(2));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let violations = tidy::run(&root)?;
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

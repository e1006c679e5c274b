//! `cargo run -p xtask -- tidy`: prints each violation with its mend. Exit codes: 0 none, 1 some,
//! 2 usage. `cargo run -p xtask -- policy` writes what the policy makes.
//!
//! Invariant: what is checked here is what `tests/tidy.rs` checks.
#![allow(clippy::print_stdout, reason = "a command prints")]

use std::path::Path;
use std::process::ExitCode;
use xtask::{policy, tidy};

fn main() -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => {}
        Some("policy") => {
            policy::write(&root)?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {
            eprintln!("usage: cargo run -p xtask -- tidy|policy");
            return Ok(ExitCode::from(2));
        }
    }
    let mut violations = tidy::run(&root)?;
    violations.extend(policy::check(&root)?);
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

//! `lasna sbom`: what the program is made of.
//!
//! Invariant: it prints what was there when the program was built, and reads nothing.

use super::Outcome;
use crate::output;

/// Made by `build.rs` from the lock file.
const SBOM: &str = include_str!(concat!(env!("OUT_DIR"), "/sbom.json"));

pub fn sbom() -> anyhow::Result<Outcome> {
    let document: serde_json::Value = serde_json::from_str(SBOM)?;
    output::json(&document)?;
    Ok(Outcome::Ok)
}

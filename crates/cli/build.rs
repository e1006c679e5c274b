//! Puts the commit into the version text; without git it says so.
//!
//! Invariant: never fails a build.

use std::process::Command;

fn main() {
    let commit = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned());
    println!("cargo::rustc-env=LASNA_COMMIT={commit}");
    // Of the commit, not of the clock: the same source gives the same binary.
    let built = Command::new("git")
        .args(["show", "--no-patch", "--format=%ct", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .or_else(|| std::env::var("SOURCE_DATE_EPOCH").ok())
        .map_or_else(|| "0".to_owned(), |text| text.trim().to_owned());
    println!("cargo::rustc-env=LASNA_BUILT={built}");
    println!("cargo::rerun-if-changed=../../.git/HEAD");
}

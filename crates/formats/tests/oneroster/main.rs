//! OneRoster bundles: every numbered check, the limits, the shared bundles, and the way there and
//! back.
//!
//! Invariant: each numbered check has a bundle that breaks it and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helpers of tests fail and speak as tests do"
)]

mod bundle;
mod checks;
mod limits;
mod roundtrip;
mod shared;

//! The binary as a user runs it: on SQLite and PostgreSQL, on made and on real files.
//!
//! What it is not: tests of rules or readers, which stand with their crates.
//!
//! Invariant: every test works in a folder of its own.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says how much it checked"
)]

mod access;
mod audit_log;
mod backup;
mod cast;
mod codes;
mod damage;
mod hardening;
mod kill;
mod kill_save;
mod mapping;
mod model;
mod privacy;
mod rejects;
mod roster;
mod serve;
mod shared_data;
mod storage_faults;
mod story;
mod truth;
mod upkeep;
mod users;

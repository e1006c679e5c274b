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
mod clock;
mod codes;
mod damage;
mod hardening;
mod kill;
mod kill_save;
mod mapping;
mod model;
mod power;
mod power_commands;
mod privacy;
mod providers;
mod rejects;
mod roster;
mod saving;
mod serve;
mod shared_data;
mod storage_faults;
mod story;
mod sync_fails;
mod truth;
mod upkeep;
mod users;

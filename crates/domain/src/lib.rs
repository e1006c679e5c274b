//! The school world's words, states and decisions as plain types and pure functions.
//!
//! What it is not: there is no I/O, no SQL, no HTTP, no clock, no randomness and no serialisation
//! here. Instants come in as values; bytes become these types in `lasna-formats` and rows in
//! `lasna-store`.
//!
//! Invariant: every decision is made on integers; nothing in this crate rounds before it decides.

#![forbid(unsafe_code)]

pub mod access;
pub mod attendance;
pub mod calendar;
pub mod disclosure;
pub mod ids;
pub mod model;
pub mod review;
pub mod roster;
pub mod signals;

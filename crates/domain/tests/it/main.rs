//! What the domain promises, held against hand-computed cases, published numbers and random worlds.
//!
//! Nothing here reads a database or a page. England's published sessions are read where the shared
//! data is there.
//!
//! Invariant: every expectation was computed by hand, comes from a named source, or is a property.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says how much it checked"
)]

mod access;
mod cast;
mod conditions;
mod days;
mod derived;
mod dfe;
mod disclosure;
mod england;
mod family;
mod first_crossing;
mod grants;
mod identity;
mod known;
mod ladders;
mod signals;
mod signals_by_hand;
mod standard;
mod windows;

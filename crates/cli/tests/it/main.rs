//! The binary as a user runs it.
//!
//! Invariant: every test works in a folder of its own.

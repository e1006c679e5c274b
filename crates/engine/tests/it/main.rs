//! The columns against the plain twin, on random schools and random models.
//!
//! Invariant: every comparison asserts that there was something to compare.

mod periods;
mod twin;
mod update;

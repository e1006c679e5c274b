//! Development only: sample worlds, the shared real data, both databases.
//!
//! No crate depends on it outside its tests.
//!
//! Invariant: nothing here is unguessable, and nothing here is for production.

#![forbid(unsafe_code)]

pub mod disk;
pub mod keys;
pub mod postgres;
pub mod shared;
pub mod temp;
pub mod world;

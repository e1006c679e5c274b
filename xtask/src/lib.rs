//! Development only: what the house holds itself to, as checks on the source tree.
//!
//! No product crate depends on this, and it depends on none: it reads files.
//!
//! Invariant: a check that cannot read what it checks says so instead of passing.

#![forbid(unsafe_code)]

pub mod asvs;
pub mod policy;
pub mod tidy;

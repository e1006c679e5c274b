//! Bytes to typed rows and back: OneRoster, Ed-Fi, register exports, model files.
//!
//! Every reader streams, keeps the limits of [`limits::Limits`], and hands each row or finding to a
//! [`rows::Sink`]: a bad line never stops a file. What it is not: nothing here decides whether a row
//! changes anything, and nothing opens a file, a socket or a database; callers pass readers and
//! bytes.
//!
//! Invariant: the same bytes give the same rows and findings, in the same order.

#![forbid(unsafe_code)]

pub mod csv_out;
pub mod edfi;
pub mod family;
pub mod finding;
pub mod limits;
pub mod model;
pub mod oneroster;
pub mod rows;
pub mod sis;

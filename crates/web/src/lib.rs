//! Routes and machine endpoints over the use cases of `lasna-app`.
//!
//! Every route is one row of [`routes::ROUTES`] with the action that it needs; a test compares the
//! table with the router. The database blocks, so use cases run on blocking threads.
//!
//! Invariant: no name, id of a pupil or token is in a log line, a metric label or an error.

#![forbid(unsafe_code)]

mod api;
mod browser;
mod charts;
mod guard;
pub mod json;
mod listen;
mod openapi;
mod outbound;
mod pages;
mod problem;
pub mod routes;
mod server;
mod uploads;
mod ways;

pub use guard::Limits;
pub use outbound::{Client, OUTBOUND_MOST, OUTBOUND_TIME, Reachable};
pub use server::{DemoPerson, Settings, router, serve};
pub use uploads::UploadSettings;

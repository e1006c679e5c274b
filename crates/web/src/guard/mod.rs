//! What stands around every route: limits, headers, the number of a request and its line in the log.
//!
//! Nothing here reads a header that a proxy sets, so nothing a caller says of itself is believed.
//!
//! Invariant: no answer of the router leaves without the headers, whatever made it.

mod body;
mod gate;
mod headers;
mod number;
mod panics;

pub(crate) use body::bounded;
pub(crate) use gate::{Gate, at_once};
pub(crate) use headers::wrap;
pub(crate) use number::Number;
pub(crate) use panics::caught;

use std::time::Duration;

/// What one caller, and all of them together, may take of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body; uploads of imports have their own.
    pub body_bytes: usize,
    /// How long a body may take to come in; between two parts of an upload.
    pub body_time: Duration,
    /// Bytes of a request's head; at least 8192.
    pub head_bytes: usize,
    /// How long a head may take to come in, and a connection may wait for the next one.
    pub head_time: Duration,
    /// Connections at once; more wait to be taken.
    pub connections: usize,
    /// Requests at once. A quarter is for saves alone, and an eighth is all that reports get.
    pub requests: usize,
    /// How long a request waits for a place before it is sent away.
    pub wait: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes: 1_000_000,
            body_time: Duration::from_secs(10),
            head_bytes: 16 * 1024,
            head_time: Duration::from_secs(10),
            connections: 512,
            requests: 128,
            wait: Duration::from_secs(2),
        }
    }
}

/// The one address that takes files: they are larger and slower than anything else.
pub(crate) const UPLOAD: &str = "/imports";

//! How many requests are worked on at once.
//!
//! Who saves goes before who reads, and who reads before who asks for a report: each kind has a
//! smaller share of the same places.
//!
//! Invariant: a request that finds no place in time has done nothing.

use super::{Limits, UPLOAD};
use crate::server::Shared;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Files that come in at once.
const UPLOADS_MAX: usize = 4;

/// The places.
#[derive(Debug)]
pub(crate) struct Gate {
    all: Semaphore,
    reads: Semaphore,
    reports: Semaphore,
    uploads: Semaphore,
}

/// What a request is, for the places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// For whoever watches the service: always answered.
    Watch,
    Upload,
    Save,
    Read,
    Report,
}

impl Kind {
    fn of(method: &Method, path: &str) -> Kind {
        let report = ["/measures", "/api/"]
            .iter()
            .any(|lead| path.starts_with(lead));
        match path {
            "/healthz" | "/readyz" | "/metrics" => Kind::Watch,
            UPLOAD if method == Method::POST => Kind::Upload,
            _ if method == Method::POST => Kind::Save,
            _ if report || path.ends_with(".csv") => Kind::Report,
            _ => Kind::Read,
        }
    }
}

impl Gate {
    pub fn new(limits: Limits) -> Gate {
        let all = limits.requests.max(1);
        Gate {
            all: Semaphore::new(all),
            reads: Semaphore::new((all * 3 / 4).max(1)),
            reports: Semaphore::new((all / 8).max(1)),
            uploads: Semaphore::new(UPLOADS_MAX),
        }
    }

    /// The places that a request holds; the scarcest is taken first, so that who waits for it keeps
    /// nobody else out.
    async fn places(&self, kind: Kind) -> Vec<SemaphorePermit<'_>> {
        let wanted: &[&Semaphore] = match kind {
            Kind::Watch => &[],
            Kind::Upload => &[&self.uploads],
            Kind::Save => &[&self.all],
            Kind::Read => &[&self.reads, &self.all],
            Kind::Report => &[&self.reports, &self.reads, &self.all],
        };
        let mut held = Vec::new();
        for semaphore in wanted {
            // They are never closed.
            held.extend(semaphore.acquire().await);
        }
        held
    }
}

/// Lets a request in where there is a place for it, or sends it away for a moment.
pub(crate) async fn at_once(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let kind = Kind::of(request.method(), request.uri().path());
    let waiting = shared.gate.places(kind);
    match tokio::time::timeout(shared.settings.limits.wait, waiting).await {
        Ok(_held) => next.run(request).await,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(requests: usize) -> Gate {
        Gate::new(Limits {
            requests,
            ..Limits::default()
        })
    }

    fn free(gate: &Gate, kind: Kind) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let places = async {
            tokio::select! {
                biased;
                _ = gate.places(kind) => true,
                () = std::future::ready(()) => false,
            }
        };
        runtime.is_ok_and(|runtime| runtime.block_on(places))
    }

    #[test]
    fn saves_go_before_reads_and_reads_before_reports() {
        let gate = gate(8);
        let reports = gate.reports.try_acquire_many(1);
        assert!(!free(&gate, Kind::Report) && free(&gate, Kind::Read));
        let reads = gate.reads.try_acquire_many(6);
        assert!(!free(&gate, Kind::Read) && free(&gate, Kind::Save));
        let all = gate.all.try_acquire_many(8);
        assert!(!free(&gate, Kind::Save) && free(&gate, Kind::Watch) && free(&gate, Kind::Upload));
        drop((reports, reads, all));
        assert!(free(&gate, Kind::Report));
    }

    #[test]
    fn a_request_is_of_one_kind() {
        for (method, path, kind) in [
            (Method::GET, "/healthz", Kind::Watch),
            (Method::POST, "/imports", Kind::Upload),
            (Method::GET, "/imports", Kind::Read),
            (Method::POST, "/registers/1/2026-01-01/495", Kind::Save),
            (Method::GET, "/watch-list", Kind::Read),
            (Method::GET, "/watch-list.csv", Kind::Report),
            (Method::GET, "/measures/3", Kind::Report),
            (Method::GET, "/api/v1/figures", Kind::Report),
        ] {
            assert_eq!(Kind::of(&method, path), kind, "{method} {path}");
        }
    }
}

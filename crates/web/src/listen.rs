//! Takes connections in, within limits of number, size and time.
//!
//! Invariant: a caller that sends its head slowly, or nothing, loses its connection.

use crate::browser::Peer;
use crate::guard::Limits;
use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// How long running requests have after the sign to stop: longer than any answer may take.
const END: Duration = Duration::from_secs(65);
/// A pause where the system gives no more connections.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stop` is done, then lets running requests end.
pub(crate) async fn listen(
    router: Router,
    limits: Limits,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let running = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head_bytes);
    let service = TowerToHyperService::new(router);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let service = service.clone();
        let service = service_fn(move |mut request| {
            request.extensions_mut().insert(peer);
            service.call(request)
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = running.watch(connection);
        tokio::spawn(async move {
            // A caller that goes away is no fault of ours.
            if let Err(error) = connection.await {
                tracing::debug!(timeout = error.is_timeout(), "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(END, running.shutdown()).await.is_err() {
        tracing::warn!("some requests had not ended");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Answers are written at once: waiting to fill a packet gains nothing.
                if stream.set_nodelay(true).is_err() {
                    continue;
                }
                return (stream, Peer(address.ip()));
            }
            Err(error) => {
                tracing::warn!(kind = ?error.kind(), "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

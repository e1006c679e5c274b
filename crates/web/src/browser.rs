//! What a request says of where it comes from: the kind of browser, and an address that tries are
//! counted of.
//!
//! Invariant: an address of a header counts only where a proxy that was named wrote it.

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::net::{IpAddr, Ipv6Addr};

const BROWSERS: [(&str, &str); 5] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 6] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// The other end of the connection that a request came over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub IpAddr);

/// The kind of browser by its own names, such as `Firefox, Windows`; empty where it is not known.
pub(crate) fn kind(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT);
    let text = text
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let of = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(sign, _)| text.contains(sign));
        found.map(|(_, name)| *name)
    };
    let parts: Vec<&str> = [of(&BROWSERS), of(&SYSTEMS)]
        .into_iter()
        .flatten()
        .collect();
    parts.join(", ")
}

/// The address that asks; none where all that is known is this machine.
pub(crate) fn address(parts: &Parts, proxies: &[IpAddr]) -> Option<String> {
    let peer = parts.extensions.get::<Peer>()?.0.to_canonical();
    let found = match proxies.contains(&peer) {
        true => forwarded(&parts.headers, proxies)?,
        false => peer,
    };
    (!found.is_loopback()).then(|| mark_of(found))
}

/// The last address that no named proxy has: what stands before it may be made up.
fn forwarded(headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let all = headers.get_all("x-forwarded-for").iter();
    let all: Vec<&str> = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for text in all.into_iter().rev() {
        let address: IpAddr = text.trim().parse().ok()?;
        let address = address.to_canonical();
        if !proxies.contains(&address) {
            return Some(address);
        }
    }
    None
}

/// Of IPv6 the network of a home: a machine has as many addresses as it likes.
fn mark_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn parts(peer: &str, forwarded: &[&str]) -> Parts {
        let mut request = Request::builder().uri("/");
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let peer: IpAddr = peer.parse().unwrap();
        parts.extensions.insert(Peer(peer));
        parts
    }

    #[test]
    fn a_header_counts_only_from_a_named_proxy() {
        let proxy: IpAddr = "127.0.0.1".parse().unwrap();
        let of = |peer: &str, forwarded: &[&str], proxies: &[IpAddr]| {
            address(&parts(peer, forwarded), proxies)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(of("192.0.2.7", &["198.51.100.1"], &[]), some("192.0.2.7"));
        assert_eq!(of("127.0.0.1", &["198.51.100.1"], &[]), None);
        let one = of("127.0.0.1", &["203.0.113.9, 198.51.100.1"], &[proxy]);
        assert_eq!(one, some("198.51.100.1"), "the first one may be made up");
        assert_eq!(
            of("127.0.0.1", &["x", "198.51.100.1, 127.0.0.1"], &[proxy]),
            some("198.51.100.1")
        );
        assert_eq!(of("127.0.0.1", &["rubbish"], &[proxy]), None);
        assert_eq!(of("::ffff:192.0.2.7", &[], &[]), some("192.0.2.7"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6", &[], &[]), some("2001:db8:1:2::"));
    }

    #[test]
    fn a_browser_is_known_by_its_names() {
        let kind = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, text.parse().unwrap());
            super::kind(&headers)
        };
        let edge = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(kind(edge), "Edge, Windows");
        assert_eq!(
            kind("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"),
            "Firefox, Linux"
        );
        assert_eq!(kind("curl/8"), "");
    }
}

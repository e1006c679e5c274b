//! What may stand in named files only: connections to elsewhere, randomness, headers of proxies.
//!
//! Invariant: a file is added to a list here, where a reviewer sees it.

use super::{Found, Tree};

struct Rule {
    words: &'static [&'static str],
    files: &'static [&'static str],
    what: &'static str,
    mend: &'static str,
}

const RULES: [Rule; 3] = [
    Rule {
        words: &[
            "TcpStream::connect",
            "TcpSocket",
            "UdpSocket",
            "UnixStream",
            "UnixDatagram",
            "config.connect(",
            "Client::connect",
            "hyper::client",
            "hyper_util::client",
            "reqwest",
            "ureq",
            "lettre",
        ],
        // The database and identity providers, whose addresses the operator gives.
        files: &[
            "crates/store/src/db/postgres/conn.rs",
            "crates/web/src/outbound.rs",
        ],
        what: "opens a connection to elsewhere",
        mend: "go through a file that is named in xtask/src/tidy/places.rs",
    },
    Rule {
        words: &["getrandom::", "OsRng", "thread_rng", "rand::rng("],
        files: &["crates/cli/src/context.rs"],
        what: "makes randomness",
        mend: "take it from Settings or a parameter; only cli makes it",
    },
    Rule {
        words: &[
            "x-forwarded",
            "X-Forwarded",
            "x-real-ip",
            "X-Real-IP",
            "\"forwarded\"",
            "ConnectInfo",
        ],
        // Tries are counted of an address; the header counts from named proxies only.
        files: &["crates/web/src/browser.rs"],
        what: "believes a header of a proxy",
        mend: "take nothing from it: anybody can send it",
    },
];

pub(super) fn check(tree: &Tree, found: &mut Found) {
    for file in tree
        .rust()
        .filter(|file| file.path.starts_with("crates/") && !file.path.contains("/benches/"))
    {
        for (no, line) in file.product_lines() {
            let code = line.split("//").next().unwrap_or("");
            for rule in &RULES {
                let word = rule.words.iter().find(|word| code.contains(**word));
                if let Some(word) = word.filter(|_| !rule.files.contains(&file.path.as_str())) {
                    found.add(&file.path, no, format!("{word} {}", rule.what), rule.mend);
                }
            }
        }
    }
}

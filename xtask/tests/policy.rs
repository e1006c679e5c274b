//! That the table and the page are as the policy makes them, and that a wrong policy is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use xtask::policy;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A copy of the policy in a folder, with one text put in the place of another.
fn changed(from: &str, to: &str) -> anyhow::Result<usize> {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root().join(policy::SOURCE)).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::create_dir(folder.path().join("policy")).unwrap();
    let path = folder.path().join(policy::SOURCE);
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    policy::check(folder.path()).map(|violations| violations.len())
}

#[test]
fn table_and_page_are_as_the_policy_makes_them() {
    let violations = policy::check(root()).unwrap();
    assert!(violations.is_empty(), "{violations:?}");
    assert_eq!(changed("\n", "\n").unwrap(), 2);
}

#[test]
fn a_word_that_is_not_declared_and_a_right_given_twice_are_refused() {
    for (from, to) in [
        ("\"read roster marks coverage\"", "\"read rooster marks\""),
        ("\"read roster marks coverage\"", "\"peek roster marks\""),
        ("by = \"teaches\"", "by = \"likes\""),
        ("purpose = \"education\"", "purpose = \"gossip\""),
        (
            "\"read roster marks coverage\"",
            "\"read roster marks marks\"",
        ),
        ("read_figures = [\"read aggregates\"]", "read_figures = []"),
    ] {
        assert!(changed(from, to).is_err(), "{to}");
    }
}

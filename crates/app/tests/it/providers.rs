//! The file of identity providers: what is read, and how each fault is told.
//!
//! Invariant: a fault is told with its line and a mend, in words that stay as they are.

use lasna_app::identity::oidc::{Preset, SecretPlace, read_settings};
use lasna_domain::access::UserRole;
use std::fmt::Write as _;

const GENERIC: &str = r#"[[provider]]
id = "town"
preset = "generic"
name = { fi = "a", sv = "b", en = "c" }
issuer = "https://idp.example.fi/realm"
client_id = "lasna"
client_secret_file = "town.secret"
min_acr = "two"
"#;

#[test]
fn a_file_is_read_with_what_its_presets_know() {
    let all = read_settings(&format!(
        "{GENERIC}acr_levels = [\"one\", \"two\", \"three\"]\ntwo_factors_acr = \"three\"\n\
         roles = [\"teacher\"]\nhosts = [\"keys.example.fi\"]\n\n\
         [[provider]]\nid = \"mpassid\"\npreset = \"mpassid\"\nissuer = \"https://mpass.example\"\n\
         client_id = \"x\"\nclient_secret_credential = \"mpass\"\nany_strength = true\n\n\
         [[provider]]\nid = \"suomifi\"\npreset = \"suomifi-proxy\"\nissuer = \"https://proxy.example:8443\"\n\
         client_id = \"x\"\nclient_secret_credential = \"suomifi\"\n"
    ))
    .unwrap();
    let [town, mpassid, suomifi] = &all[..] else {
        panic!("{}", all.len());
    };
    assert_eq!(town.strength.accepted, ["two", "three"]);
    assert_eq!(town.strength.two_factors, ["three"]);
    assert_eq!(town.hosts, ["idp.example.fi", "keys.example.fi"]);
    assert_eq!(town.roles, [UserRole::Teacher]);
    assert_eq!(town.subject_claim, "sub");
    assert_eq!(town.secret, SecretPlace::File("town.secret".into()));
    assert_eq!(mpassid.preset, Preset::Mpassid);
    assert_eq!(mpassid.names[0], "MPASSid");
    assert_eq!(mpassid.subject_claim, "urn:oid:1.3.6.1.4.1.16161.1.1.27");
    assert_eq!(mpassid.scopes, ["profile"]);
    assert!(mpassid.strength.accepted.is_empty() && mpassid.strength.two_factors.is_empty());
    assert!(!mpassid.test_learners);
    assert_eq!(suomifi.subject_claim, "urn:oid:1.2.246.21");
    assert_eq!(suomifi.strength.accepted.len(), 2);
    assert_eq!(suomifi.strength.accepted, suomifi.strength.two_factors);
    assert_eq!(suomifi.roles, [UserRole::Guardian, UserRole::Pupil]);
    assert_eq!(suomifi.hosts, ["proxy.example:8443"]);
}

/// Each with what is put in the place of what.
const FAULTS: [(&str, &str, &str); 24] = [
    ("no provider", GENERIC, ""),
    ("not TOML", "id = \"town\"", "id = town"),
    ("a key that is not known", "min_acr", "min_arc"),
    (
        "a secret in the file",
        "client_secret_file",
        "client_secret",
    ),
    ("a missing key", "client_id = \"lasna\"\n", ""),
    ("a wrong kind", "\"lasna\"", "7"),
    ("an id with a blank", "\"town\"", "\"the town\""),
    ("another preset", "\"generic\"", "\"keycloak\""),
    (
        "no name",
        "name = { fi = \"a\", sv = \"b\", en = \"c\" }\n",
        "",
    ),
    ("a name that lacks a language", ", en = \"c\"", ""),
    ("no address", "https://idp.example.fi/realm", "idp"),
    ("without TLS", "https://", "http://"),
    ("an address with a query", "/realm", "/realm?x=1"),
    ("no client", "\"lasna\"", "\" \""),
    ("no secret", "client_secret_file = \"town.secret\"\n", ""),
    (
        "two secrets",
        "min_acr",
        "client_secret_credential = \"x\"\nmin_acr",
    ),
    (
        "a credential with a folder",
        "client_secret_file = \"town.secret\"",
        "client_secret_credential = \"../x\"",
    ),
    ("no strength", "min_acr = \"two\"\n", ""),
    (
        "any strength and one",
        "min_acr = \"two\"",
        "min_acr = \"two\"\nany_strength = true",
    ),
    (
        "a level that is none",
        "min_acr",
        "acr_levels = [\"one\"]\nmin_acr",
    ),
    (
        "a role that is none",
        "min_acr",
        "roles = [\"teacher\", \"boss\"]\nmin_acr",
    ),
    ("a machine", "min_acr", "roles = [\"service\"]\nmin_acr"),
    ("loopback elsewhere", "min_acr", "loopback = true\nmin_acr"),
    (
        "a provider number of another preset",
        "min_acr",
        "education_provider = \"7\"\nmin_acr",
    ),
];

#[test]
fn each_fault_is_told_with_its_line_and_the_mend() {
    let mut told = String::new();
    for (what, old, new) in FAULTS {
        assert!(GENERIC.contains(old), "{what}");
        let text = GENERIC.replacen(old, new, 1);
        let problems = read_settings(&text).unwrap_err();
        writeln!(told, "# {what}").unwrap();
        for problem in &problems {
            assert!(problem.mend.len() > 10 && problem.line > 0, "{problem}");
            writeln!(told, "{problem}").unwrap();
        }
    }
    let twice = format!("{GENERIC}\n{GENERIC}");
    writeln!(told, "# the same twice").unwrap();
    for problem in read_settings(&twice).unwrap_err() {
        writeln!(told, "{problem}").unwrap();
    }
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/providers.txt");
    if std::env::var_os("LASNA_GOLDEN").is_some_and(|how| how == "write") {
        std::fs::write(place, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(place).unwrap());
}

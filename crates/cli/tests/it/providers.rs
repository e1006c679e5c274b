//! Identity providers from the command line: files that are refused, accounts that are linked.
//!
//! Invariant: what a provider calls a person and the secret of the client are printed by nothing.

use crate::cast::{Lasna, on_both};
use std::fs::{Permissions, set_permissions, write};
use std::os::unix::fs::PermissionsExt as _;

const ISSUER: &str = "https://idp.example.fi";
const SECRET: &str = "zz-secret-zz";
const FILE: &str = r#"[[provider]]
id = "town"
preset = "generic"
name = { fi = "a", sv = "b", en = "c" }
issuer = "https://idp.example.fi"
client_id = "lasna"
client_secret_file = "town.secret"
min_acr = "high"
"#;

/// Starts the service with a file; where nothing of it is wrong it ends at an address that is not there.
fn serve(lasna: &Lasna, text: &str) -> (i32, String) {
    let file = lasna.path("identity.toml");
    write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let run = lasna.run(&[
        "serve",
        "--listen",
        "192.0.2.1:8080",
        "--tls-proxy",
        "--origin",
        "https://lasna.example",
        "--identity",
        file,
    ]);
    assert!(!run.err.contains(SECRET) && !run.out.contains(SECRET));
    (run.code, run.err)
}

#[test]
fn a_file_of_providers_that_is_broken_or_unsafe_is_refused_with_the_mend() {
    let lasna = Lasna::on_sqlite();
    lasna.run(&["doctor"]).ok();
    let secret = lasna.path("town.secret");
    let (code, err) = serve(&lasna, FILE);
    assert_eq!(code, 78, "{err}");
    assert!(err.contains("town.secret"), "{err}");
    write(&secret, SECRET).unwrap();
    for mode in [0o644, 0o440, 0o604] {
        set_permissions(&secret, Permissions::from_mode(mode)).unwrap();
        let (code, err) = serve(&lasna, FILE);
        assert_eq!(code, 78, "{mode:o}: {err}");
        assert!(err.contains("chmod 400"), "{err}");
    }
    set_permissions(&secret, Permissions::from_mode(0o400)).unwrap();
    assert_eq!(
        serve(&lasna, FILE).0,
        1,
        "it goes on as far as to the address"
    );
    let broken = FILE.replace("min_acr", "min_arc");
    let (code, err) = serve(&lasna, &broken);
    assert_eq!(code, 78, "{err}");
    assert!(
        err.contains("identity.toml: line 8: unknown field `min_arc`"),
        "{err}"
    );
    let inline = FILE.replace(
        "client_secret_file = \"town",
        "client_secret = \"zz-secret-zz",
    );
    let (code, err) = serve(&lasna, &inline);
    assert_eq!(code, 78, "{err}");
    assert!(
        err.contains("line 7: unknown field `client_secret`"),
        "{err}"
    );
    let run = lasna.run(&["serve", "--identity", "identity.toml"]);
    assert_eq!(run.code, 2, "the address that people open is needed");
}

#[test]
fn accounts_are_linked_invited_and_unlinked() {
    on_both("links", |lasna: &Lasna| {
        let add = ["user", "add", "--role", "coordinator", "--login", "aino"];
        let more = ["--name", "Aino", "--no-password"];
        let made = lasna.json(&[&add[..], &more].concat());
        assert!(made["password"].is_null(), "{made}");
        let link = |login: &str, subject: &str| {
            let args = ["user", "link", "--login", login, "--issuer", ISSUER];
            lasna.run_with_input(&args, subject.as_bytes())
        };
        let done = link("aino", "zzsubject\n");
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(!done.out.contains("zzsubject"));
        let again = link("aino", "zzsubject");
        assert_eq!(again.code, 1);
        assert!(again.err.contains("unlink it first"), "{}", again.err);
        assert_eq!(link("nobody", "x").code, 1);
        assert_eq!(link("aino", " \n").code, 1);
        let invited = lasna.json(&["user", "invite", "--login", "aino"]);
        assert_eq!(invited["hours"], 72);
        assert_eq!(invited["code"].as_str().unwrap().len(), 19);
        let unlink = ["user", "unlink", "--login", "aino"];
        assert_eq!(lasna.json(&unlink)["ended"], 1);
        assert_eq!(lasna.json(&unlink)["ended"], 0);
        assert_eq!(link("aino", "zzsubject").code, 0);
    });
}

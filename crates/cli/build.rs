//! Puts the commit into the version text, and the list of parts beside the program.
//!
//! Invariant: never fails a build for want of git; the parts are those of the lock file, in its
//! order, so that the same sources give the same bytes.

use serde_json::{Value, json};
use std::process::Command;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let commit = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned());
    println!("cargo::rustc-env=LASNA_COMMIT={commit}");
    // Of the commit, not of the clock: the same source gives the same binary.
    let built = Command::new("git")
        .args(["show", "--no-patch", "--format=%ct", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .or_else(|| std::env::var("SOURCE_DATE_EPOCH").ok())
        .map_or_else(|| "0".to_owned(), |text| text.trim().to_owned());
    println!("cargo::rustc-env=LASNA_BUILT={built}");
    println!("cargo::rerun-if-changed=../../.git/HEAD");
    println!("cargo::rerun-if-changed=../../Cargo.lock");
    let lock: toml::Table = std::fs::read_to_string("../../Cargo.lock")?.parse()?;
    let out = std::env::var("OUT_DIR")?;
    let sbom = sbom(&lock, &commit).to_string();
    std::fs::write(std::path::Path::new(&out).join("sbom.json"), sbom)?;
    Ok(())
}

/// CycloneDX 1.6 of a lock file. What tests and builds alone use is in it too.
fn sbom(lock: &toml::Table, commit: &str) -> Value {
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let packages: Vec<Package<'_>> = packages.into_iter().flatten().map(Package::of).collect();
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let components: Vec<Value> = packages.iter().map(Package::component).collect();
    let dependencies: Vec<Value> = packages
        .iter()
        .map(|package| {
            let needs = package.needs.iter().filter_map(|need| {
                let found = packages.iter().find(|other| other.is(need))?;
                Some(found.reference())
            });
            json!({ "ref": package.reference(), "dependsOn": needs.collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "lasna",
                "name": "lasna",
                "version": format!("{version}+{commit}"),
                "licenses": [{ "license": { "id": "EUPL-1.2" } }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    })
}

struct Package<'l> {
    name: &'l str,
    version: &'l str,
    checksum: Option<&'l str>,
    /// As the lock file names them: a name, with the version where there are several.
    needs: Vec<&'l str>,
}

impl<'l> Package<'l> {
    fn of(value: &'l toml::Value) -> Package<'l> {
        let text = |key| value.get(key).and_then(toml::Value::as_str);
        let needs = value.get("dependencies").and_then(toml::Value::as_array);
        Package {
            name: text("name").unwrap_or_default(),
            version: text("version").unwrap_or_default(),
            checksum: text("checksum"),
            needs: needs
                .into_iter()
                .flatten()
                .filter_map(toml::Value::as_str)
                .collect(),
        }
    }

    fn is(&self, need: &str) -> bool {
        let mut words = need.split(' ');
        words.next() == Some(self.name) && words.next().is_none_or(|said| said == self.version)
    }

    fn reference(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }

    fn component(&self) -> Value {
        let hashes = self
            .checksum
            .map(|sum| json!([{ "alg": "SHA-256", "content": sum }]));
        let mut component = json!({
            "type": "library",
            "bom-ref": self.reference(),
            "purl": self.reference(),
            "name": self.name,
            "version": self.version,
        });
        if let (Some(hashes), Some(fields)) = (hashes, component.as_object_mut()) {
            fields.insert("hashes".to_owned(), hashes);
        }
        component
    }
}

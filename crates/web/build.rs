//! Puts the stylesheet together, takes in the font that `npm ci` fetched, makes the guides.
//!
//! Without the font the program builds and pages fall back to the fonts of the machine: the crates
//! stay buildable alone. `make` fetches it first, and a test holds that it is there.
//!
//! Invariant: what is served is what stands in `assets` and `node_modules`, byte for byte.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/guides.rs"]
mod guides;

const GUIDES: &str = "../../docs/guides";
const FONT: &str = "../../node_modules/@fontsource-variable/source-sans-3/files/\
    source-sans-3-latin-wght-normal.woff2";

fn main() -> Result<(), Error> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| Error::other("no OUT_DIR"))?);
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed={GUIDES}");
    println!("cargo::rerun-if-changed=../../node_modules/@fontsource-variable");
    // What is missing is an empty file, which is never served.
    let font = fs::read(FONT).unwrap_or_default();
    let style = style(Path::new("assets"))?;
    let pictures = guides::pictures(Path::new(GUIDES))?;
    let mut hasher = DefaultHasher::new();
    (&style, &font).hash(&mut hasher);
    fs::read("assets/ring.svg")?.hash(&mut hasher);
    scripts(Path::new("assets"))?.hash(&mut hasher);
    for picture in &pictures {
        (&picture.name, &picture.bytes).hash(&mut hasher);
    }
    let build = format!("{:08x}", hasher.finish() >> 32);
    println!("cargo::rustc-env=LASNA_ASSETS={build}");
    let sources = guides::sources(Path::new(GUIDES))?;
    let tables = guides::tables(&sources, &pictures, &build)?;
    fs::write(out.join("guides.rs"), tables)?;
    fs::write(out.join("style.css"), style)?;
    fs::write(out.join("font.woff2"), font)
}

/// The scripts: a changed one is another build, so that no browser keeps the old one.
fn scripts(folder: &Path) -> Result<Vec<String>, Error> {
    let mut paths = files(folder, "js")?;
    paths.sort();
    paths.iter().map(fs::read_to_string).collect()
}

/// All stylesheets as one: the tokens and shapes first, then one for each area.
fn style(folder: &Path) -> Result<String, Error> {
    let mut paths = files(folder, "css")?;
    paths.sort_by_key(|path| (!path.ends_with("style.css"), path.clone()));
    paths.iter().map(fs::read_to_string).collect()
}

/// The files of a folder that end so.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == ending) {
            paths.push(path);
        }
    }
    Ok(paths)
}

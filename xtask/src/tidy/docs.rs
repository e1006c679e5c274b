//! Pages lead to what exists: links, named files, the code map.
//!
//! Invariant: a page is judged without its code blocks.

use super::tree::File;
use super::{Found, Tree};

const MAP: &str = "ARCHITECTURE.md";
/// Folders that make a text in backquotes a path.
const FOLDERS: &[&str] = &["crates/", "docs/", "models/", "xtask/", "fuzz/", "bench/"];

pub(super) fn check(tree: &Tree, found: &mut Found) {
    match tree.file(MAP) {
        None => found.add(MAP, 1, "the code map is not there", "write it"),
        Some(map) => {
            let crates = tree
                .crates()
                .into_iter()
                .map(|name| format!("crates/{name}"));
            for place in crates.chain(["xtask".to_owned()]) {
                if !map.text.contains(&format!("`{place}`")) {
                    let mend = "say in one line what it is and is not";
                    found.add(MAP, 1, format!("`{place}` is not in the code map"), mend);
                }
            }
        }
    }
    for file in tree.under("", ".md").filter(|file| !file.is_test()) {
        for (no, line) in prose(file) {
            for target in links(line) {
                check_link(tree, found, file, no, target);
            }
            for path in line
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|text| is_path(text))
            {
                if !tree.exists(path) {
                    let mend = "name what it is called now";
                    found.add(&file.path, no, format!("`{path}` does not exist"), mend);
                }
            }
        }
    }
}

fn prose(file: &File) -> Vec<(usize, &str)> {
    let mut fenced = false;
    file.lines()
        .filter(|(_, line)| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fence && !fenced
        })
        .collect()
}

fn links(line: &str) -> Vec<&str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect()
}

fn check_link(tree: &Tree, found: &mut Found, file: &File, no: usize, target: &str) {
    let path = target.split('#').next().unwrap_or("");
    if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
        return;
    }
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let joined = if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    };
    if !tree.exists(&joined) {
        let mend = "mend the link; it is read from the page's own folder";
        found.add(
            &file.path,
            no,
            format!("the link to {target} leads nowhere"),
            mend,
        );
    }
}

fn is_path(text: &str) -> bool {
    FOLDERS.iter().any(|folder| text.starts_with(folder))
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
}

//! The text files of the repository, read once, and which of their lines are tests.
//!
//! Invariant: paths are relative to the root, with `/`, in order.

use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are made, not written.
const SKIPPED: &[&str] = &["target", ".git", "node_modules", "demo-data", "dist"];
/// What is read as text.
const TEXT: &[&str] = &["rs", "toml", "md", "sql", "html", "css", "js", "mjs", "sh"];

/// A text file.
#[derive(Debug)]
pub(super) struct File {
    pub path: String,
    pub text: String,
}

/// The repository.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    pub files: Vec<File>,
}

impl Tree {
    pub fn read(root: &Path) -> anyhow::Result<Tree> {
        let mut files = Vec::new();
        walk(root, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Tree {
            root: root.to_owned(),
            files,
        })
    }

    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// Files under a folder whose name ends so.
    pub fn under<'t>(&'t self, folder: &'t str, end: &'t str) -> impl Iterator<Item = &'t File> {
        self.files
            .iter()
            .filter(move |file| file.path.starts_with(folder) && file.path.ends_with(end))
    }

    /// Names of the crates in `crates/`.
    pub fn crates(&self) -> Vec<&str> {
        let path = |file: &'_ File| -> Option<_> {
            file.path
                .strip_prefix("crates/")?
                .strip_suffix("/Cargo.toml")
                .map(str::len)
        };
        self.files
            .iter()
            .filter_map(|file| path(file).map(|len| &file.path["crates/".len()..][..len]))
            .filter(|name| !name.contains('/'))
            .collect()
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let entry = entry.with_context(|| folder.display().to_string())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().with_context(|| path.clone())?;
        if kind.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if kind.is_file() && TEXT.iter().any(|end| name.ends_with(&format!(".{end}"))) {
            let bytes = fs::read(entry.path()).with_context(|| path.clone())?;
            files.push(File {
                path,
                text: String::from_utf8_lossy(&bytes).into_owned(),
            });
        }
    }
    Ok(())
}

impl File {
    /// Lines with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Whether the file as a whole is for tests.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/")
            || self.path.contains("/benches/")
            || self.path.ends_with("/tests.rs")
            || self.path.starts_with("crates/testkit/")
    }

    /// Lines of the product: without tests, their modules included.
    pub fn product_lines(&self) -> Vec<(usize, &str)> {
        if self.is_test() {
            return Vec::new();
        }
        let mut lines = Vec::new();
        let mut end_of_test: Option<String> = None;
        let mut marked = None;
        for (no, line) in self.lines() {
            if let Some(end) = &end_of_test {
                if line == end {
                    end_of_test = None;
                }
                continue;
            }
            let trimmed = line.trim_start();
            let indent = &line[..line.len() - trimmed.len()];
            if trimmed.starts_with("#[cfg(test)]") {
                marked = Some(indent.to_owned());
            } else if marked.is_some() && trimmed.starts_with("#[") {
                // Another attribute of the same item.
            } else if let Some(indent) = marked.take() {
                if line.ends_with('{') {
                    end_of_test = Some(format!("{indent}}}"));
                }
            } else {
                lines.push((no, line));
            }
        }
        lines
    }

    /// The line on which a text first stands, 1 where it does not.
    pub fn line_of(&self, needle: &str) -> usize {
        self.lines()
            .find(|(_, line)| line.contains(needle))
            .map_or(1, |(no, _)| no)
    }
}

//! A set of files in memory, and small changes to them.
//!
//! Invariant: a change of a row that is not there fails.

use lasna_app::import::Input;
use std::collections::BTreeMap;
use std::io::Cursor;

/// Files by name.
#[derive(Clone, Debug, Default)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

impl Files {
    /// One file.
    pub fn one(name: &str, text: &str) -> Files {
        Files::default().with(name, text)
    }

    /// With a file, in the place of one of the same name.
    pub fn with(mut self, name: &str, text: &str) -> Files {
        self.0.insert(name.to_owned(), text.as_bytes().to_vec());
        self
    }

    /// Only files of these names.
    pub fn only(mut self, names: &[&str]) -> Files {
        self.0.retain(|name, _| names.contains(&name.as_str()));
        assert_eq!(self.0.len(), names.len());
        self
    }

    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(&self.0[name]).unwrap()
    }

    /// Data rows of a file.
    pub fn rows(&self, name: &str) -> u64 {
        self.text(name).lines().count() as u64 - 1
    }

    /// Adds a row at the end of a file.
    pub fn add(self, name: &str, row: &str) -> Files {
        let text = format!("{}{row}\n", self.text(name));
        self.with(name, &text)
    }

    /// Takes out the rows that begin with a text.
    pub fn without(self, name: &str, begins: &str) -> Files {
        let kept: Vec<&str> = self
            .text(name)
            .lines()
            .filter(|line| !line.starts_with(begins))
            .collect();
        assert!(kept.len() < self.text(name).lines().count(), "{begins}");
        let text = kept.join("\n") + "\n";
        self.with(name, &text)
    }

    /// Replaces a text that is there.
    pub fn replace(self, name: &str, old: &str, new: &str) -> Files {
        assert!(self.text(name).contains(old), "{old} is not in {name}");
        let text = self.text(name).replace(old, new);
        self.with(name, &text)
    }

    /// The same files with the rows of each under its header in another order.
    pub fn shuffled(&self, seed: u64) -> Files {
        let mut dice = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut files = self.clone();
        for (name, bytes) in &mut files.0 {
            if !name.ends_with(".csv") {
                continue;
            }
            let text = std::str::from_utf8(bytes).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            for at in (2..lines.len()).rev() {
                // The high bits of a linear congruence are the good ones.
                dice = dice
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                lines.swap(at, 1 + (dice >> 33) as usize % at);
            }
            *bytes = (lines.join("\n") + "\n").into_bytes();
        }
        files
    }

    pub fn inputs(&self) -> Vec<Input> {
        let input = |(name, bytes): (&String, &Vec<u8>)| Input {
            name: name.clone(),
            bytes: Box::new(Cursor::new(bytes.clone())),
        };
        self.0.iter().map(input).collect()
    }
}

//! Mappings that come with the program: a beginning, not a truth about any school.
//!
//! `canonical` has the column names of our own files. `primus` is the plausible form of an export
//! from a Finnish register with the national classes; a provider corrects its codes and column
//! names.
//!
//! Invariant: every preset reads without a problem.

use super::{Mapping, read_mapping};

/// The names of the presets.
pub const PRESETS: [&str; 2] = ["canonical", "primus"];

/// The text of a preset, to begin one's own from.
pub fn preset_text(name: &str) -> Option<&'static str> {
    match name {
        "canonical" => Some(include_str!("canonical.toml")),
        "primus" => Some(include_str!("primus.toml")),
        _ => None,
    }
}

/// A preset.
pub fn preset(name: &str) -> Option<Mapping> {
    read_mapping(preset_text(name)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_reads() {
        for name in PRESETS {
            assert_eq!(
                read_mapping(preset_text(name).unwrap()).err(),
                None,
                "{name}"
            );
        }
        assert!(preset("unknown").is_none());
    }
}

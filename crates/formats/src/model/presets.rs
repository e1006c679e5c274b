//! The ladders that come with the software: the national model and ladders in use.
//!
//! The texts are files of `models/`, so that people can read and copy them; each names its source
//! and what the source does not say. They are starting points, not anybody's decision in force.
//!
//! Invariant: every preset is read without a problem.

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../models/", $name, ".toml")))),+]
    };
}

const PRESETS: &[(&str, &str)] = files![
    "sky-fi",
    "esimerkkila",
    "vaasa",
    "tampere",
    "turku",
    "vantaa",
    "kemi",
    "hollola",
    "asikkala",
    "mikkeli",
    "sitko",
    "korsholm",
    "heinola",
    "oulu",
    "uusikaupunki",
    "kaupunki-10-20",
    "england",
    "denmark",
    "netherlands",
];

/// Name and text of each preset; the national model first.
pub fn presets() -> &'static [(&'static str, &'static str)] {
    PRESETS
}

/// The text of the preset of a reference, as [`super::read_model`] asks for it.
///
/// The version is checked by the reader.
pub fn preset(reference: &str) -> Option<String> {
    let name = reference.split('@').next()?;
    PRESETS
        .iter()
        .find(|(id, _)| *id == name)
        .map(|(_, text)| (*text).to_owned())
}

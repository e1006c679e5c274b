//! The data register: what the manifest of columns, the purposes and the rules say together.
//!
//! Invariant: every column of the manifest is counted under one purpose.

use crate::retention::Rules;
use lasna_store::retention::{MANIFEST, PURPOSES_TEXT};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the manifest says of a column.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ColumnSays {
    pub class: String,
    pub purpose: String,
    pub retention: String,
    /// How it may leave the node; empty where it never does.
    #[serde(default)]
    pub leaves: String,
}

/// What data are processed for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PurposeSays {
    /// Its place in papers.
    pub rank: u8,
    /// Kept so that the rest is safe and in order; a notice tells all such in one line.
    pub housekeeping: bool,
    pub people: Vec<String>,
    pub basis: String,
    pub special: bool,
    pub receives: Vec<String>,
}

/// Columns by table.
pub type Manifest = BTreeMap<String, BTreeMap<String, ColumnSays>>;

/// The manifest, which is part of the program.
///
/// # Errors
/// Where it cannot be read.
pub fn manifest() -> Result<Manifest, String> {
    toml::from_str(MANIFEST).map_err(|error| error.to_string())
}

/// One purpose with what stands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Entry {
    pub purpose: String,
    pub says: PurposeSays,
    pub classes: BTreeSet<String>,
    pub tables: BTreeSet<String>,
    pub columns: usize,
    /// Rules by which its tables are erased.
    pub rules: BTreeSet<String>,
}

/// The register.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Register {
    pub entries: Vec<Entry>,
    pub tables: usize,
    pub columns: usize,
    /// Columns that may leave in files for another system.
    pub exported: usize,
    /// Columns in the copy that a person gets.
    pub copied: usize,
}

impl Register {
    /// Puts it together.
    ///
    /// # Errors
    /// Where a file of the program does not fit the others.
    pub fn of(rules: &Rules) -> Result<Register, String> {
        let manifest = manifest()?;
        let purposes: BTreeMap<String, PurposeSays> =
            toml::from_str(PURPOSES_TEXT).map_err(|error| error.to_string())?;
        let mut register = Register {
            entries: Vec::new(),
            tables: manifest.len(),
            columns: 0,
            exported: 0,
            copied: 0,
        };
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for (table, columns) in &manifest {
            for says in columns.values() {
                let purpose = purposes.get(&says.purpose);
                let purpose = purpose.ok_or_else(|| format!("no purpose {:?}", says.purpose))?;
                let entry = entries
                    .entry(says.purpose.clone())
                    .or_insert_with(|| Entry {
                        purpose: says.purpose.clone(),
                        says: purpose.clone(),
                        classes: BTreeSet::new(),
                        tables: BTreeSet::new(),
                        columns: 0,
                        rules: BTreeSet::new(),
                    });
                entry.classes.insert(says.class.clone());
                entry.tables.insert(table.clone());
                entry.columns += 1;
                let rule = rules.of_table(table);
                entry.rules.extend(rule.map(|rule| rule.name.clone()));
                register.columns += 1;
                register.exported += usize::from(says.leaves.contains("export"));
                register.copied += usize::from(says.leaves.contains("subject"));
            }
        }
        let mut names = purposes.keys();
        if let Some(name) = names.find(|name| !entries.contains_key(*name)) {
            return Err(format!("no column is for the purpose {name:?}"));
        }
        // Entries of the log about a pupil and others have a rule each.
        if let Some(log) = entries.get_mut("proof of access") {
            log.rules.insert("log_of_pupils".to_owned());
        }
        register.entries = entries.into_values().collect();
        register.entries.sort_by_key(|entry| entry.says.rank);
        Ok(register)
    }
}

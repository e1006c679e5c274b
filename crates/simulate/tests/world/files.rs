//! The files of one world as tables of text.
//!
//! Invariant: a field is found by its column's name, never by place.

use lasna_simulate::{MemoryOutput, Options, Summary, Town, write, write_town};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

/// A table with its columns.
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn read(bytes: &[u8]) -> Table {
        let mut reader = csv::Reader::from_reader(bytes);
        let text = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let columns = text(reader.headers().unwrap());
        Table {
            columns,
            rows: reader
                .records()
                .map(|record| text(&record.unwrap()))
                .collect(),
        }
    }

    /// The place of a column.
    pub fn at(&self, column: &str) -> usize {
        self.columns
            .iter()
            .position(|c| c == column)
            .unwrap_or_else(|| panic!("no {column}"))
    }

    /// The named fields of every row.
    pub fn pick<const N: usize>(&self, columns: [&str; N]) -> impl Iterator<Item = [&str; N]> {
        let places = columns.map(|column| self.at(column));
        self.rows
            .iter()
            .map(move |row| places.map(|place| row[place].as_str()))
    }
}

/// All files of a world.
pub struct World {
    pub summary: Summary,
    pub tables: BTreeMap<String, Table>,
    pub roster: BTreeMap<String, Table>,
    pub mapping: String,
    pub truth: Value,
}

impl World {
    /// Draws a world and reads it.
    pub fn draw(pupils: u32, seed: u64, weeks: Option<u16>) -> World {
        let mut output = MemoryOutput::default();
        let options = Options {
            pupils,
            seed,
            weeks,
            truth: true,
        };
        let summary = write(&options, &mut output).unwrap();
        World::read(summary, &output.files())
    }

    /// Writes the demo town and reads it.
    pub fn town() -> (Town, World) {
        let mut output = MemoryOutput::default();
        let town = write_town(&mut output).unwrap();
        let world = World::read(town.summary.clone(), &output.files());
        (town, world)
    }

    fn read(summary: Summary, files: &BTreeMap<String, Vec<u8>>) -> World {
        let tables = files.iter().filter(|(name, _)| name.ends_with(".csv"));
        let tables = tables
            .map(|(name, bytes)| (name.clone(), Table::read(bytes)))
            .collect();
        let mut zip = zip::ZipArchive::new(Cursor::new(&files["roster.zip"])).unwrap();
        let mut roster = BTreeMap::new();
        for place in 0..zip.len() {
            let mut member = zip.by_index(place).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            roster.insert(member.name().unwrap().into_owned(), Table::read(&bytes));
        }
        World {
            summary,
            tables,
            roster,
            mapping: String::from_utf8(files["mapping.toml"].clone()).unwrap(),
            truth: files
                .get("truth.json")
                .map_or(Value::Null, |bytes| serde_json::from_slice(bytes).unwrap()),
        }
    }

    /// The different values of a column.
    pub fn distinct(&self, table: &str, column: &str) -> BTreeSet<&str> {
        self.tables[table]
            .pick([column])
            .map(|[value]| value)
            .collect()
    }
}

//! A backup is read into an empty place, on either engine, and compared on the way.
//!
//! Every row goes in inside one transaction; before it is committed the rows are read out of the new
//! place again and their hash is compared with that of the rows that went in.
//!
//! Invariant: of a backup with a damaged part nothing stays in the place.

use super::archive::{Counted, Header, Kind, Reader, Schema, TableHead, Trailer, hex};
use super::erased::Erasures;
use super::error::{BackupError, Part};
use super::rows;
use super::seal::{Identity, open};
use lasna_seal::KeySource;
use lasna_store::Store;
use lasna_store::backup::{Filling, TableShape};
use lasna_store::db::{Param, Place};
use sha2::{Digest as _, Sha256};
use std::io::{self, BufRead};
use std::sync::Arc;

/// Where carried files go.
pub trait FilePlace {
    /// A file begins.
    ///
    /// # Errors
    /// Those of the place.
    fn begin(&mut self, path: &str) -> io::Result<()>;
    /// A part of it.
    ///
    /// # Errors
    /// Those of the place.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// It ends.
    ///
    /// # Errors
    /// Those of the place.
    fn end(&mut self) -> io::Result<()>;
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Restored {
    pub header: Header,
    pub schema: i64,
    pub providers: Vec<String>,
    pub tables: Vec<Counted>,
    pub files: Vec<Counted>,
    pub rows: u64,
    /// Rows that the erasure list held back.
    pub erased: u64,
}

/// Reads a backup into an empty place; its schema stays that of the backup.
///
/// # Errors
/// [`BackupError`], with the damaged part; then nothing is in the place.
pub fn restore(
    input: impl BufRead,
    identities: &[Identity],
    place: (Place, Arc<dyn KeySource>),
    erased: &Erasures,
    files: &mut dyn FilePlace,
) -> Result<(Store, Restored), BackupError> {
    let mut reader = Reader::new(open(input, identities)?)?;
    let header: Header = reader.json(Kind::Header)?;
    let (files, schema) = read_files(&mut reader, files)?;
    if schema.number > Store::schema_known() {
        return Err(BackupError::Key(format!(
            "the backup has schema {}, this program knows {}: use the newer program",
            schema.number,
            Store::schema_known()
        )));
    }
    let (store, (tables, rows, held_back)) =
        Store::filled(place, schema.number, |filling: &mut Filling<'_, '_>| {
            let mut fill = Fill {
                reader: &mut reader,
                erased,
                held_back: 0,
            };
            let tables = fill.tables(filling, &schema)?;
            let rows = fill.end(&tables, files.len())?;
            Ok::<_, BackupError>((tables, rows, fill.held_back))
        })?;
    let restored = Restored {
        header,
        schema: schema.number,
        providers: schema.providers,
        tables,
        files,
        rows,
        erased: held_back,
    };
    Ok((store, restored))
}

/// Whether a path stays where carried files may go.
fn is_safe(path: &str) -> bool {
    let below = path.starts_with("audit/") || path.starts_with("keys/");
    let plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', ':'])
    };
    below && path.split('/').all(plain)
}

fn read_files(
    reader: &mut Reader<'_>,
    place: &mut dyn FilePlace,
) -> Result<(Vec<Counted>, Schema), BackupError> {
    let mut files = Vec::new();
    loop {
        reader.part = Part::Schema;
        let (kind, bytes, _) = reader.next()?;
        match kind {
            Kind::Schema => {
                let schema = serde_json::from_slice(bytes).ok();
                let schema = schema.ok_or_else(|| reader.damaged("it cannot be read"))?;
                return Ok((files, schema));
            }
            Kind::File => {
                let path: Option<String> = serde_json::from_slice(bytes).ok();
                let path = path.filter(|path| is_safe(path));
                let path = path.ok_or_else(|| reader.damaged("a file with no possible path"))?;
                files.push(read_file(reader, place, &path)?);
            }
            _ => return Err(reader.damaged(format!("{kind:?} was not expected"))),
        }
    }
}

fn read_file(
    reader: &mut Reader<'_>,
    place: &mut dyn FilePlace,
    path: &str,
) -> Result<Counted, BackupError> {
    reader.part = Part::File(path.to_owned());
    let refused = |error| BackupError::Place(path.to_owned(), error);
    place.begin(path).map_err(refused)?;
    let (mut hash, mut count) = (Sha256::new(), 0);
    loop {
        let (kind, bytes, _) = reader.next()?;
        match kind {
            Kind::Data => {
                hash.update(bytes);
                count += bytes.len() as u64;
                place.write(bytes).map_err(refused)?;
            }
            Kind::FileEnd => {
                let said: Option<Counted> = serde_json::from_slice(bytes).ok();
                let counted = Counted {
                    name: path.to_owned(),
                    count,
                    sha256: hex(hash),
                };
                if said.as_ref() != Some(&counted) {
                    return Err(reader.damaged("its length or hash is another"));
                }
                place.end().map_err(refused)?;
                return Ok(counted);
            }
            _ => return Err(reader.damaged(format!("{kind:?} was not expected"))),
        }
    }
}

/// Of an erased person the number stays, with this word in place of the source's id (`None`), so that
/// it is not given to another.
fn number_left<'r>(
    head: &TableHead,
    row: &[Param<'r>],
) -> Option<(Vec<Option<Param<'r>>>, String)> {
    let at = |name: &str| head.columns.iter().position(|column| column == name);
    let (id, no) = (at("id")?, at("no")?);
    let Param::Int(number) = *row.get(no)? else {
        return None;
    };
    let left = row.iter().enumerate();
    let left = left.map(|(i, value)| (i != id).then_some(*value)).collect();
    (head.name == "entity").then(|| (left, format!("erased:{number}")))
}

struct Fill<'f, 'r> {
    reader: &'f mut Reader<'r>,
    erased: &'f Erasures,
    held_back: u64,
}

impl Fill<'_, '_> {
    fn tables(
        &mut self,
        filling: &mut Filling<'_, '_>,
        schema: &Schema,
    ) -> Result<Vec<Counted>, BackupError> {
        let shapes = filling.tables().to_vec();
        let mut here: Vec<&str> = shapes.iter().map(|shape| shape.name.as_str()).collect();
        let mut there: Vec<&str> = schema.tables.iter().map(String::as_str).collect();
        here.sort_unstable();
        there.sort_unstable();
        self.reader.part = Part::Schema;
        if here != there {
            let text = format!("its tables are not those of schema {}", schema.number);
            return Err(self.reader.damaged(text));
        }
        let mut counted = Vec::new();
        for name in &schema.tables {
            self.reader.part = Part::Table(name.clone(), 0);
            let head: TableHead = self.reader.json(Kind::Table)?;
            let shape = shapes.iter().find(|shape| shape.name == head.name);
            match shape.filter(|shape| head.name == *name && TableHead::of(shape) == head) {
                Some(shape) => counted.push(self.table(filling, shape, &head)?),
                None => {
                    return Err(self
                        .reader
                        .damaged("its columns are not those of its schema"));
                }
            }
        }
        Ok(counted)
    }

    /// Fills a table and looks at what is in it then; gives what the backup says of it.
    fn table(
        &mut self,
        filling: &mut Filling<'_, '_>,
        shape: &TableShape,
        head: &TableHead,
    ) -> Result<Counted, BackupError> {
        let mut kept = Sha256::new();
        let mut said = None;
        let names = shape.names();
        let put_in = filling.fill(&shape.name, &names, |put| {
            said = Some(self.rows(head, &mut kept, put)?);
            Ok::<(), BackupError>(())
        })?;
        let (mut again, mut found, mut bytes) = (Sha256::new(), 0, Vec::new());
        filling.rows(shape, |row| {
            bytes.clear();
            for value in row.to_row()?.values() {
                rows::put(&mut bytes, value.as_param());
            }
            again.update(&bytes);
            found += 1;
            Ok::<(), BackupError>(())
        })?;
        if (found, hex(again)) != (put_in, hex(kept)) {
            return Err(self
                .reader
                .damaged("what was put in does not come out again"));
        }
        said.ok_or_else(|| self.reader.damaged("it has no end"))
    }

    fn rows(
        &mut self,
        head: &TableHead,
        kept: &mut Sha256,
        put: &mut dyn FnMut(&[Param<'_>]) -> Result<(), lasna_store::db::DbError>,
    ) -> Result<Counted, BackupError> {
        let (mut hash, mut count) = (Sha256::new(), 0);
        loop {
            let (kind, bytes, _) = self.reader.next()?;
            if kind == Kind::TableEnd {
                let said: Option<Counted> = serde_json::from_slice(bytes).ok();
                let counted = Counted {
                    name: head.name.clone(),
                    count,
                    sha256: hex(hash),
                };
                return match said {
                    Some(said) if said == counted => Ok(counted),
                    _ => Err(self.reader.damaged("its count or hash is another")),
                };
            }
            if kind != Kind::Rows {
                return Err(self.reader.damaged(format!("{kind:?} was not expected")));
            }
            hash.update(bytes);
            let mut rest = bytes;
            while !rest.is_empty() {
                let before = rest;
                let row: Option<Vec<Param<'_>>> =
                    head.columns.iter().map(|_| rows::take(&mut rest)).collect();
                let Some(row) = row else {
                    return Err(self.reader.damaged("a row cannot be read"));
                };
                if self.erased.covers(&head.name, &head.columns, &row) {
                    self.held_back += 1;
                    if let Some((left, word)) = number_left(head, &row) {
                        let left: Vec<Param<'_>> = left
                            .into_iter()
                            .map(|value| value.unwrap_or(Param::Text(&word)))
                            .collect();
                        put(&left)?;
                        let mut bytes = Vec::new();
                        left.iter().for_each(|value| rows::put(&mut bytes, *value));
                        kept.update(&bytes);
                    }
                } else {
                    put(&row)?;
                    kept.update(&before[..before.len() - rest.len()]);
                }
                count += 1;
            }
            self.reader.part = Part::Table(head.name.clone(), count);
        }
    }

    fn end(&mut self, tables: &[Counted], files: usize) -> Result<u64, BackupError> {
        self.reader.part = Part::Trailer;
        let (kind, bytes, whole) = self.reader.next()?;
        let said: Option<Trailer> = serde_json::from_slice(bytes).ok();
        let rows = tables.iter().map(|table| table.count).sum();
        let counted = Trailer {
            tables: tables.len() as u64,
            rows,
            files: files as u64,
            sha256: whole.unwrap_or_default(),
        };
        if kind != Kind::Trailer || said != Some(counted) {
            return Err(self.reader.damaged("its counts or its hash do not fit"));
        }
        self.reader.end()?;
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn a_carried_file_stays_in_its_folder() {
        for path in [
            "audit/checkpoint",
            "audit/tile/0/x001/002",
            "keys/master.key",
        ] {
            assert!(is_safe(path), "{path}");
        }
        for path in [
            "audit/../../etc/passwd",
            "/etc/passwd",
            "audit//x",
            "audit/",
            "lasna.sqlite3",
            "audit/c:\\x",
            "keys/./x",
        ] {
            assert!(!is_safe(path), "{path}");
        }
    }
}

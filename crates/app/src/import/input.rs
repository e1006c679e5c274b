//! Files to readers: which reader a file is for, and the order in which they are read.
//!
//! The roster comes first, then calendar, lessons, timetables, registers and marks, whatever the
//! order on the command line, so that references find what they name.
//!
//! Invariant: a file that no reader takes is named in the report, never passed over in silence.

use super::stage::Stage;
use lasna_domain::calendar::Instant;
use lasna_domain::roster::RecordKind;
use lasna_formats::edfi;
use lasna_formats::finding::{Finding, Severity};
use lasna_formats::limits::Limits;
use lasna_formats::oneroster::{self, FileKind, Mode};
use lasna_formats::rows::Sink;
use lasna_formats::sis::mapping::{CodeRule, Registers};
use lasna_formats::sis::{self, Mapping, Table};
use std::collections::BTreeSet;
use std::io::{Read, Seek};

/// What a zip needs of its bytes.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// One file to import.
pub struct Input {
    /// Its name, as the user knows it.
    pub name: String,
    /// Its bytes.
    pub bytes: Box<dyn ReadSeek>,
}

/// What the readers said beside the rows.
#[derive(Debug, Default)]
pub(super) struct ReadInputs {
    /// Kinds of which the input is all there is.
    pub bulk: BTreeSet<RecordKind>,
    pub structure_known_from: Option<Instant>,
    /// How registers are kept, where a mapping was among the inputs.
    pub registers: Option<Registers>,
    /// Whether any file was for a reader.
    pub any: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Mapping,
    Bundle,
    RosterFile,
    EdFi(u8),
    Table(Table),
    Page,
    Other,
}

impl Kind {
    /// The word of its reader, where a file of the kind brings rows.
    const fn reader(self) -> Option<&'static str> {
        match self {
            Kind::Bundle | Kind::RosterFile => Some("oneroster"),
            Kind::EdFi(_) => Some("edfi"),
            Kind::Table(_) => Some("register"),
            Kind::Page => Some("page"),
            Kind::Mapping | Kind::Other => None,
        }
    }
}

/// What each file is by its name: the word of its reader, `mapping`, or `None` where nothing reads
/// it.
pub fn recognised(names: &[&str]) -> Vec<Option<&'static str>> {
    let roster_folder = is_roster_folder(names.iter().copied());
    let word = |name: &&str| match kind_of(name, roster_folder) {
        Kind::Mapping => Some("mapping"),
        kind => kind.reader(),
    };
    names.iter().map(word).collect()
}

fn is_roster_folder<'n>(names: impl Iterator<Item = &'n str> + Clone) -> bool {
    let has = |end: &str| names.clone().any(|name| name.ends_with(end));
    has("manifest.csv") || (has("users.csv") && has("orgs.csv"))
}

fn kind_of(name: &str, roster_folder: bool) -> Kind {
    let base = name
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(name)
        .to_ascii_lowercase();
    let (stem, ext) = base.rsplit_once('.').unwrap_or((&base, ""));
    match ext {
        "toml" if stem.contains("mapping") => Kind::Mapping,
        "zip" => Kind::Bundle,
        "xml" => Kind::EdFi(match stem {
            "educationorganization" => 0,
            "educationorgcalendar" => 1,
            "student" => 2,
            _ => 3,
        }),
        "html" | "htm" => Kind::Page,
        "csv" => match Table::of_file_name(&base) {
            Some(table) => Kind::Table(table),
            None if roster_folder => Kind::RosterFile,
            None => Kind::Other,
        },
        _ => Kind::Other,
    }
}

/// Reads all inputs into the stage.
pub(super) fn read_all(
    inputs: Vec<Input>,
    limits: &Limits,
    decided: &[(String, CodeRule)],
    stage: &mut Stage<'_>,
) -> ReadInputs {
    let mut found = ReadInputs::default();
    let roster_folder = is_roster_folder(inputs.iter().map(|input| input.name.as_str()));
    let mut inputs: Vec<(Kind, Input)> = inputs
        .into_iter()
        .map(|input| (kind_of(&input.name, roster_folder), input))
        .collect();
    inputs.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    let mut mapping = None;
    let mut mapping_broken = false;
    let mut folder = oneroster::MemoryFolder::default();
    let mut folder_files = 0;
    for (kind, mut input) in inputs {
        if kind > Kind::RosterFile && folder_files > 0 {
            let outcome = oneroster::read_folder("", &mut folder, limits, stage);
            note_bulk(&outcome, &mut found);
            folder_files = 0;
        }
        found.any |= kind != Kind::Other;
        stage.report.readers.extend(kind.reader());
        match kind {
            Kind::Mapping => {
                mapping = read_mapping(&mut input, stage, &mut found).map(|m| with(m, decided));
                mapping_broken = mapping.is_none();
            }
            // Another mapping would say of every row that it is wrong.
            Kind::Table(_) | Kind::Page if mapping_broken => {}
            Kind::Bundle => {
                let outcome = oneroster::read_bundle(&input.name, input.bytes, limits, stage);
                note_bulk(&outcome, &mut found);
            }
            Kind::RosterFile => {
                if let Some(bytes) = read_bytes(&mut input, limits, stage) {
                    let base = input.name.rsplit(['/', '\\']).next().unwrap_or(&input.name);
                    folder.0.push((base.to_owned(), bytes));
                    folder_files += 1;
                }
            }
            Kind::EdFi(_) => {
                edfi::read_interchange(&input.name, input.bytes, limits, stage);
            }
            Kind::Table(table) => {
                if let Some(mapping) = usable(&mut mapping, decided) {
                    sis::read_table(table, &input.name, input.bytes, mapping, limits, stage);
                }
            }
            Kind::Page => {
                if let Some(mapping) = usable(&mut mapping, decided) {
                    read_page(input, mapping, limits, stage);
                }
            }
            Kind::Other => stage.report.ignored.push(input.name),
        }
    }
    if folder_files > 0 {
        let outcome = oneroster::read_folder("", &mut folder, limits, stage);
        note_bulk(&outcome, &mut found);
    }
    if let Some(registers) = found.registers {
        stage.set_presumed(registers == Registers::ExceptionsOnly);
    }
    found
}

fn read_page(mut input: Input, mapping: &Mapping, limits: &Limits, stage: &mut Stage<'_>) {
    let Some(bytes) = read_bytes(&mut input, limits, stage) else {
        return;
    };
    // The page does not say whose it is: the file's name does, without its ending.
    let base = input.name.rsplit(['/', '\\']).next().unwrap_or(&input.name);
    let pupil = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let page_of = sis::wilma::PageOf {
        pupil,
        school: None,
        year_of: None,
    };
    let name = &input.name;
    sis::wilma::read_lesson_notes(name, &bytes, &page_of, mapping, limits, stage);
}

/// The mapping that was read, else the canonical one.
fn usable<'m>(
    mapping: &'m mut Option<Mapping>,
    decided: &[(String, CodeRule)],
) -> Option<&'m Mapping> {
    if mapping.is_none() {
        *mapping = sis::preset("canonical").map(|canonical| with(canonical, decided));
    }
    mapping.as_ref()
}

/// The mapping with what people decided of codes.
fn with(mut mapping: Mapping, decided: &[(String, CodeRule)]) -> Mapping {
    for (code, rule) in decided {
        mapping.decide(code, *rule);
    }
    mapping
}

fn read_mapping(
    input: &mut Input,
    stage: &mut Stage<'_>,
    found: &mut ReadInputs,
) -> Option<Mapping> {
    let fatal = |row, column, code, message| Finding {
        file: input.name.clone(),
        row,
        column,
        code,
        severity: Severity::Fatal,
        message,
        values: Vec::new(),
    };
    let mut text = String::new();
    if input.bytes.read_to_string(&mut text).is_err() {
        stage.finding(fatal(
            0,
            None,
            "P01",
            "is not text in UTF-8: save it as UTF-8".into(),
        ));
        return None;
    }
    match sis::read_mapping(&text) {
        Ok(mapping) => {
            found.structure_known_from = mapping.structure_known_from;
            found.registers = Some(mapping.registers);
            Some(mapping)
        }
        Err(problems) => {
            for problem in problems {
                let column = Some(problem.column.to_string());
                let line = u64::from(problem.line);
                stage.finding(fatal(line, column, problem.code, problem.message));
            }
            None
        }
    }
}

fn read_bytes(input: &mut Input, limits: &Limits, stage: &mut Stage<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte over the limit is enough to know.
    let read = input
        .bytes
        .by_ref()
        .take(limits.bytes_max + 1)
        .read_to_end(&mut bytes);
    let wrong = match read {
        Err(_) => ("X00", "cannot be read: check the file and its rights"),
        Ok(_) if bytes.len() as u64 > limits.bytes_max => (
            "X01",
            "is larger than the limit: split it, or ask for a smaller export",
        ),
        Ok(_) => return Some(bytes),
    };
    stage.finding(Finding {
        file: input.name.clone(),
        row: 0,
        column: None,
        code: wrong.0,
        severity: Severity::Fatal,
        message: wrong.1.into(),
        values: Vec::new(),
    });
    None
}

fn note_bulk(outcome: &oneroster::Outcome, found: &mut ReadInputs) {
    let kinds = [
        (FileKind::Orgs, RecordKind::Org),
        (FileKind::Sessions, RecordKind::Session),
        (FileKind::Courses, RecordKind::Course),
        (FileKind::Classes, RecordKind::Group),
        (FileKind::Users, RecordKind::Person),
        (FileKind::Roles, RecordKind::Role),
        (FileKind::Enrolments, RecordKind::Enrolment),
        (FileKind::Demographics, RecordKind::Demographics),
    ];
    for (file, kind) in kinds {
        if outcome.mode(file) == Mode::Bulk {
            found.bulk.insert(kind);
        }
    }
}

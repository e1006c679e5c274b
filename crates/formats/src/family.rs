//! Files of families and of protected people: `relations.csv` and `protected.csv`.
//!
//! Both are small lists that somebody made or that a register answered; they are taken whole or not at
//! all. Columns go by their name in the first row, in any order.
//!
//! Invariant: a line that is not understood is told with its number, its column and what would do, and
//! nothing of the line is repeated.

use lasna_domain::access::family::{AdultKind, Matter, Matters, RelationSource};
use lasna_domain::calendar::Day;

/// One line of `relations.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RelationLine {
    pub line: u64,
    /// Source ids.
    pub child: String,
    pub adult: String,
    pub kind: AdultKind,
    pub decides: Matters,
    pub informed: Matters,
    pub from: Day,
    pub to: Day,
    pub source: RelationSource,
    pub contact: bool,
}

/// One line of `protected.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ProtectedLine {
    pub line: u64,
    /// Source id.
    pub person: String,
    pub from: Day,
    pub to: Day,
    /// What is known of the person, to be sealed.
    pub facts: String,
}

/// A line, a column and what would do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {column}: {mend}")]
#[allow(missing_docs, reason = "the names say it")]
pub struct FamilyProblem {
    pub line: u64,
    pub column: String,
    pub mend: String,
}

/// The columns of `relations.csv`.
pub const RELATIONS: [&str; 9] = [
    "child", "adult", "kind", "decides", "informed", "from", "to", "source", "contact",
];
/// The columns of `protected.csv`.
pub const PROTECTED: [&str; 4] = ["person", "from", "to", "facts"];

/// The last day there is: of what has no end.
const OPEN: Day = Day(i32::MAX);

struct Line<'r> {
    no: u64,
    cells: Vec<&'r str>,
    columns: &'r [&'r str],
    problems: &'r mut Vec<FamilyProblem>,
}

impl<'r> Line<'r> {
    fn cell(&self, column: &str) -> &'r str {
        let at = self.columns.iter().position(|name| *name == column);
        at.and_then(|at| self.cells.get(at).copied()).unwrap_or("")
    }

    fn wrong(&mut self, column: &str, mend: impl Into<String>) {
        self.problems.push(FamilyProblem {
            line: self.no,
            column: column.to_owned(),
            mend: mend.into(),
        });
    }

    /// A value that a column must have.
    fn read<T>(&mut self, column: &str, mend: &str, of: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = of(self.cell(column));
        if value.is_none() {
            self.wrong(column, mend);
        }
        value
    }

    fn id(&mut self, column: &str) -> Option<String> {
        self.read(column, "give the person's id in the source", |text| {
            (!text.is_empty()).then(|| text.to_owned())
        })
    }

    fn day(&mut self, column: &str, empty: Day) -> Option<Day> {
        self.read(
            column,
            "give a day as 2026-08-01, or leave it empty",
            |text| match text {
                "" => Some(empty),
                text => text.parse().ok(),
            },
        )
    }

    fn matters(&mut self, column: &str) -> Option<Matters> {
        let codes: Vec<&str> = Matter::ALL.iter().map(|matter| matter.as_code()).collect();
        let mend = format!(
            "give some of {} with blanks between, or nothing",
            codes.join(", ")
        );
        self.read(column, &mend, |text| Matters::parse(text).ok())
    }
}

fn one_of(codes: impl Iterator<Item = &'static str>) -> String {
    format!("give one of {}", codes.collect::<Vec<_>>().join(", "))
}

/// Reads the lines of a file with the columns that it must have.
fn lines<T>(
    text: &str,
    wanted: &[&str],
    mut each: impl FnMut(&mut Line<'_>) -> Option<T>,
) -> Result<Vec<T>, Vec<FamilyProblem>> {
    let mut problems = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let unread = |line: u64| FamilyProblem {
        line,
        column: "the whole line".to_owned(),
        mend: "write it as CSV, with as many cells as the first row".to_owned(),
    };
    let head = reader.headers().cloned().map_err(|_| vec![unread(1)])?;
    let columns: Vec<&str> = head.iter().collect();
    for name in wanted.iter().filter(|name| !columns.contains(name)) {
        problems.push(FamilyProblem {
            line: 1,
            column: (*name).to_owned(),
            mend: "add this column".to_owned(),
        });
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut all = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let no = record.position().map_or(0, csv::Position::line);
                let mut line = Line {
                    no,
                    cells: record.iter().collect(),
                    columns: &columns,
                    problems: &mut problems,
                };
                all.extend(each(&mut line));
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(unread(line));
            }
        }
    }
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(problems)
    }
}

/// Reads `relations.csv`.
///
/// # Errors
/// Everything that is wrong in it.
pub fn read_relations(text: &str) -> Result<Vec<RelationLine>, Vec<FamilyProblem>> {
    let kinds = one_of(AdultKind::ALL.iter().map(|kind| kind.as_code()));
    let sources = one_of(RelationSource::ALL.iter().map(|source| source.as_code()));
    lines(text, &RELATIONS, |line| {
        let child = line.id("child");
        let adult = line.id("adult");
        let kind = line.read("kind", &kinds, AdultKind::from_code);
        let decides = line.matters("decides");
        let informed = line.matters("informed");
        let from = line.day("from", Day(0));
        let to = line.day("to", OPEN);
        let source = line.read("source", &sources, RelationSource::from_code);
        let contact = line.read("contact", "give yes or no", |text| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        });
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            line.wrong("to", "give a day that is not before the first");
        }
        Some(RelationLine {
            line: line.no,
            child: child?,
            adult: adult?,
            kind: kind?,
            decides: decides?,
            informed: informed?,
            from: from?,
            to: to?,
            source: source?,
            contact: contact?,
        })
    })
}

/// Reads `protected.csv`.
///
/// # Errors
/// Everything that is wrong in it.
pub fn read_protected(text: &str) -> Result<Vec<ProtectedLine>, Vec<FamilyProblem>> {
    lines(text, &PROTECTED, |line| {
        let person = line.id("person");
        let from = line.day("from", Day(0));
        let to = line.day("to", OPEN);
        Some(ProtectedLine {
            line: line.no,
            person: person?,
            from: from?,
            to: to?,
            facts: line.cell("facts").to_owned(),
        })
    })
}

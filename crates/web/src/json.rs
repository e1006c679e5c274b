//! The shapes of answers, shared by the machine endpoints and `lasna --json`.
//!
//! Invariant: minutes are integers, dates ISO 8601; a rate is never sent without its parts.

use lasna_app::import::{Counts, Report};
use lasna_app::{CheckFinding, Explanation, FigureRow, WatchRow};
use lasna_domain::attendance::Figures;
use lasna_formats::finding::Finding;
use serde::Serialize;
use std::collections::BTreeMap;

/// Figures of one unit.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of Figures")]
pub struct FiguresJson {
    pub id: String,
    #[serde(flatten)]
    pub sums: SumsJson,
}

/// The sums of minutes, and what they rest on.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of Figures")]
pub struct SumsJson {
    pub possible: u64,
    pub present: u64,
    pub elsewhere: u64,
    pub authorised: u64,
    pub unauthorised: u64,
    pub unresolved: u64,
    pub unmarked: u64,
    pub late: u64,
    pub absent: u64,
    pub marked: u64,
    pub days: u64,
    pub denominator: &'static str,
    pub completeness: &'static str,
}

impl From<&Figures> for SumsJson {
    fn from(figures: &Figures) -> SumsJson {
        SumsJson {
            possible: figures.possible,
            present: figures.present,
            elsewhere: figures.elsewhere,
            authorised: figures.authorised,
            unauthorised: figures.unauthorised,
            unresolved: figures.unresolved,
            unmarked: figures.unmarked,
            late: figures.late,
            absent: figures.absent(),
            marked: figures.marked(),
            days: figures.days,
            denominator: figures.denominator_code(),
            completeness: figures.completeness_code(),
        }
    }
}

impl From<&FigureRow> for FiguresJson {
    fn from(row: &FigureRow) -> FiguresJson {
        FiguresJson {
            id: row.id.clone(),
            sums: (&row.figures).into(),
        }
    }
}

/// One pupil and one step.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of WatchRow")]
pub struct WatchJson {
    pub pupil: String,
    pub school: String,
    pub class: String,
    pub step: String,
    pub rule: String,
    pub first_day: String,
    pub counted: u64,
    pub absent: u64,
    pub marked: u64,
    pub possible: u64,
    pub completeness: &'static str,
    pub denominator: &'static str,
}

impl From<&WatchRow> for WatchJson {
    fn from(row: &WatchRow) -> WatchJson {
        WatchJson {
            pupil: row.pupil.clone(),
            school: row.school.clone(),
            class: row.class.clone(),
            step: row.step.clone(),
            rule: row.rule.clone(),
            first_day: row.first_day.to_string(),
            counted: row.counted,
            absent: row.figures.absent(),
            marked: row.figures.marked(),
            possible: row.figures.possible,
            completeness: row.figures.completeness_code(),
            denominator: row.figures.denominator_code(),
        }
    }
}

/// A lesson of which a mark says something other than presence.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of CountedMark")]
pub struct MarkJson {
    pub date: String,
    pub start: String,
    pub class: String,
    pub presence: &'static str,
    pub approval: &'static str,
    pub minutes: u16,
    pub possible: u16,
}

/// Why a pupil is on the list.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of Explanation")]
pub struct ExplanationJson {
    pub steps: Vec<WatchJson>,
    pub marks: Vec<MarkJson>,
    pub figures: SumsJson,
    pub measures: BTreeMap<&'static str, bool>,
}

impl From<&Explanation> for ExplanationJson {
    fn from(explanation: &Explanation) -> ExplanationJson {
        let m = &explanation.measures;
        ExplanationJson {
            steps: explanation.steps.iter().map(WatchJson::from).collect(),
            marks: explanation
                .marks
                .iter()
                .map(|mark| MarkJson {
                    date: mark.day.to_string(),
                    start: mark.start.to_string(),
                    class: mark.class.clone(),
                    presence: mark.presence.as_code(),
                    approval: mark.approval.as_code(),
                    minutes: mark.minutes,
                    possible: mark.possible,
                })
                .collect(),
            figures: (&explanation.figures).into(),
            measures: BTreeMap::from([
                ("at_least_5_percent", m.at_least_5_percent),
                ("at_least_10_percent", m.at_least_10_percent),
                ("at_least_20_percent", m.at_least_20_percent),
                ("at_least_50_percent", m.at_least_50_percent),
                ("ten_days_in_a_row", m.ten_days_in_a_row),
                ("unresolved_over_7_days", m.unresolved_over_7_days),
            ]),
        }
    }
}

/// Rows of one kind.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of Counts")]
pub struct CountsJson {
    pub read: u64,
    pub added: u64,
    pub changed: u64,
    pub ended: u64,
    pub unchanged: u64,
    pub rejected: u64,
}

impl From<&Counts> for CountsJson {
    fn from(counts: &Counts) -> CountsJson {
        CountsJson {
            read: counts.read,
            added: counts.added,
            changed: counts.changed,
            ended: counts.ended,
            unchanged: counts.unchanged,
            rejected: counts.rejected,
        }
    }
}

/// Something to say of a row.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of Finding")]
pub struct FindingJson {
    pub file: String,
    /// As a spreadsheet numbers it: the header is row 1.
    pub row: u64,
    pub column: Option<String>,
    pub code: &'static str,
    pub message: String,
}

impl From<&Finding> for FindingJson {
    fn from(finding: &Finding) -> FindingJson {
        FindingJson {
            file: finding.file.clone(),
            row: finding.row_shown(),
            column: finding.column.clone(),
            code: finding.code,
            message: finding.message.clone(),
        }
    }
}

/// What an import found.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of Report")]
pub struct ReportJson {
    pub kinds: BTreeMap<&'static str, CountsJson>,
    pub rejected: Vec<FindingJson>,
    pub warnings: Vec<FindingJson>,
    pub warnings_cut: u64,
    pub ignored: Vec<String>,
    pub dry_run: bool,
    /// The kind of which the largest share would end, and that share in percent.
    pub fuse: Option<(&'static str, u64)>,
    pub import_id: Option<u32>,
}

impl ReportJson {
    /// A report, with whether it only looked.
    pub fn new(report: &Report, dry_run: bool) -> ReportJson {
        ReportJson {
            kinds: report
                .kinds
                .iter()
                .map(|(kind, counts)| (*kind, counts.into()))
                .collect(),
            rejected: report.rejected.iter().map(FindingJson::from).collect(),
            warnings: report.warnings.iter().map(FindingJson::from).collect(),
            warnings_cut: report.warnings_cut,
            ignored: report.ignored.clone(),
            dry_run,
            fuse: report.fuse,
            import_id: report.import_id,
        }
    }
}

/// Something in the store that cannot be right.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the words of CheckFinding")]
pub struct CheckJson {
    pub code: &'static str,
    pub message: &'static str,
    pub count: u64,
    pub example: String,
}

impl From<&CheckFinding> for CheckJson {
    fn from(finding: &CheckFinding) -> CheckJson {
        CheckJson {
            code: finding.code,
            message: finding.message,
            count: finding.count,
            example: finding.example.clone(),
        }
    }
}

//! What a reading of files found, as it is shown: differences, refused rows, warnings.
//!
//! A finding is told by its code in the language of the reader, also in the file of refused rows; the
//! English message of the reader stays on the command line.
//!
//! Invariant: a cell of a file is shown nowhere but as a code that waits for its meaning.

use super::overview::{KindView, kind_views};
use crate::pages::frame::Frame;
use lasna_app::import::{FUSE_PERCENT, Report};
use lasna_formats::finding::{Finding, Severity};
use std::collections::BTreeMap;

/// Refused rows that the page shows; the file has all.
const SHOWN: usize = 100;

/// A finding, or several of one file and code.
pub(super) struct FindingView {
    pub place: String,
    pub code: &'static str,
    pub text: String,
}

/// What was found.
pub(super) struct ReportView {
    pub kinds: Vec<KindView>,
    /// Nothing of it can be used.
    pub fatal: bool,
    /// The files have no row.
    pub empty: bool,
    /// Writing it would alter nothing.
    pub nothing: bool,
    /// How much of a kind would end.
    pub ends: Option<String>,
    /// Whether that is so much that somebody has to say that it is meant.
    pub fuse: bool,
    pub refused_title: String,
    pub refused: Vec<FindingView>,
    pub more: Option<String>,
    pub warnings: Vec<FindingView>,
    pub ignored: Vec<String>,
    /// Codes that nobody has given a meaning.
    pub unknown: Option<String>,
    pub fingerprint: u64,
}

pub(super) fn report_view(frame: &Frame, report: &Report) -> ReportView {
    let counts = report.kinds.iter().map(|(kind, c)| (*kind, c));
    let fatal = report.is_fatal();
    let refused = report.rejected.iter();
    let fuse = report.fuse.filter(|(_, percent)| *percent > 0);
    let codes = report.unknown_codes.len() as u64;
    let more = report.rejected.len().saturating_sub(SHOWN) as u64;
    ReportView {
        // What was counted before a fatal fault is not the difference.
        kinds: if fatal {
            Vec::new()
        } else {
            kind_views(frame, counts)
        },
        fatal,
        empty: report.is_empty(),
        nothing: report.alters_nothing(),
        ends: fuse.map(|(kind, percent)| {
            let (kind, percent) = (frame.code("import_kind", kind), percent.to_string());
            frame.fill("imports.ends", &[("kind", &kind), ("percent", &percent)])
        }),
        fuse: report
            .fuse
            .is_some_and(|(_, percent)| percent > FUSE_PERCENT),
        refused_title: frame.count("imports.refused", report.rejected.len() as u64),
        refused: refused.take(SHOWN).map(|f| one(frame, f)).collect(),
        more: (more > 0).then(|| frame.count("imports.more_refused", more)),
        warnings: grouped(frame, &report.warnings),
        ignored: report.ignored.clone(),
        unknown: (codes > 0).then(|| frame.count("imports.unknown_codes", codes)),
        fingerprint: report.fingerprint,
    }
}

fn one(frame: &Frame, finding: &Finding) -> FindingView {
    let mut places = vec![finding.file.clone()];
    places.extend(row_and_column(frame, finding));
    FindingView {
        place: places.join(" · "),
        code: finding.code,
        text: sentence(frame, finding),
    }
}

/// The row as a spreadsheet shows it and the column, where there are some.
fn row_and_column(frame: &Frame, finding: &Finding) -> Vec<String> {
    let row = (finding.row > 0).then(|| {
        let row = finding.row_shown().to_string();
        format!("{} {row}", frame.text("imports.row"))
    });
    row.into_iter().chain(finding.column.clone()).collect()
}

fn sentence(frame: &Frame, finding: &Finding) -> String {
    let key = key_of(finding.code, finding.severity);
    let values: Vec<(&str, &str)> = finding
        .values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    frame.fill(&format!("import_finding.{key}"), &values)
}

/// A finding in the last column of the file of refused rows.
pub(super) fn told(frame: &Frame, finding: &Finding) -> String {
    let place = row_and_column(frame, finding).join(", ");
    format!("{place}: {} {}", finding.code, sentence(frame, finding))
}

/// Warnings by file and code, with how many there are.
fn grouped(frame: &Frame, warnings: &[Finding]) -> Vec<FindingView> {
    let mut sums: BTreeMap<(&str, &'static str), u64> = BTreeMap::new();
    for warning in warnings {
        *sums.entry((&warning.file, warning.code)).or_default() += 1;
    }
    sums.into_iter()
        .map(|((file, code), n)| FindingView {
            place: format!("{file} · {}", frame.number(n)),
            code,
            text: frame.code("import_finding", key_of(code, Severity::Warning)),
        })
        .collect()
}

/// Codes that mean another thing as a warning than as a refusal.
const TWO_FACED: [(&str, &str); 6] = [
    ("P01", "P01_told"),
    ("P02", "P02_told"),
    ("E02", "E02_told"),
    ("E03", "E03_told"),
    ("E15", "E15_told"),
    ("E17", "E17_told"),
];

fn key_of(code: &'static str, severity: Severity) -> &'static str {
    let told = TWO_FACED
        .iter()
        .find(|(of, _)| *of == code && severity == Severity::Warning);
    told.map_or(code, |(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasna_domain::model::Language;

    /// Every code that a reader may say, as the guide on imports lists them.
    #[test]
    fn every_code_has_a_sentence() {
        let frame = Frame::new(Language::Fi);
        let guides = [
            include_str!("../../../../../docs/how-to/import.md"),
            include_str!("../../../../../docs/formats/mapping.md"),
        ];
        let mut judged = 0;
        for line in guides.iter().flat_map(|guide| guide.lines()) {
            let first = line.split('|').nth(1).unwrap_or_default();
            for word in first.split_whitespace() {
                let is_code = word.len() == 3
                    && word.starts_with(|c| "RXEWPACH".contains(c))
                    && word[1..].bytes().all(|byte| byte.is_ascii_digit());
                if !is_code {
                    continue;
                }
                let text = frame.code("import_finding", word);
                assert!(
                    !text.starts_with("import_finding."),
                    "{word} has no sentence"
                );
                judged += 1;
            }
        }
        assert!(judged > 60, "{judged}");
    }
}

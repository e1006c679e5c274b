//! England's year-to-date files: the identities on every row that is not suppressed.
//!
//! Source: Department for Education, Open Government Licence 3.0, read from the shared data and
//! never copied here. Sessions take the place of minutes.
//!
//! Invariant: a file that is there is checked to the last row, and the count is printed.

use lasna_domain::attendance::Figures;
use lasna_testkit::shared::shared_path;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// One row by column name.
struct Row(BTreeMap<String, String>);

impl Row {
    fn text(&self, column: &str) -> &str {
        self.0
            .get(column)
            .unwrap_or_else(|| panic!("no column {column}"))
    }

    fn number(&self, column: &str) -> u64 {
        let text = self.text(column);
        text.parse()
            .unwrap_or_else(|_| panic!("{column} is {text}"))
    }

    /// The sum of reason columns by what their names say.
    fn reasons(&self, says: impl Fn(&str) -> bool) -> u64 {
        let columns = self
            .0
            .keys()
            .filter(|name| name.starts_with("reason_") && says(name));
        columns.map(|column| self.number(column)).sum()
    }

    fn figures(&self) -> Figures {
        Figures {
            possible: self.number("possible_sessions"),
            present: self.number("present_sessions"),
            elsewhere: self.number("approved_educational_activity"),
            authorised: self.number("authorised_absence"),
            unauthorised: self.number("unauthorised_absence"),
            late: self.number("reason_l_present_late_before_registers_closed"),
            ..Figures::default()
        }
    }
}

/// Rows that are not suppressed, and how many are.
fn read(path: &Path) -> (Vec<Row>, usize) {
    let mut unpack = Command::new("gzip")
        .arg("-dc")
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = csv::Reader::from_reader(unpack.stdout.take().unwrap());
    let headers: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_owned())
        .collect();
    let (mut rows, mut suppressed) = (Vec::new(), 0);
    for record in reader.records() {
        let record = record.unwrap();
        let cells = record.iter().map(str::to_owned);
        let row = Row(headers.iter().cloned().zip(cells).collect());
        if row.text("possible_sessions") == "c" {
            suppressed += 1;
        } else {
            rows.push(row);
        }
    }
    assert!(unpack.wait().unwrap().success());
    (rows, suppressed)
}

fn check_row(row: &Row) {
    let figures = row.figures();
    let place = format!("{} {}", row.text("la_name"), row.text("school_type"));
    assert!(figures.holds(), "{place}");
    let attendance = row.number("overall_attendance");
    assert_eq!(attendance, figures.present + figures.elsewhere, "{place}");
    assert_eq!(figures.absent(), row.number("overall_absence"), "{place}");
    assert_eq!(attendance + figures.absent(), figures.marked(), "{place}");
    let am_and_pm = row.number("reason_present_am") + row.number("reason_present_pm");
    assert_eq!(row.number("reason_present"), am_and_pm, "{place}");
    assert_eq!(figures.present, am_and_pm + figures.late, "{place}");
    let after_closing = row.number("reason_u_unauthorised_late_after_registers_closed");
    assert_eq!(
        row.number("late_sessions"),
        figures.late + after_closing,
        "{place}"
    );
    // Dual registered is not a possible session, whatever its column is called.
    let activity = row.reasons(|name| name.contains("_aea_") && !name.contains("_d_aea_"));
    assert_eq!(figures.elsewhere, activity, "{place}");
    let unauthorised =
        row.reasons(|name| name.contains("_unauthorised") || name == "reason_n_no_reason_yet");
    assert_eq!(figures.unauthorised, unauthorised, "{place}");
    // Codes without a column of their own are in the sum of the authorised only.
    assert!(
        row.reasons(|name| name.contains("_authorised")) <= figures.authorised,
        "{place}"
    );
    if row.text("school_type") != "Total" {
        check_percentage(row, &figures, &place);
    }
}

/// What is published agrees with what we show. Totals over phases are weighted otherwise there.
fn check_percentage(row: &Row, figures: &Figures, place: &str) {
    let published: f64 = row.text("overall_absence_perc").parse().unwrap();
    let shown = figures.rate().unwrap().hundredths_shown() as f64;
    assert!(
        (published * 100.0 - shown).abs() <= 0.500_001,
        "{place}: {published} {shown}"
    );
}

/// Phases add to the total of a place, regions to the nation.
fn check_levels(rows: &[Row]) -> usize {
    let mut places: BTreeMap<[&str; 3], BTreeMap<&str, Figures>> = BTreeMap::new();
    let mut regions: BTreeMap<&str, Figures> = BTreeMap::new();
    let mut nation: BTreeMap<&str, Figures> = BTreeMap::new();
    for row in rows {
        let phase = row.text("school_type");
        let level = row.text("geographic_level");
        let place = [level, row.text("region_code"), row.text("new_la_code")];
        assert!(
            places
                .entry(place)
                .or_default()
                .insert(phase, row.figures())
                .is_none()
        );
        match level {
            "Regional" => *regions.entry(phase).or_default() += row.figures(),
            "National" => drop(nation.insert(phase, row.figures())),
            _ => {}
        }
    }
    assert_eq!(regions, nation);
    let mut added = 0;
    for phases in places
        .values()
        .filter(|phases| phases.contains_key("Total"))
    {
        let parts = phases.iter().filter(|(phase, _)| **phase != "Total");
        let sum: Figures = parts.map(|(_, figures)| *figures).sum();
        assert_eq!(Some(&sum), phases.get("Total"));
        added += 1;
    }
    added
}

#[test]
fn identities_hold_on_every_published_row() {
    let Some(folder) = shared_path("data/uk_dfe/ytd_releases") else {
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".csv.gz"))
        .collect();
    files.sort();
    let (mut checked, mut suppressed, mut added) = (0, 0, 0);
    for file in &files {
        let (rows, hidden) = read(file);
        assert!(!rows.is_empty(), "{}", file.display());
        rows.iter().for_each(check_row);
        added += check_levels(&rows);
        checked += rows.len();
        suppressed += hidden;
    }
    println!(
        "{} files: {checked} rows checked, {suppressed} suppressed, {added} totals added",
        files.len()
    );
    assert!(checked > 0 && added > 0);
}

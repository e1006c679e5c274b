//! Rejected rows: written, mended, read again.
//!
//! What it is not: it does not test which rows are refused.
//!
//! Invariant: what nobody mended is refused again for the same reason.

use super::{latin_1, marks, read};
use lasna_formats::finding::Finding;
use lasna_formats::limits::Limits;
use lasna_formats::rows::Collected;
use lasna_formats::sis::{Table, preset, rejects};

#[test]
fn rejected_rows_are_written_mended_and_read_again() {
    let mapping = preset("primus").unwrap();
    let text = "Oppilas;Koulu;Päivämäärä;Ryhmä;Alkaa;Tunti;Tuntimerkintä;Minuutit;Osuus päivästä;\
        Kirjattu;Poistettu\n1;k;3.9.2026;;;2;TET;;;;\n=2;\"k;\"\"k\";3.9.2026;;;2;Selvitt.;;;;\n\
        3;k;3.9.26;;;2;TET;;;;\n";
    let bytes = latin_1(text);
    let (first, _) = read(Table::Marks, &mapping, &bytes);
    let problems = rejects::problems("f.csv", &first.findings, Finding::told);
    assert_eq!(problems.keys().copied().collect::<Vec<_>>(), [2, 3]);
    let limits = Limits::default();
    let write = |bytes: &[u8], problems| {
        let mut out = Vec::new();
        let n = rejects::write_rejects(bytes, &mapping, problems, &limits, &mut out).unwrap();
        (n, out)
    };
    let (n, out) = write(&bytes, &problems);
    assert_eq!(n, 2);
    let shown: String = out.iter().map(|&byte| char::from(byte)).collect();
    assert!(shown.contains("\n'=2;\"k;\"\"k\";3.9.2026;"), "{shown}");
    assert!(
        shown
            .lines()
            .all(|line| line.ends_with("problem") || line.contains("C0")),
        "{shown}"
    );
    let (again, _) = read(Table::Marks, &mapping, &out);
    let messages = |sink: &Collected| -> Vec<String> {
        sink.findings
            .iter()
            .map(|f| format!("{} {}", f.code, f.message))
            .collect()
    };
    assert_eq!(messages(&again), messages(&first));
    // Written a second time it has still one problem column, and mended it is read.
    let (_, twice) = write(
        &out,
        &rejects::problems("f.csv", &again.findings, Finding::told),
    );
    let twice: String = twice.iter().map(|&byte| char::from(byte)).collect();
    // The rows are those of the file that was read, its header being row 1.
    let moved = shown
        .replace("row 3,", "row 2,")
        .replace("row 4,", "row 3,");
    assert!(shown.contains("row 4,") && twice == moved, "{twice}");
    let own = rejects::problems("f.csv", &first.findings, |f| {
        format!("rivi {}", f.row_shown())
    });
    assert_eq!(own.into_values().collect::<Vec<_>>(), ["rivi 3", "rivi 4"]);
    let mended = shown
        .replace("Selvitt.", "TET")
        .replace("3.9.26", "3.9.2026");
    let (sink, fatal) = read(
        Table::Marks,
        &mapping,
        &mended.chars().map(|c| c as u8).collect::<Vec<_>>(),
    );
    assert!(!fatal && sink.findings.is_empty(), "{:?}", sink.findings);
    assert_eq!(marks(&sink)[0].pupil, "=2");
    assert_eq!(marks(&sink)[0].school.as_deref(), Some("k;\"k"));
}

//! Files of families and of protected people: any text.
//!
//! Invariant: each line of the file is a row or has a problem; a set of matters is read as it was written.

#![no_main]

use lasna_domain::access::family::Matters;
use lasna_formats::family::{read_protected, read_relations};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines = text.split(['\n', '\r']).count();
    match read_relations(text) {
        Ok(rows) => {
            assert!(rows.len() <= lines);
            for row in rows {
                assert!(row.from <= row.to && !row.child.is_empty() && !row.adult.is_empty());
                assert_eq!(Matters::parse(&row.decides.to_string()), Ok(row.decides));
            }
        }
        Err(problems) => assert!(!problems.is_empty()),
    }
    match read_protected(text) {
        Ok(rows) => assert!(rows.len() <= lines && rows.iter().all(|row| !row.person.is_empty())),
        Err(problems) => assert!(!problems.is_empty()),
    }
});

//! Saved pages of lesson notes: any bytes.
//!
//! Invariant: the reader ends within its limits.

#![no_main]

use lasna_formats::limits::Limits;
use lasna_formats::rows::Collected;
use lasna_formats::sis::preset;
use lasna_formats::sis::wilma::{PageOf, read_lesson_notes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(mapping) = preset("primus") else {
        return;
    };
    let limits = Limits {
        bytes_max: 1 << 20,
        ..Limits::default()
    };
    let page_of = PageOf {
        pupil: "stu1",
        school: None,
        year_of: None,
    };
    let mut sink = Collected::default();
    let _outcome = read_lesson_notes("fuzz.html", data, &page_of, &mapping, &limits, &mut sink);
});

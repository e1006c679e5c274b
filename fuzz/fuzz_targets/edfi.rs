//! Ed-Fi interchange files: any bytes.
//!
//! Invariant: the reader ends within its limits.

#![no_main]

use lasna_formats::edfi::read_interchange;
use lasna_formats::limits::Limits;
use lasna_formats::rows::Collected;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits {
        bytes_max: 1 << 20,
        rows_max: 10_000,
        ..Limits::default()
    };
    let _outcome = read_interchange("fuzz.xml", data, &limits, &mut Collected::default());
});

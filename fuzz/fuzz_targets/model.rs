//! Model files: any text; what is read is written and read again as it was.
//!
//! Invariant: reading what was written gives the same model.

#![no_main]

use lasna_formats::model::{preset, read_model, write_model};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(model) = read_model(text, &preset) {
        let again = read_model(&write_model(&model), &preset);
        assert_eq!(again.as_ref(), Ok(&model));
    }
});

//! Every statement of the product, for the test that prepares them all on both engines.
//!
//! Invariant: a statement that is not in this list is not in the crate.

use crate::facts::{FactTable, select, select_days, select_pupil};
use crate::{audit, batches, entities, records, users};
use lasna_domain::roster::RecordKind;

/// All statements.
pub fn statements() -> Vec<String> {
    let mut all: Vec<String> = [
        audit::INSERT,
        audit::LIST,
        batches::PROVIDER_OF,
        batches::PROVIDERS,
        batches::PROVIDER_INSERT,
        batches::BATCHES,
        batches::BATCH_INSERT,
        batches::UNDO_INSERT,
        entities::LIST,
        users::USER_INSERT,
        users::USER_BY_TOKEN,
        users::MODEL_INSERT,
        users::MODELS,
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(RecordKind::ALL.iter().map(|&kind| records::select(kind)));
    for table in FactTable::ALL {
        all.push(select(table));
        if table != FactTable::Setting {
            all.push(select_days(table));
        }
        if matches!(table, FactTable::Mark | FactTable::Reason) {
            all.push(select_pupil(table));
        }
    }
    all
}

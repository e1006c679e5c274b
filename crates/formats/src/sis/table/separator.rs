//! Whether the columns of a header are apart by another sign than the mapping says.
//!
//! Invariant: a header that names its columns with the sign of the mapping is never said to have another.

use super::super::columns::{Columns, HeaderFault};
use super::super::mapping::Mapping;
use super::Table;

/// Signs that exports put between columns.
const SIGNS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// The sign that fits better than the mapping's, where the header has `faults` with that.
pub(super) fn other(
    table: Table,
    mapping: &Mapping,
    header: &[String],
    faults: &[HeaderFault],
) -> Option<u8> {
    let line = header.join(&char::from(mapping.delimiter).to_string());
    let columns = |sign: u8| -> Vec<String> {
        let cells = line.split(char::from(sign));
        cells
            .map(|cell| cell.trim().trim_matches('"').to_owned())
            .collect()
    };
    let missing = |faults: &[HeaderFault]| {
        let is_missing = |fault: &&HeaderFault| matches!(fault, HeaderFault::Missing(..));
        faults.iter().filter(is_missing).count()
    };
    let now = missing(faults);
    let others = SIGNS.into_iter().filter(|sign| *sign != mapping.delimiter);
    let judged = others.filter_map(|sign| {
        let cells = columns(sign);
        let left = match Columns::resolve(table, mapping, &cells) {
            Ok(_) => 0,
            Err(faults) => missing(&faults),
        };
        // With names that nobody knows, one column of many parts still says it.
        let fits = left < now || (header.len() == 1 && cells.len() > 2);
        fits.then_some((left, std::cmp::Reverse(cells.len()), sign))
    });
    judged.min().map(|(.., sign)| sign)
}

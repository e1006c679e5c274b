//! What a reader refuses to swallow: bytes, rows, compression ratio, nesting, field length.
//!
//! The bounds are in `docs/areas/formats.md`, large enough for a city-year of marks. Each limit has
//! a test that crosses it.
//!
//! Invariant: a reader holds one row and its look-up tables in memory, never a whole file of rows.

/// Bounds of one import. Passing a bound is a [`crate::finding::Severity::Fatal`] finding `X01`–`X05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Unpacked bytes of one file (`X01`).
    pub bytes_max: u64,
    /// Data rows of one file (`X02`).
    pub rows_max: u64,
    /// Unpacked bytes for each packed byte of a zip entry (`X03`).
    pub ratio_max: u64,
    /// Depth of elements in XML or HTML (`X04`).
    pub nesting_max: usize,
    /// Bytes of one field (`X05`).
    pub field_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes_max: 4 << 30,
            rows_max: 50_000_000,
            ratio_max: 200,
            nesting_max: 64,
            field_bytes_max: 64 << 10,
        }
    }
}

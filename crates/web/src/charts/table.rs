//! The table of a chart: the same numbers as the drawing, for everybody who reads rather than looks.
//!
//! Invariant: every row has a header, and a number is marked as one.

/// One cell after the row's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// A number, or what stands in the place of one; set to the right.
    Number(String),
    /// A word or a date.
    Text(String),
}

impl Cell {
    /// There is no number: a dash in its place.
    pub fn missing() -> Cell {
        Cell::Number("–".to_owned())
    }

    /// What stands in the cell.
    pub fn text(&self) -> &str {
        match self {
            Cell::Number(text) | Cell::Text(text) => text,
        }
    }

    /// Whether the cell is set to the right.
    pub fn is_number(&self) -> bool {
        matches!(self, Cell::Number(_))
    }
}

/// A row: its header and its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableRow {
    pub header: String,
    pub cells: Vec<Cell>,
    /// The last row of a table that adds up.
    pub total: bool,
}

impl TableRow {
    /// An ordinary row.
    pub fn new(header: impl Into<String>, cells: Vec<Cell>) -> TableRow {
        TableRow {
            header: header.into(),
            cells,
            total: false,
        }
    }
}

/// A table with a caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<TableRow>,
}

impl Table {
    /// Whether a column, counted from 0 with the headers of rows, holds numbers.
    pub fn has_numbers(&self, column: &usize) -> bool {
        let cell = |row: &TableRow| row.cells.get(column.checked_sub(1)?).map(Cell::is_number);
        self.rows.iter().any(|row| cell(row) == Some(true))
    }
}

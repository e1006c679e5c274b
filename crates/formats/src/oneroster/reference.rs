//! Ids of a row, its own and those that lead to other rows (`E13`–`E15`).
//!
//! What an id leads to is looked up in a [`Table`]; what is wrong is said through the [`Line`].
//!
//! Invariant: a message shows a source id only if it has not the form of an identity code.

use super::line::{Line, Need};
use super::table::{Found, Table};

impl Line<'_> {
    /// The row's own id; `None` where it cannot have one.
    pub fn own_id<T>(&mut self, table: &Table<T>) -> Option<String> {
        let id = self.guid("sourcedId", Need::Required)?;
        if table.is_taken(&id, self.row) {
            self.reject("sourcedId", "E14", "an earlier row has the same sourcedId");
            return None;
        }
        Some(id)
    }

    /// An id of the right form (`E13`).
    pub fn guid(&mut self, column: &str, need: Need) -> Option<String> {
        let value = self.filled(column, need)?;
        self.checked_guid(column, value, need)
    }

    fn checked_guid(&mut self, column: &str, value: &str, need: Need) -> Option<String> {
        let good = |b: u8| b.is_ascii_alphanumeric() || b".-_/@".contains(&b);
        if value.len() < 256 && value.bytes().all(good) {
            return Some(value.to_owned());
        }
        let message = "an id has fewer than 256 characters out of A-Z a-z 0-9 . - _ / @";
        self.fault(column, "E13", need, message);
        None
    }

    /// An id that leads to an accepted row of another file (`E15`).
    pub fn refer<T>(&mut self, column: &str, table: &Table<T>, need: Need) -> Option<String> {
        let id = self.guid(column, need)?;
        self.resolve(column, id, table, need)
    }

    /// A list of such ids. Required: at least one, and all of them right.
    pub fn refer_all<T>(&mut self, column: &str, table: &Table<T>, need: Need) -> Vec<String> {
        let mut ids = Vec::new();
        for item in self.items(column) {
            let id = self.checked_guid(column, item, need);
            ids.extend(id.and_then(|id| self.resolve(column, id, table, need)));
        }
        if self.items(column).next().is_none() {
            self.filled(column, need);
        }
        ids
    }

    fn resolve<T>(
        &mut self,
        column: &str,
        id: String,
        table: &Table<T>,
        need: Need,
    ) -> Option<String> {
        let shown = if has_identity_code(&id) {
            "the id"
        } else {
            id.as_str()
        };
        match table.find(&id) {
            Found::There(_) | Found::Elsewhere => return Some(id),
            Found::NoFile if !self.notes.is_closed() => return Some(id),
            Found::NoFile => {
                let message = format!("{shown} cannot be found: there is no {}", table.file);
                if need == Need::Required {
                    self.warn(column, "E15", message);
                    return Some(id);
                }
                self.warn(
                    column,
                    "E15",
                    format!("{message}; the reference is left out"),
                );
            }
            Found::Refused => {
                let message = format!("{shown} is a row of {} that was refused", table.file);
                self.fault(column, "E15", need, &message);
            }
            Found::Missing => {
                let message = format!("{shown} is not in {}; add it there", table.file);
                self.fault(column, "E15", need, &message);
            }
        }
        None
    }
}

/// Whether a Finnish identity code stands in an id.
fn has_identity_code(id: &str) -> bool {
    id.as_bytes().windows(11).any(|code| {
        let [day @ .., century, n1, n2, n3, check] = code else {
            return false;
        };
        let separates = b"-+ABCDEFUVWXY".contains(&century.to_ascii_uppercase());
        separates
            && day.iter().chain([n1, n2, n3]).all(u8::is_ascii_digit)
            && check.is_ascii_alphanumeric()
    })
}

#[cfg(test)]
mod tests {
    use super::has_identity_code;

    #[test]
    fn identity_codes_are_known_by_their_form() {
        for id in ["131052-308T", "opp/130805A850J", "010101-123n"] {
            assert!(has_identity_code(id), "{id}");
        }
        for id in ["", "org-sch-222-456", "1.2.246.562.24.1", "131052-30"] {
            assert!(!has_identity_code(id), "{id}");
        }
    }
}

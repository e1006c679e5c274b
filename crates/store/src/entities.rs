//! Small numbers for the source's ids, so that facts cluster.
//!
//! A number once given is kept, also where the import that brought it was undone.
//!
//! Invariant: 0 is never given; facts use it for "none" and "all".

use crate::db::{DbError, Param, Read, Tx};
use lasna_domain::access::Scope;
use std::collections::HashMap;

/// Number of the advisory lock under which numbers are given.
pub(crate) const LOCK: i64 = 628_0001;
pub(crate) const LIST: &str =
    "SELECT no, id FROM entity WHERE provider_no = $1 AND kind = $2 ORDER BY no";

pub(crate) const NUMBER_OF: &str =
    "SELECT no FROM entity WHERE provider_no = $1 AND kind = $2 AND id = $3";

/// What has a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// Organisations.
    Org,
    /// Classes and groups.
    Group,
    /// People.
    Person,
    /// Subjects, by the source's word.
    Subject,
    /// Codes and labels of the source.
    Word,
}

impl EntityKind {
    /// All of them.
    pub const ALL: [EntityKind; 5] = [
        EntityKind::Org,
        EntityKind::Group,
        EntityKind::Person,
        EntityKind::Subject,
        EntityKind::Word,
    ];

    /// The word in the table.
    pub const fn as_code(self) -> &'static str {
        match self {
            EntityKind::Org => "org",
            EntityKind::Group => "group",
            EntityKind::Person => "person",
            EntityKind::Subject => "subject",
            EntityKind::Word => "word",
        }
    }

    /// Numbers by source id.
    ///
    /// # Errors
    /// The store's.
    pub fn numbers(
        self,
        read: &mut Read<'_>,
        scope: &Scope,
    ) -> Result<HashMap<String, u32>, DbError> {
        let mut numbers = HashMap::new();
        let params = [scope.provider().0.into(), self.as_code().into()];
        read.query_each(LIST, &params, |row| {
            numbers.insert(row.get(1)?, row.get(0)?);
            Ok::<(), DbError>(())
        })?;
        Ok(numbers)
    }

    /// The number of one source id.
    ///
    /// # Errors
    /// The store's.
    pub fn number_of(
        self,
        read: &mut Read<'_>,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<u32>, DbError> {
        // What no database can hold has no number.
        if id.contains('\0') {
            return Ok(None);
        }
        let params = [scope.provider().0.into(), self.as_code().into(), id.into()];
        let row = read.query_one(NUMBER_OF, &params)?;
        row.map(|row| row.get(0)).transpose()
    }

    /// Source ids by number; index 0 is empty.
    ///
    /// # Errors
    /// The store's.
    pub fn ids(self, read: &mut Read<'_>, scope: &Scope) -> Result<Vec<String>, DbError> {
        let mut ids = vec![String::new()];
        let params = [scope.provider().0.into(), self.as_code().into()];
        read.query_each(LIST, &params, |row| {
            let no: u32 = row.get(0)?;
            ids.resize(ids.len().max(no as usize + 1), String::new());
            ids[no as usize] = row.get(1)?;
            Ok::<(), DbError>(())
        })?;
        Ok(ids)
    }

    /// Adds new numbers.
    ///
    /// # Errors
    /// The store's; a constraint where a number or id is taken.
    pub fn insert(
        self,
        tx: &mut Tx<'_>,
        scope: &Scope,
        new: &[(u32, String)],
    ) -> Result<(), DbError> {
        let provider = scope.provider().0;
        let columns = ["provider_no", "kind", "no", "id"];
        let rows = new.iter().map(|(no, id)| -> [Param<'_>; 4] {
            [
                provider.into(),
                self.as_code().into(),
                (*no).into(),
                id.into(),
            ]
        });
        tx.copy_in("entity", &columns, rows).map(drop)
    }
}

//! Reading the log: all of it, what is about a person, what reached so far, what an account did.
//!
//! Invariant: an entry whose body was erased is told as such, and one that does not open as damaged.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl AuditRow {
    /// The latest instant of any entry.
    ///
    /// # Errors
    /// The store's.
    pub fn last_at(read: &mut Read<'_>) -> Result<Instant, DbError> {
        let row = read.query_one(LAST_AT, &[])?;
        row.map_or(Ok(Instant(0)), |row| Ok(Instant(row.get(0)?)))
    }

    /// All entries of a scope's provider, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<AuditRow>, DbError> {
        let rows = read.query(LIST, &[scope.provider().0.into()])?;
        opened(read, scope, &rows)
    }

    /// All entries from an instant up to another, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn between(
        read: &mut Read<'_>,
        scope: &Scope,
        (from, to): (Instant, Instant),
    ) -> Result<Vec<AuditRow>, DbError> {
        let params = [scope.provider().0.into(), from.0.into(), to.0.into()];
        let rows = read.query(BETWEEN, &params)?;
        opened(read, scope, &rows)
    }

    /// The entries about a person, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn about(
        read: &mut Read<'_>,
        scope: &Scope,
        person: PersonNo,
    ) -> Result<Vec<AuditRow>, DbError> {
        let rows = read.query(ABOUT, &[scope.provider().0.into(), person.0.into()])?;
        opened(read, scope, &rows)
    }

    /// The entries about a person from an instant up to another, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn about_between(
        read: &mut Read<'_>,
        scope: &Scope,
        person: PersonNo,
        (from, to): (Instant, Instant),
    ) -> Result<Vec<AuditRow>, DbError> {
        let provider = scope.provider().0;
        let params = [provider.into(), person.0.into(), from.0.into(), to.0.into()];
        let rows = read.query(ABOUT_BETWEEN, &params)?;
        opened(read, scope, &rows)
    }

    /// The entries that are about nobody alone and reach exactly so far, from an instant up to
    /// another, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn of_reach(
        read: &mut Read<'_>,
        scope: &Scope,
        reach: Reach,
        (from, to): (Instant, Instant),
    ) -> Result<Vec<AuditRow>, DbError> {
        let provider = scope.provider().0;
        let range = read.query_one(RANGE, &[provider.into(), from.0.into(), to.0.into()])?;
        let Some(range) = range else {
            return Ok(Vec::new());
        };
        let (first, last): (Option<i64>, Option<i64>) = (range.get(0)?, range.get(1)?);
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(Vec::new());
        };
        let reach = reach_code(reach);
        let params = [provider.into(), (&reach).into(), first.into(), last.into()];
        let rows = read.query(IN_REACH, &params)?;
        opened(read, scope, &rows)
    }

    /// What an account did, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn by(read: &mut Read<'_>, scope: &Scope, user: UserNo) -> Result<Vec<AuditRow>, DbError> {
        let rows = read.query(BY, &[scope.provider().0.into(), user.0.into()])?;
        opened(read, scope, &rows)
    }

    /// Erases the bodies of the entries about a person and destroys the key that they were sealed
    /// with; gives how many. The log stays whole.
    ///
    /// # Errors
    /// The store's.
    pub fn erase_about(tx: &mut Tx<'_>, scope: &Scope, person: PersonNo) -> Result<u64, DbError> {
        let gone = tx.execute(ERASE, &[scope.provider().0.into(), person.0.into()])?;
        keys::destroy_key(tx, scope.provider(), Subject::person(person))?;
        Ok(gone)
    }
}

fn opened(read: &mut Read<'_>, scope: &Scope, rows: &[Row]) -> Result<Vec<AuditRow>, DbError> {
    let mut ring = Ring::default();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let no: i64 = row.get(0)?;
        let mut entry = AuditRow {
            no,
            at: Instant(row.get(1)?),
            person: row.get::<Option<u32>>(2)?.map(PersonNo),
            user: row.get::<Option<u32>>(3)?.map(UserNo),
            ..AuditRow::default()
        };
        let body: Option<&[u8]> = row.get(5)?;
        let key = ring.get(read, scope.provider(), entry.subject())?;
        match (body, key) {
            (Some(body), Some(key)) => {
                let nonce = nonce_of("audit", row.get::<&[u8]>(4)?);
                let plain = key.open(&nonce, &no.to_be_bytes(), body);
                let plain = plain.map_err(|_| damaged(no))?;
                entry.decode(&plain).ok_or_else(|| damaged(no))?;
            }
            _ => entry.erased = true,
        }
        all.push(entry);
    }
    Ok(all)
}

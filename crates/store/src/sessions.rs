//! Sessions: what proved them, when they were seen last, and the half-way to one.
//!
//! A session's token is kept as its SHA-256 only. When it was seen last is the one thing here that is
//! written over: it says nothing that has to be explained later.
//!
//! A session that began more than two hours after now was made while the clock was ahead: it would
//! outlive its hours and is not taken either.
//!
//! Invariant: a session that is over, idle, signed out, or of an ended account is found by nothing.

use crate::db::{DbError, Read, Row, Tx};
use crate::sign_in::LOCK;
use crate::users::{Account, hash};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{ProviderNo, UserNo};

pub(crate) const INSERT: &str = "INSERT INTO sign_in \
    (token_hash, provider_no, user_no, at, ends_at, auth_at, methods, idle, shared, browser) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
pub(crate) const RUNNING: &str = "SELECT a.no, a.provider_no, a.role, a.school, s.token_hash, s.at, \
    s.ends_at, s.auth_at, s.methods, s.idle, s.shared, s.browser, coalesce(x.at, s.at) \
    FROM sign_in s JOIN user_account a ON a.no = s.user_no \
    LEFT JOIN session_seen x ON x.token_hash = s.token_hash \
    LEFT JOIN sign_out o ON o.token_hash = s.token_hash \
    LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE s.token_hash = $1 AND s.ends_at > $2 AND s.at <= $2 + 7200000000 AND coalesce(x.at, s.at) + s.idle > $2 \
    AND o.token_hash IS NULL AND e.user_no IS NULL";
pub(crate) const ENDED: &str = "SELECT 1 FROM sign_out WHERE token_hash = $1";
pub(crate) const OF_USER: &str = "SELECT a.no, a.provider_no, a.role, a.school, s.token_hash, s.at, \
    s.ends_at, s.auth_at, s.methods, s.idle, s.shared, s.browser, coalesce(x.at, s.at) \
    FROM sign_in s JOIN user_account a ON a.no = s.user_no \
    LEFT JOIN session_seen x ON x.token_hash = s.token_hash \
    LEFT JOIN sign_out o ON o.token_hash = s.token_hash \
    LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE s.provider_no = $1 AND s.user_no = $2 AND s.ends_at > $3 AND s.at <= $3 + 7200000000 \
    AND coalesce(x.at, s.at) + s.idle > $3 \
    AND o.token_hash IS NULL AND e.user_no IS NULL ORDER BY s.at, s.token_hash";
pub(crate) const SEEN: &str = "INSERT INTO session_seen (token_hash, at) VALUES ($1, $2) \
    ON CONFLICT (token_hash) DO UPDATE SET at = excluded.at WHERE session_seen.at < excluded.at";
pub(crate) const END: &str = "INSERT INTO sign_out (token_hash, at) VALUES ($1, $2) \
    ON CONFLICT DO NOTHING";
pub(crate) const HALF_INSERT: &str = "INSERT INTO half_sign_in \
    (token_hash, provider_no, user_no, at, ends_at, shared) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const HALF: &str = "SELECT a.no, a.provider_no, a.role, a.school, h.shared \
    FROM half_sign_in h JOIN user_account a ON a.no = h.user_no \
    LEFT JOIN half_sign_in_end o ON o.token_hash = h.token_hash \
    LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE h.token_hash = $1 AND h.ends_at > $2 AND h.at <= $2 + 7200000000 AND o.token_hash IS NULL AND e.user_no IS NULL";
pub(crate) const HALF_END: &str = "INSERT INTO half_sign_in_end (token_hash, at) \
    SELECT h.token_hash, $2 FROM half_sign_in h WHERE h.token_hash = $1 \
    AND NOT EXISTS (SELECT 1 FROM half_sign_in_end o WHERE o.token_hash = h.token_hash)";
pub(crate) const HALF_END_ALL: &str = "INSERT INTO half_sign_in_end (token_hash, at) \
    SELECT h.token_hash, $1 FROM half_sign_in h WHERE h.provider_no = $2 AND h.user_no = $3 \
    AND h.ends_at > $1 \
    AND NOT EXISTS (SELECT 1 FROM half_sign_in_end o WHERE o.token_hash = h.token_hash)";

/// A session to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct NewSession<'a> {
    pub token: &'a str,
    pub at: Instant,
    pub ends_at: Instant,
    /// When the person proved to be who it is.
    pub auth_at: Instant,
    /// Codes of the methods that proved it, with blanks between.
    pub methods: &'a str,
    /// Microseconds without a request after which it is over.
    pub idle: i64,
    /// Whether others use the machine too.
    pub shared: bool,
    /// The kind of browser, to know the session by.
    pub browser: &'a str,
}

impl<'a> NewSession<'a> {
    /// A session of a password that ends by its hours alone.
    pub const fn plain(token: &'a str, at: Instant, ends_at: Instant) -> NewSession<'a> {
        NewSession {
            token,
            at,
            ends_at,
            auth_at: at,
            methods: "password",
            idle: ends_at.0 - at.0,
            shared: false,
            browser: "",
        }
    }
}

/// A session that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Session {
    pub account: Account,
    /// The digest of its token.
    pub hash: Vec<u8>,
    pub at: Instant,
    pub ends_at: Instant,
    pub auth_at: Instant,
    pub methods: String,
    pub idle: i64,
    pub shared: bool,
    pub browser: String,
    pub seen: Instant,
}

impl Session {
    fn of_row(row: &Row) -> Result<Session, DbError> {
        Ok(Session {
            account: Account::of_row(row)?,
            hash: row.get(4)?,
            at: Instant(row.get(5)?),
            ends_at: Instant(row.get(6)?),
            auth_at: Instant(row.get(7)?),
            methods: row.get(8)?,
            idle: row.get(9)?,
            shared: row.get::<i64>(10)? == 1,
            browser: row.get(11)?,
            seen: Instant(row.get(12)?),
        })
    }

    /// The session of a token that runs at an instant.
    ///
    /// # Errors
    /// The store's.
    pub fn of(read: &mut Read<'_>, token: &str, at: Instant) -> Result<Option<Session>, DbError> {
        let hash = hash(token);
        let row = read.query_one(RUNNING, &[(&hash).into(), at.0.into()])?;
        row.as_ref().map(Session::of_row).transpose()
    }

    /// The sessions of an account that run at an instant, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn of_user(
        read: &mut Read<'_>,
        provider: ProviderNo,
        user: UserNo,
        at: Instant,
    ) -> Result<Vec<Session>, DbError> {
        let params = [provider.0.into(), user.0.into(), at.0.into()];
        let rows = read.query(OF_USER, &params)?;
        rows.iter().map(Session::of_row).collect()
    }

    /// Whether somebody has ended it.
    ///
    /// # Errors
    /// The store's.
    pub fn is_ended(&self, read: &mut Read<'_>) -> Result<bool, DbError> {
        let row = read.query_one(ENDED, &[(&self.hash).into()])?;
        Ok(row.is_some())
    }

    /// Notes that it was used at an instant.
    ///
    /// # Errors
    /// The store's.
    pub fn note_seen(&self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        tx.execute(SEEN, &[(&self.hash).into(), at.0.into()])
            .map(drop)
    }

    /// Ends it; a second end changes nothing. Gives whether this was the first.
    ///
    /// # Errors
    /// The store's.
    pub fn end(&self, tx: &mut Tx<'_>, at: Instant) -> Result<bool, DbError> {
        tx.lock(LOCK)?;
        let ended = tx.execute(END, &[(&self.hash).into(), at.0.into()])?;
        Ok(ended == 1)
    }
}

impl Account {
    /// Begins a session.
    ///
    /// # Errors
    /// The store's; a constraint where the token is another session's.
    pub fn sign_in(&self, tx: &mut Tx<'_>, new: &NewSession<'_>) -> Result<(), DbError> {
        let hash = hash(new.token);
        let params = [
            (&hash).into(),
            self.provider.0.into(),
            self.no.0.into(),
            new.at.0.into(),
            new.ends_at.0.into(),
            new.auth_at.0.into(),
            new.methods.into(),
            new.idle.into(),
            new.shared.into(),
            new.browser.into(),
        ];
        tx.execute(INSERT, &params).map(drop)
    }

    /// Begins the way to a session that wants a second factor.
    ///
    /// # Errors
    /// The store's.
    pub fn sign_in_half(
        &self,
        tx: &mut Tx<'_>,
        token: &str,
        (at, ends_at): (Instant, Instant),
        shared: bool,
    ) -> Result<(), DbError> {
        let hash = hash(token);
        let params = [
            (&hash).into(),
            self.provider.0.into(),
            self.no.0.into(),
            at.0.into(),
            ends_at.0.into(),
            shared.into(),
        ];
        tx.execute(HALF_INSERT, &params).map(drop)
    }

    /// The account of a half-way that is open at an instant, and whether the machine is shared.
    ///
    /// # Errors
    /// The store's.
    pub fn half(
        read: &mut Read<'_>,
        token: &str,
        at: Instant,
    ) -> Result<Option<(Account, bool)>, DbError> {
        let hash = hash(token);
        let row = read.query_one(HALF, &[(&hash).into(), at.0.into()])?;
        let half = |row: &Row| Ok((Account::of_row(row)?, row.get::<i64>(4)? == 1));
        row.as_ref().map(half).transpose()
    }

    /// Ends a half-way. Gives whether it was open.
    ///
    /// # Errors
    /// The store's.
    pub fn end_half(tx: &mut Tx<'_>, token: &str, at: Instant) -> Result<bool, DbError> {
        tx.lock(LOCK)?;
        let hash = hash(token);
        let ended = tx.execute(HALF_END, &[(&hash).into(), at.0.into()])?;
        Ok(ended == 1)
    }

    /// Ends every half-way of the account.
    ///
    /// # Errors
    /// The store's.
    pub fn end_halves(&self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let params = [at.0.into(), self.provider.0.into(), self.no.0.into()];
        tx.execute(HALF_END_ALL, &params).map(drop)
    }
}

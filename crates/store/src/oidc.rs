//! Links of a provider's people to accounts, what it said of a session, and answers that were used.
//!
//! Whom a provider knows is kept as a keyed digest that the caller made; the key of it is sealed under
//! the master key, so that the database alone tells nobody's number.
//!
//! Invariant: a mark leads to one account at most, and an answer is used once.

use crate::db::{DbError, Read, Row, Tx};
use crate::keys::{Subject, open_text, seal_text};
use crate::sessions::Session;
use crate::users::{Account, hash};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::ProviderNo;

/// Number of the advisory lock under which links change and answers are used.
const LOCK: i64 = 628_0050;
/// How long a used answer is remembered: longer than any can be good.
const REMEMBERED: i64 = 24 * 3_600_000_000;
const KEY: Subject = Subject::new("oidc", 0);

pub(crate) const KEY_OF: &str = "SELECT sealed FROM oidc_key WHERE provider_no = $1";
pub(crate) const KEY_INSERT: &str =
    "INSERT INTO oidc_key (provider_no, at, sealed) VALUES ($1, $2, $3)";
pub(crate) const BY_MARK: &str = "SELECT a.no, a.provider_no, a.role, a.school \
    FROM oidc_link l JOIN user_account a ON a.no = l.user_no \
    LEFT JOIN oidc_link_end x ON x.provider_no = l.provider_no AND x.user_no = l.user_no AND x.no = l.no \
    LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE l.mark = $1 AND x.no IS NULL AND e.user_no IS NULL";
pub(crate) const LINK_INSERT: &str = "INSERT INTO oidc_link \
    (provider_no, user_no, no, at, issuer, mark) \
    SELECT $1, $2, coalesce(max(no), 0) + 1, $3, $4, $5 FROM oidc_link \
    WHERE provider_no = $1 AND user_no = $2";
pub(crate) const LINKS: &str = "SELECT l.no, l.issuer, l.mark, l.at FROM oidc_link l \
    LEFT JOIN oidc_link_end x ON x.provider_no = l.provider_no AND x.user_no = l.user_no AND x.no = l.no \
    WHERE l.provider_no = $1 AND l.user_no = $2 AND x.no IS NULL ORDER BY l.no";
pub(crate) const LINK_END: &str =
    "INSERT INTO oidc_link_end (provider_no, user_no, no, at) VALUES ($1, $2, $3, $4)";
pub(crate) const SAID_INSERT: &str = "INSERT INTO oidc_session \
    (token_hash, issuer, mark, sid, acr, amr) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const SAID: &str =
    "SELECT issuer, mark, sid, acr, amr FROM oidc_session WHERE token_hash = $1";
pub(crate) const OF_MARK: &str = "SELECT token_hash FROM oidc_session WHERE mark = $1";
pub(crate) const OF_SID: &str =
    "SELECT token_hash FROM oidc_session WHERE issuer = $1 AND sid = $2";
pub(crate) const USED: &str = "SELECT at FROM oidc_used WHERE mark = $1";
pub(crate) const USED_INSERT: &str = "INSERT INTO oidc_used (mark, at) VALUES ($1, $2)";
pub(crate) const USED_FORGET: &str = "DELETE FROM oidc_used WHERE at < $1";

/// A link of an account that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StoredLink {
    pub no: i64,
    pub issuer: String,
    pub mark: Vec<u8>,
    pub at: Instant,
}

/// What a provider said of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderSaid {
    /// Who said it.
    pub issuer: String,
    /// The digest of whom it knows.
    pub mark: Vec<u8>,
    /// The digest of what it calls the session; empty where it has no name.
    pub sid: Vec<u8>,
    /// How strong the sign-in was, in its word.
    pub acr: String,
    /// The methods, with blanks between.
    pub amr: String,
}

/// The key of digests of a provider's people; none before the first link.
///
/// # Errors
/// The store's.
pub fn oidc_key(read: &mut Read<'_>, provider: ProviderNo) -> Result<Option<String>, DbError> {
    let Some(row) = read.query_one(KEY_OF, &[provider.0.into()])? else {
        return Ok(None);
    };
    let sealed: Vec<u8> = row.get(0)?;
    open_text(read, provider, KEY, &key_place(provider), &sealed)
}

/// The same, made where there is none yet. Call it inside a change.
///
/// # Errors
/// The store's.
pub fn ensure_oidc_key(
    tx: &mut Tx<'_>,
    provider: ProviderNo,
    at: Instant,
) -> Result<String, DbError> {
    tx.lock(LOCK)?;
    if let Some(known) = oidc_key(tx, provider)? {
        return Ok(known);
    }
    let random = tx.vault()?.random()?;
    let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let sealed = seal_text(tx, provider, KEY, &key_place(provider), &text)?;
    let params = [provider.0.into(), at.0.into(), (&sealed).into()];
    tx.execute(KEY_INSERT, &params)?;
    Ok(text)
}

fn key_place(provider: ProviderNo) -> String {
    format!("oidc_key.sealed/{provider}")
}

/// Uses an answer up. Gives whether it was new.
///
/// # Errors
/// The store's.
pub fn use_answer(tx: &mut Tx<'_>, answer: &str, at: Instant) -> Result<bool, DbError> {
    tx.lock(LOCK)?;
    tx.execute(USED_FORGET, &[(at.0 - REMEMBERED).into()])?;
    let mark = hash(answer);
    if tx.query_one(USED, &[(&mark).into()])?.is_some() {
        return Ok(false);
    }
    tx.execute(USED_INSERT, &[(&mark).into(), at.0.into()])?;
    Ok(true)
}

/// The digest of what a provider calls a session; of no name an empty one.
pub fn sid_digest(sid: &str) -> Vec<u8> {
    match sid {
        "" => Vec::new(),
        sid => hash(sid),
    }
}

impl Account {
    /// The account that a mark leads to; none where link or account has ended.
    ///
    /// # Errors
    /// The store's.
    pub fn by_mark(read: &mut Read<'_>, mark: &[u8]) -> Result<Option<Account>, DbError> {
        let mark = mark.to_vec();
        let row = read.query_one(BY_MARK, &[(&mark).into()])?;
        row.as_ref().map(Account::of_row).transpose()
    }

    /// Links the account to whom a provider knows. Gives whether the mark was free.
    ///
    /// # Errors
    /// The store's.
    pub fn link(
        &self,
        tx: &mut Tx<'_>,
        (issuer, mark): (&str, &[u8]),
        at: Instant,
    ) -> Result<bool, DbError> {
        tx.lock(LOCK)?;
        if Account::by_mark(tx, mark)?.is_some() {
            return Ok(false);
        }
        let mark = mark.to_vec();
        let params = [
            self.provider.0.into(),
            self.no.0.into(),
            at.0.into(),
            issuer.into(),
            (&mark).into(),
        ];
        tx.execute(LINK_INSERT, &params)?;
        Ok(true)
    }

    /// The links in force, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn links(&self, read: &mut Read<'_>) -> Result<Vec<StoredLink>, DbError> {
        let rows = read.query(LINKS, &[self.provider.0.into(), self.no.0.into()])?;
        rows.iter()
            .map(|row| {
                Ok(StoredLink {
                    no: row.get(0)?,
                    issuer: row.get(1)?,
                    mark: row.get(2)?,
                    at: Instant(row.get(3)?),
                })
            })
            .collect()
    }

    /// Ends the links to an issuer, or all of them. Gives how many.
    ///
    /// # Errors
    /// The store's.
    pub fn end_links(
        &self,
        tx: &mut Tx<'_>,
        issuer: Option<&str>,
        at: Instant,
    ) -> Result<usize, DbError> {
        tx.lock(LOCK)?;
        let all = self.links(tx)?;
        let meant = |link: &&StoredLink| issuer.is_none_or(|issuer| issuer == link.issuer);
        let ended: Vec<&StoredLink> = all.iter().filter(meant).collect();
        for link in &ended {
            let params = [
                self.provider.0.into(),
                self.no.0.into(),
                link.no.into(),
                at.0.into(),
            ];
            tx.execute(LINK_END, &params)?;
        }
        Ok(ended.len())
    }
}

impl ProviderSaid {
    fn of_row(row: &Row) -> Result<ProviderSaid, DbError> {
        Ok(ProviderSaid {
            issuer: row.get(0)?,
            mark: row.get(1)?,
            sid: row.get(2)?,
            acr: row.get(3)?,
            amr: row.get(4)?,
        })
    }

    /// Keeps it for the session of a token.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(&self, tx: &mut Tx<'_>, token: &str) -> Result<(), DbError> {
        let token = hash(token);
        let params = [
            (&token).into(),
            (&self.issuer).into(),
            (&self.mark).into(),
            (&self.sid).into(),
            (&self.acr).into(),
            (&self.amr).into(),
        ];
        tx.execute(SAID_INSERT, &params).map(drop)
    }

    /// Of a session; none where it did not begin with a provider.
    ///
    /// # Errors
    /// The store's.
    pub fn of(read: &mut Read<'_>, session: &Session) -> Result<Option<ProviderSaid>, DbError> {
        let row = read.query_one(SAID, &[(&session.hash).into()])?;
        row.as_ref().map(ProviderSaid::of_row).transpose()
    }

    /// Ends the sessions of what a provider calls one, or of whom it knows. Gives how many.
    ///
    /// # Errors
    /// The store's.
    pub fn end_sessions(
        tx: &mut Tx<'_>,
        (issuer, sid, mark): (&str, &[u8], &[u8]),
        at: Instant,
    ) -> Result<usize, DbError> {
        tx.lock(crate::sign_in::LOCK)?;
        let (sid, mark) = (sid.to_vec(), mark.to_vec());
        let rows = match sid.is_empty() {
            true => tx.query(OF_MARK, &[(&mark).into()])?,
            false => tx.query(OF_SID, &[issuer.into(), (&sid).into()])?,
        };
        let mut ended = 0;
        for row in rows {
            let token: Vec<u8> = row.get(0)?;
            let one = tx.execute(crate::sessions::END, &[(&token).into(), at.0.into()])?;
            ended += usize::from(one == 1);
        }
        Ok(ended)
    }
}

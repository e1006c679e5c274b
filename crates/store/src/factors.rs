//! Second factors: shared secrets of authenticator apps, recovery codes, passkeys.
//!
//! A secret comes sealed and goes sealed; a recovery code is kept as its SHA-256; of a passkey there is
//! the public part only.
//!
//! Invariant: a step of an app and a recovery code are used once.

use crate::db::{DbError, Param, Read, Row, Tx};
use crate::users::{Account, hash};
use lasna_domain::calendar::Instant;

/// Number of the advisory lock under which factors change and are used.
const LOCK: i64 = 628_0031;
pub(crate) const TOTP_INSERT: &str = "INSERT INTO totp (provider_no, user_no, no, at, sealed) \
    SELECT $1, $2, coalesce(max(no), 0) + 1, $3, $4 FROM totp WHERE provider_no = $1 AND user_no = $2";
pub(crate) const TOTP_LAST: &str = "SELECT t.no, t.sealed, o.at FROM totp t \
    LEFT JOIN totp_on o ON o.provider_no = t.provider_no AND o.user_no = t.user_no AND o.no = t.no \
    LEFT JOIN totp_off f ON f.provider_no = t.provider_no AND f.user_no = t.user_no AND f.no = t.no \
    WHERE t.provider_no = $1 AND t.user_no = $2 AND f.no IS NULL ORDER BY t.no DESC";
pub(crate) const TOTP_ON: &str =
    "INSERT INTO totp_on (provider_no, user_no, no, at) VALUES ($1, $2, $3, $4)";
pub(crate) const TOTP_OFF: &str = "INSERT INTO totp_off (provider_no, user_no, no, at) \
    SELECT t.provider_no, t.user_no, t.no, $3 FROM totp t \
    LEFT JOIN totp_off f ON f.provider_no = t.provider_no AND f.user_no = t.user_no AND f.no = t.no \
    WHERE t.provider_no = $1 AND t.user_no = $2 AND t.no <> $4 AND f.no IS NULL";
pub(crate) const STEP_LAST: &str =
    "SELECT coalesce(max(step), -1) FROM totp_used WHERE provider_no = $1 AND user_no = $2";
pub(crate) const STEP_INSERT: &str =
    "INSERT INTO totp_used (provider_no, user_no, step) VALUES ($1, $2, $3)";
pub(crate) const CODE_INSERT: &str =
    "INSERT INTO recovery_code (code_hash, provider_no, user_no, at) VALUES ($1, $2, $3, $4)";
pub(crate) const CODES_LEFT: &str = "SELECT count(*) FROM recovery_code c \
    LEFT JOIN recovery_end e ON e.code_hash = c.code_hash \
    WHERE c.provider_no = $1 AND c.user_no = $2 AND e.code_hash IS NULL";
pub(crate) const CODE_USE: &str = "INSERT INTO recovery_end (code_hash, at) \
    SELECT c.code_hash, $4 FROM recovery_code c \
    LEFT JOIN recovery_end e ON e.code_hash = c.code_hash \
    WHERE c.provider_no = $1 AND c.user_no = $2 AND c.code_hash = $3 AND e.code_hash IS NULL";
pub(crate) const CODES_END: &str = "INSERT INTO recovery_end (code_hash, at) \
    SELECT c.code_hash, $3 FROM recovery_code c \
    LEFT JOIN recovery_end e ON e.code_hash = c.code_hash \
    WHERE c.provider_no = $1 AND c.user_no = $2 AND e.code_hash IS NULL";
pub(crate) const PASSKEY_INSERT: &str = "INSERT INTO passkey \
    (credential, provider_no, user_no, at, name, public_part) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const PASSKEYS: &str = "SELECT p.credential, p.at, p.name, coalesce(u.public_part, p.public_part), u.at \
    FROM passkey p LEFT JOIN passkey_use u ON u.credential = p.credential \
    LEFT JOIN passkey_end e ON e.credential = p.credential \
    WHERE p.provider_no = $1 AND p.user_no = $2 AND e.credential IS NULL ORDER BY p.at, p.credential";
pub(crate) const PASSKEY_OWNER: &str = "SELECT a.no, a.provider_no, a.role, a.school \
    FROM passkey p JOIN user_account a ON a.no = p.user_no \
    LEFT JOIN passkey_end x ON x.credential = p.credential \
    LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE p.credential = $1 AND x.credential IS NULL AND e.user_no IS NULL";
pub(crate) const PASSKEY_USE: &str = "INSERT INTO passkey_use (credential, at, public_part) \
    VALUES ($1, $2, $3) ON CONFLICT (credential) \
    DO UPDATE SET at = excluded.at, public_part = excluded.public_part";
pub(crate) const PASSKEY_END: &str = "INSERT INTO passkey_end (credential, at) \
    SELECT p.credential, $4 FROM passkey p LEFT JOIN passkey_end e ON e.credential = p.credential \
    WHERE p.provider_no = $1 AND p.user_no = $2 AND p.credential = $3 AND e.credential IS NULL";
pub(crate) const PASSKEYS_END: &str = "INSERT INTO passkey_end (credential, at) \
    SELECT p.credential, $3 FROM passkey p LEFT JOIN passkey_end e ON e.credential = p.credential \
    WHERE p.provider_no = $1 AND p.user_no = $2 AND e.credential IS NULL";

/// The secret of an authenticator app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTotp {
    /// Its number among those of the account.
    pub no: i64,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
    /// Whether a code of it was typed once.
    pub on: bool,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StoredPasskey {
    /// The id that the device gave.
    pub credential: Vec<u8>,
    pub at: Instant,
    /// What its owner calls it.
    pub name: String,
    /// The public key with its counter.
    pub public_part: String,
    pub used: Option<Instant>,
}

impl Account {
    fn own<'p>(&self) -> [Param<'p>; 2] {
        [self.provider.0.into(), self.no.0.into()]
    }

    /// Makes factors of all accounts change one after another, until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold_factors(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// Keeps a sealed secret that no code has been typed of yet.
    ///
    /// # Errors
    /// The store's.
    pub fn add_totp(&self, tx: &mut Tx<'_>, sealed: &Vec<u8>, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let [provider, user] = self.own();
        let params = [provider, user, at.0.into(), sealed.into()];
        tx.execute(TOTP_INSERT, &params).map(drop)
    }

    /// The secrets that are not over, the latest first.
    ///
    /// # Errors
    /// The store's.
    pub fn totps(&self, read: &mut Read<'_>) -> Result<Vec<StoredTotp>, DbError> {
        let rows = read.query(TOTP_LAST, &self.own())?;
        rows.iter()
            .map(|row| {
                Ok(StoredTotp {
                    no: row.get(0)?,
                    sealed: row.get(1)?,
                    on: row.get::<Option<i64>>(2)?.is_some(),
                })
            })
            .collect()
    }

    /// Puts a secret in use and ends all others.
    ///
    /// # Errors
    /// The store's.
    pub fn use_totp(&self, tx: &mut Tx<'_>, no: i64, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let [provider, user] = self.own();
        tx.execute(TOTP_ON, &[provider, user, no.into(), at.0.into()])?;
        let [provider, user] = self.own();
        let params = [provider, user, at.0.into(), no.into()];
        tx.execute(TOTP_OFF, &params).map(drop)
    }

    /// Ends all secrets.
    ///
    /// # Errors
    /// The store's.
    pub fn end_totps(&self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let [provider, user] = self.own();
        // No secret has the number 0.
        let params = [provider, user, at.0.into(), 0.into()];
        tx.execute(TOTP_OFF, &params).map(drop)
    }

    /// Notes that the code of a step was typed. Gives whether it is later than every one before.
    ///
    /// # Errors
    /// The store's.
    pub fn use_step(&self, tx: &mut Tx<'_>, step: i64) -> Result<bool, DbError> {
        tx.lock(LOCK)?;
        let row = tx.query_one(STEP_LAST, &self.own())?;
        if row.map_or(Ok(-1), |row| row.get::<i64>(0))? >= step {
            return Ok(false);
        }
        let [provider, user] = self.own();
        tx.execute(STEP_INSERT, &[provider, user, step.into()])?;
        Ok(true)
    }

    /// Keeps new recovery codes in the place of all others.
    ///
    /// # Errors
    /// The store's.
    pub fn set_recovery(
        &self,
        tx: &mut Tx<'_>,
        codes: &[String],
        at: Instant,
    ) -> Result<(), DbError> {
        self.end_recovery(tx, at)?;
        for code in codes {
            let hash = hash(code);
            let [provider, user] = self.own();
            tx.execute(CODE_INSERT, &[(&hash).into(), provider, user, at.0.into()])?;
        }
        Ok(())
    }

    /// Ends all recovery codes.
    ///
    /// # Errors
    /// The store's.
    pub fn end_recovery(&self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let [provider, user] = self.own();
        tx.execute(CODES_END, &[provider, user, at.0.into()])
            .map(drop)
    }

    /// How many recovery codes are left.
    ///
    /// # Errors
    /// The store's.
    pub fn recovery_left(&self, read: &mut Read<'_>) -> Result<u64, DbError> {
        let row = read.query_one(CODES_LEFT, &self.own())?;
        row.map_or(Ok(0), |row| Ok(row.get::<i64>(0)?.unsigned_abs()))
    }

    /// Uses a recovery code up. Gives whether there was one.
    ///
    /// # Errors
    /// The store's.
    pub fn use_recovery(&self, tx: &mut Tx<'_>, code: &str, at: Instant) -> Result<bool, DbError> {
        tx.lock(LOCK)?;
        let [provider, user] = self.own();
        let hash = hash(code);
        let used = tx.execute(CODE_USE, &[provider, user, (&hash).into(), at.0.into()])?;
        Ok(used == 1)
    }

    /// Keeps a passkey.
    ///
    /// # Errors
    /// The store's; a constraint where somebody has it.
    pub fn add_passkey(&self, tx: &mut Tx<'_>, new: &StoredPasskey) -> Result<(), DbError> {
        let [provider, user] = self.own();
        let params = [
            (&new.credential).into(),
            provider,
            user,
            new.at.0.into(),
            (&new.name).into(),
            (&new.public_part).into(),
        ];
        tx.execute(PASSKEY_INSERT, &params).map(drop)
    }

    /// The passkeys in use, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn passkeys(&self, read: &mut Read<'_>) -> Result<Vec<StoredPasskey>, DbError> {
        let of_row = |row: &Row| {
            Ok(StoredPasskey {
                credential: row.get(0)?,
                at: Instant(row.get(1)?),
                name: row.get(2)?,
                public_part: row.get(3)?,
                used: row.get::<Option<i64>>(4)?.map(Instant),
            })
        };
        let rows = read.query(PASSKEYS, &self.own())?;
        rows.iter().map(of_row).collect()
    }

    /// The account of a passkey in use; none where it has ended.
    ///
    /// # Errors
    /// The store's.
    pub fn by_passkey(
        read: &mut Read<'_>,
        credential: &Vec<u8>,
    ) -> Result<Option<Account>, DbError> {
        let row = read.query_one(PASSKEY_OWNER, &[credential.into()])?;
        row.as_ref().map(Account::of_row).transpose()
    }

    /// Notes that a passkey was used, with its new counter.
    ///
    /// # Errors
    /// The store's.
    pub fn use_passkey(
        tx: &mut Tx<'_>,
        credential: &Vec<u8>,
        public_part: &str,
        at: Instant,
    ) -> Result<(), DbError> {
        let params = [credential.into(), at.0.into(), public_part.into()];
        tx.execute(PASSKEY_USE, &params).map(drop)
    }

    /// Ends a passkey of the account. Gives whether there was one.
    ///
    /// # Errors
    /// The store's.
    pub fn end_passkey(
        &self,
        tx: &mut Tx<'_>,
        credential: &Vec<u8>,
        at: Instant,
    ) -> Result<bool, DbError> {
        tx.lock(LOCK)?;
        let [provider, user] = self.own();
        let params = [provider, user, credential.into(), at.0.into()];
        Ok(tx.execute(PASSKEY_END, &params)? == 1)
    }

    /// Ends every passkey of the account.
    ///
    /// # Errors
    /// The store's.
    pub fn end_passkeys(&self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let [provider, user] = self.own();
        tx.execute(PASSKEYS_END, &[provider, user, at.0.into()])
            .map(drop)
    }
}

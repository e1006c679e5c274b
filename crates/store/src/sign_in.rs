//! Who signs in: profiles, passwords, languages, sessions.
//!
//! A session's token is kept as its SHA-256 only; a password as the hash that the caller made.
//! Signing out adds a row. An account that has ended is opened by nothing.
//!
//! Invariant: of a user's passwords and languages the latest counts, and nothing is changed.

use crate::db::{DbError, Read, Tx};
use crate::users::{Account, hash};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{ProviderNo, UserNo};

/// Number of the advisory lock under which sessions are ended: one is ended once.
pub(crate) const LOCK: i64 = 628_0006;
pub(crate) const LAST_USER: &str = "SELECT coalesce(max(no), 0) FROM user_account";
pub(crate) const PROFILE_INSERT: &str = "INSERT INTO user_profile \
    (provider_no, user_no, known_at, login, name, person) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const PROFILES: &str = "SELECT user_no, login, name, person FROM user_profile \
    WHERE provider_no = $1 ORDER BY user_no";
pub(crate) const PROFILE_OF: &str = "SELECT user_no, login, name, person FROM user_profile \
    WHERE provider_no = $1 AND user_no = $2";
pub(crate) const BY_LOGIN: &str = "SELECT a.no, a.provider_no, a.role, a.school \
    FROM user_profile p JOIN user_account a ON a.no = p.user_no \
    LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE p.login = $1 AND e.user_no IS NULL";
pub(crate) const LOGIN_TAKEN: &str = "SELECT user_no FROM user_profile WHERE login = $1";
pub(crate) const PASSWORD_INSERT: &str = "INSERT INTO user_password \
    (provider_no, user_no, known_at, hash, once) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const PASSWORD: &str = "SELECT hash, once FROM user_password \
    WHERE provider_no = $1 AND user_no = $2 ORDER BY known_at DESC LIMIT 1";
pub(crate) const LANGUAGE_INSERT: &str = "INSERT INTO user_language \
    (provider_no, user_no, known_at, language) VALUES ($1, $2, $3, $4)";
pub(crate) const LANGUAGE: &str = "SELECT language FROM user_language \
    WHERE provider_no = $1 AND user_no = $2 ORDER BY known_at DESC LIMIT 1";
pub(crate) const SIGN_OUT: &str = "INSERT INTO sign_out (token_hash, at) VALUES ($1, $2)";
pub(crate) const SIGN_OUT_OTHERS: &str = "INSERT INTO sign_out (token_hash, at) \
    SELECT s.token_hash, $1 FROM sign_in s LEFT JOIN sign_out o ON o.token_hash = s.token_hash \
    WHERE s.provider_no = $2 AND s.user_no = $3 AND s.token_hash <> $4 AND s.ends_at > $1 \
    AND o.token_hash IS NULL";
pub(crate) const OF_ROLE: &str = "SELECT p.user_no, p.login, p.name, p.person \
    FROM user_profile p JOIN user_account a ON a.no = p.user_no \
    LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE p.provider_no = $1 AND a.role = $2 AND a.school = $3 AND e.user_no IS NULL \
    ORDER BY p.name, p.user_no";
pub(crate) const FIRST_PASSWORDS: &str = "SELECT count(*) FROM user_password p \
    WHERE p.provider_no = $1 AND p.once = 1 AND NOT EXISTS (SELECT 1 FROM user_password o \
    WHERE o.provider_no = p.provider_no AND o.user_no = p.user_no AND o.known_at > p.known_at) \
    AND NOT EXISTS (SELECT 1 FROM user_end e \
    WHERE e.provider_no = p.provider_no AND e.user_no = p.user_no)";

/// Who an account is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Profile {
    pub user: UserNo,
    pub login: String,
    pub name: String,
    /// Source id of the person in the roster, where there is one.
    pub person: Option<String>,
}

/// The password in force of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// As the hash function writes it.
    pub hash: String,
    /// It must be changed at the first sign-in.
    pub once: bool,
}

impl Profile {
    /// The number of the account that was added last.
    ///
    /// # Errors
    /// The store's.
    pub fn last_user(read: &mut Read<'_>) -> Result<UserNo, DbError> {
        let row = read.query_one(LAST_USER, &[])?;
        row.map_or(Ok(UserNo(0)), |row| Ok(UserNo(row.get(0)?)))
    }

    /// Adds a profile.
    ///
    /// # Errors
    /// The store's; a constraint where the login is taken.
    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope, at: Instant) -> Result<(), DbError> {
        let params = [
            scope.provider().0.into(),
            self.user.0.into(),
            at.0.into(),
            (&self.login).into(),
            (&self.name).into(),
            self.person.as_deref().into(),
        ];
        tx.execute(PROFILE_INSERT, &params).map(drop)
    }

    fn of_row(row: &crate::db::Row) -> Result<Profile, DbError> {
        Ok(Profile {
            user: UserNo(row.get(0)?),
            login: row.get(1)?,
            name: row.get(2)?,
            person: row.get(3)?,
        })
    }

    /// All profiles of a provider.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, provider: ProviderNo) -> Result<Vec<Profile>, DbError> {
        let rows = read.query(PROFILES, &[provider.0.into()])?;
        rows.iter().map(Profile::of_row).collect()
    }

    /// The profiles of a role at a school, by source id.
    ///
    /// # Errors
    /// The store's.
    pub fn of_role(
        read: &mut Read<'_>,
        provider: ProviderNo,
        role: &str,
        school: &str,
    ) -> Result<Vec<Profile>, DbError> {
        let rows = read.query(OF_ROLE, &[provider.0.into(), role.into(), school.into()])?;
        rows.iter().map(Profile::of_row).collect()
    }

    /// The profile of an account.
    ///
    /// # Errors
    /// The store's.
    pub fn of(
        read: &mut Read<'_>,
        provider: ProviderNo,
        user: UserNo,
    ) -> Result<Option<Profile>, DbError> {
        let params = [provider.0.into(), user.0.into()];
        let row = read.query_one(PROFILE_OF, &params)?;
        row.as_ref().map(Profile::of_row).transpose()
    }
}

impl Account {
    /// Whether an account has or had a login: it is given once.
    ///
    /// # Errors
    /// The store's.
    pub fn is_login_taken(read: &mut Read<'_>, login: &str) -> Result<bool, DbError> {
        Ok(read.query_one(LOGIN_TAKEN, &[login.into()])?.is_some())
    }

    /// The account of a login; none where it has ended.
    ///
    /// # Errors
    /// The store's.
    pub fn by_login(read: &mut Read<'_>, login: &str) -> Result<Option<Account>, DbError> {
        let row = read.query_one(BY_LOGIN, &[login.into()])?;
        row.as_ref().map(Account::of_row).transpose()
    }

    /// The account of a session that runs at an instant.
    ///
    /// # Errors
    /// The store's.
    pub fn by_session(
        read: &mut Read<'_>,
        token: &str,
        at: Instant,
    ) -> Result<Option<Account>, DbError> {
        let session = crate::sessions::Session::of(read, token, at)?;
        Ok(session.map(|session| session.account))
    }

    /// The password in force.
    ///
    /// # Errors
    /// The store's.
    pub fn password(&self, read: &mut Read<'_>) -> Result<Option<Password>, DbError> {
        let Some(row) = read.query_one(PASSWORD, &self.key())? else {
            return Ok(None);
        };
        Ok(Some(Password {
            hash: row.get(0)?,
            once: row.get::<i64>(1)? == 1,
        }))
    }

    /// Adds a password, which is then the one in force.
    ///
    /// # Errors
    /// The store's.
    pub fn set_password(
        &self,
        tx: &mut Tx<'_>,
        password: &Password,
        at: Instant,
    ) -> Result<(), DbError> {
        let [provider, user] = self.key();
        let params = [
            provider,
            user,
            at.0.into(),
            (&password.hash).into(),
            password.once.into(),
        ];
        tx.execute(PASSWORD_INSERT, &params).map(drop)
    }

    /// The code of the language that the person chose.
    ///
    /// # Errors
    /// The store's.
    pub fn language(&self, read: &mut Read<'_>) -> Result<Option<String>, DbError> {
        let row = read.query_one(LANGUAGE, &self.key())?;
        row.map(|row| row.get(0)).transpose()
    }

    /// Keeps the language that the person chose.
    ///
    /// # Errors
    /// The store's.
    pub fn set_language(
        &self,
        tx: &mut Tx<'_>,
        language: &str,
        at: Instant,
    ) -> Result<(), DbError> {
        let [provider, user] = self.key();
        let params = [provider, user, at.0.into(), language.into()];
        tx.execute(LANGUAGE_INSERT, &params).map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store's; a constraint where it was ended before.
    pub fn sign_out(tx: &mut Tx<'_>, token: &str, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let hash = hash(token);
        tx.execute(SIGN_OUT, &[(&hash).into(), at.0.into()])
            .map(drop)
    }

    /// Ends the sessions of the account that run at an instant, but for that of a token.
    ///
    /// # Errors
    /// The store's.
    pub fn sign_out_others(
        &self,
        tx: &mut Tx<'_>,
        token: &str,
        at: Instant,
    ) -> Result<(), DbError> {
        self.sign_out_but(tx, &hash(token), at)
    }

    /// Ends all sessions of the account that run at an instant.
    ///
    /// # Errors
    /// The store's.
    pub fn sign_out_all(&self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        // No session has a digest of no bytes.
        self.sign_out_but(tx, &Vec::new(), at)
    }

    fn sign_out_but(&self, tx: &mut Tx<'_>, hash: &Vec<u8>, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let [provider, user] = self.key();
        let params = [at.0.into(), provider, user, hash.into()];
        tx.execute(SIGN_OUT_OTHERS, &params).map(drop)
    }

    /// How many accounts have a password that must be changed at the first sign-in.
    ///
    /// # Errors
    /// The store's.
    pub fn first_passwords(read: &mut Read<'_>, provider: ProviderNo) -> Result<u64, DbError> {
        let row = read.query_one(FIRST_PASSWORDS, &[provider.0.into()])?;
        row.map_or(Ok(0), |row| Ok(row.get::<i64>(0)?.unsigned_abs()))
    }

    fn key(&self) -> [crate::db::Param<'static>; 2] {
        [self.provider.0.into(), self.no.0.into()]
    }
}

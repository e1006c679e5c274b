//! All accounts of a provider, and their end.
//!
//! Ending an account adds a row; the account, its profile and its number stay, because the audit and
//! what the person did name them. That an ended account is opened by nothing is in the statements of
//! [`crate::users`] and [`crate::sign_in`].
//!
//! Invariant: an account ends once, and with it all its sessions.

use crate::db::{DbError, Read, Tx};
use crate::passes::DayPass;
use crate::users::Account;
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{ProviderNo, UserNo};

pub(crate) const LIST: &str = "SELECT a.no, a.role, a.school, p.login, e.at \
    FROM user_account a LEFT JOIN user_profile p ON p.provider_no = a.provider_no AND p.user_no = a.no \
    LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE a.provider_no = $1 ORDER BY a.no";
pub(crate) const ENDED: &str = "SELECT 1 FROM user_end WHERE provider_no = $1 AND user_no = $2";
pub(crate) const END: &str = "INSERT INTO user_end (provider_no, user_no, at) VALUES ($1, $2, $3)";

/// An account as a list of accounts has it: neither token nor password, nor what anybody is called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AccountRow {
    pub account: Account,
    /// What the person types; a machine has none.
    pub login: Option<String>,
    pub ended: Option<Instant>,
}

impl AccountRow {
    /// Every account of a provider by number, those that have ended too.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<AccountRow>, DbError> {
        let rows = read.query(LIST, &[scope.provider().0.into()])?;
        rows.iter()
            .map(|row| {
                Ok(AccountRow {
                    account: Account {
                        no: UserNo(row.get(0)?),
                        provider: scope.provider(),
                        role: row.get(1)?,
                        school: row.get(2)?,
                    },
                    login: row.get(3)?,
                    ended: row.get::<Option<i64>>(4)?.map(Instant),
                })
            })
            .collect()
    }
}

impl Account {
    /// Whether an account has ended.
    ///
    /// # Errors
    /// The store's.
    pub fn has_ended(
        read: &mut Read<'_>,
        provider: ProviderNo,
        user: UserNo,
    ) -> Result<bool, DbError> {
        let row = read.query_one(ENDED, &[provider.0.into(), user.0.into()])?;
        Ok(row.is_some())
    }

    /// Ends the account, and with it all that opens something: sessions and half-ways, day passes,
    /// second factors, links to providers.
    ///
    /// # Errors
    /// The store's; a constraint where it had ended before.
    pub fn end(&self, tx: &mut Tx<'_>, scope: &Scope, at: Instant) -> Result<(), DbError> {
        let params = [self.provider.0.into(), self.no.0.into(), at.0.into()];
        tx.execute(END, &params)?;
        self.sign_out_all(tx, at)?;
        self.end_halves(tx, at)?;
        self.end_links(tx, None, at)?;
        DayPass::take_all(tx, scope, (self.no, at.day_in_finland()), at)?;
        self.end_factors(tx, at)
    }

    /// Ends every second factor: the app, the recovery codes, the passkeys.
    ///
    /// # Errors
    /// The store's.
    pub fn end_factors(&self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        self.end_totps(tx, at)?;
        self.end_recovery(tx, at)?;
        self.end_passkeys(tx, at)
    }
}

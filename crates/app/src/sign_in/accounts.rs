//! Accounts as whoever runs the program looks after them: all of them, a new first password, the end.
//!
//! Invariant: no token and no password is read here; the number of an account stands in the audit, its
//! login does not.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;
use lasna_domain::access::Scope;
use lasna_store::AccountRow;

/// An account in a list of all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ListedAccount {
    pub no: UserNo,
    /// The code of its role.
    pub role: String,
    /// Source id of its school.
    pub school: Option<String>,
    /// What the person types; a machine has none.
    pub login: Option<String>,
    pub ended: Option<Instant>,
}

/// Which account is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichAccount<'a> {
    /// The one with a login.
    Login(&'a str),
    /// The one with a number.
    No(UserNo),
}

impl App {
    fn manage(&self) -> Result<Scope, AppError> {
        self.scope(Action::ManageUser, Reach::Provider)
    }

    /// All accounts by number, those that have ended too.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn accounts(&self) -> Result<Vec<ListedAccount>, AppError> {
        let scope = self.manage()?;
        let rows = self.look(&scope, "users", |read| Ok(AccountRow::list(read, &scope)?))?;
        let listed = |row: AccountRow| ListedAccount {
            no: row.account.no,
            role: row.account.role,
            school: row.account.school,
            login: row.login,
            ended: row.ended,
        };
        Ok(rows.into_iter().map(listed).collect())
    }

    /// Gives a person a password that must be changed at the next sign-in, and ends all sessions.
    ///
    /// # Errors
    /// [`AppError`]; a login that no account in use has.
    pub fn new_first_password(
        &self,
        login: &str,
        (password, salt): (&str, [u8; 16]),
    ) -> Result<UserNo, AppError> {
        let scope = self.manage()?;
        let account = self.managed(WhichAccount::Login(login))?.account;
        let password = Password {
            hash: hash(password, salt)?,
            once: true,
        };
        let target = format!("user-password:{}", account.no);
        self.store.change(&scope, self.now, &target, |tx| {
            account.set_password(tx, &password, self.now)?;
            account.tell(tx, "password", self.now)?;
            account.end_halves(tx, self.now)?;
            account.sign_out_all(tx, self.now)
        })?;
        Ok(account.no)
    }

    /// Ends the second factors of a person who has lost them, and all sessions: the password is asked
    /// next, and then a new factor is set up.
    ///
    /// # Errors
    /// [`AppError`]; a login that no account in use has.
    pub fn end_factors(&self, login: &str) -> Result<UserNo, AppError> {
        let scope = self.manage()?;
        let account = self.managed(WhichAccount::Login(login))?.account;
        let target = format!("user-factors:{}", account.no);
        self.store.change(&scope, self.now, &target, |tx| {
            account.end_factors(tx, self.now)?;
            account.tell(tx, "factors_ended", self.now)?;
            account.end_halves(tx, self.now)?;
            account.sign_out_all(tx, self.now)
        })?;
        Ok(account.no)
    }

    /// Ends an account, and all that opens something with it: token and password, sessions, second
    /// factors, day passes.
    ///
    /// # Errors
    /// [`AppError`]; an account that is not there or has ended.
    pub fn end_account(&self, which: WhichAccount<'_>) -> Result<UserNo, AppError> {
        let scope = self.manage()?;
        let account = self.managed(which)?.account;
        let target = format!("user-end:{}", account.no);
        self.store.change(&scope, self.now, &target, |tx| {
            account.end(tx, &scope, self.now)
        })?;
        Ok(account.no)
    }

    /// The account that is meant, in use.
    pub(crate) fn managed(&self, which: WhichAccount<'_>) -> Result<AccountRow, AppError> {
        let scope = self.manage()?;
        let rows = self.store.ask(|read| AccountRow::list(read, &scope))?;
        let is_meant = |row: &AccountRow| match which {
            WhichAccount::No(no) => row.account.no == no,
            WhichAccount::Login(login) => {
                row.login.as_deref() == Some(login.trim().to_lowercase().as_str())
            }
        };
        let found = rows.into_iter().find(is_meant);
        let found = found.ok_or_else(|| {
            AppError::Problem("no such account: lasna user list shows them all".into())
        })?;
        match found.ended {
            Some(_) => Err(AppError::Problem("this account has ended".into())),
            None => Ok(found),
        }
    }
}

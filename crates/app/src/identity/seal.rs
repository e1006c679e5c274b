//! The one door through which the secrets of factors go into the store and out of it.
//!
//! A secret is sealed with a data key of its account, under the master key that lies outside the
//! database. Where the key is gone, so is the secret.
//!
//! Invariant: no other file reads or writes what is sealed.

use crate::AppError;
use data_encoding::HEXLOWER;
use lasna_store::db::{Read, Tx};
use lasna_store::{Account, Subject, open_text, seal_text};

fn key_of(account: &Account) -> Subject {
    Subject::new("factor", i64::from(account.no.0))
}

fn place_of(account: &Account) -> String {
    format!("totp/{}/{}", account.provider, account.no)
}

/// Seals a secret for an account.
///
/// # Errors
/// The store's.
pub(super) fn seal_secret(
    tx: &mut Tx<'_>,
    account: &Account,
    secret: &[u8],
) -> Result<Vec<u8>, AppError> {
    let (provider, key, place) = (account.provider, key_of(account), place_of(account));
    let text = HEXLOWER.encode(secret);
    Ok(seal_text(tx, provider, key, &place, &text)?)
}

/// Opens what [`seal_secret`] made for the same account.
///
/// # Errors
/// [`AppError::Problem`] where it is not that account's, or its key is gone.
pub(super) fn open_secret(
    read: &mut Read<'_>,
    account: &Account,
    sealed: &[u8],
) -> Result<Vec<u8>, AppError> {
    let (provider, key, place) = (account.provider, key_of(account), place_of(account));
    let text = open_text(read, provider, key, &place, sealed)?;
    let secret = text.and_then(|text| HEXLOWER.decode(text.as_bytes()).ok());
    secret.ok_or_else(|| AppError::Problem("a secret cannot be opened".into()))
}

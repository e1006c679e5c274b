//! The one door through which the secrets of factors go into the store and out of it.
//!
//! There is no key yet: a sealed secret begins with the number of its form, and form 0 is the secret
//! as it is. When the store has keys, form 1 is sealed with them and form 0 is sealed anew when read.
//!
//! Invariant: no other file reads or writes what is sealed.

use crate::AppError;

/// The form without a key.
const PLAIN: u8 = 0;

/// Seals a secret for an account.
pub(super) fn seal_secret(secret: &[u8], _bound_to: &str) -> Vec<u8> {
    let mut sealed = vec![PLAIN];
    sealed.extend_from_slice(secret);
    sealed
}

/// Opens what [`seal_secret`] made for the same account.
///
/// # Errors
/// [`AppError::Problem`] where the form is not known.
pub(super) fn open_secret(sealed: &[u8], _bound_to: &str) -> Result<Vec<u8>, AppError> {
    match sealed.split_first() {
        Some((&PLAIN, secret)) => Ok(secret.to_vec()),
        _ => Err(AppError::Problem("a secret cannot be opened".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_and_another_form_does_not_open() {
        let sealed = seal_secret(b"secret", "user:1");
        assert_eq!(open_secret(&sealed, "user:1").unwrap(), b"secret");
        assert!(open_secret(&[], "user:1").is_err());
        assert!(open_secret(&[9, 1, 2], "user:1").is_err());
    }
}

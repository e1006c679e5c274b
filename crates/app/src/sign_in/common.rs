//! Passwords that somebody would guess: lists of common ones, words of the service, one's own names.
//!
//! The lists and the estimate are those of the crate `zxcvbn`; `data/password-words.txt` adds words of
//! Finnish and Swedish schools. Names are compared as words, so that a name and a year is no password.
//!
//! Invariant: what was typed is looked at here and kept nowhere.

use crate::AppError;

/// Guesses, as a power of ten, that a password must take at least.
const GUESSES_LOG10: f64 = 8.0;
/// The same where the names around the owner are known to who guesses.
const GUESSES_WITH_NAMES_LOG10: f64 = 9.0;
/// Characters that the estimate looks at; a longer password is guessed no sooner.
const LOOKED_AT: usize = 72;
const WORDS: &str = include_str!("../../data/password-words.txt");

/// Letters that are typed without their dots as often as with them.
fn plain(word: &str) -> String {
    let plain = |c| match c {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        other => other,
    };
    word.to_lowercase().chars().map(plain).collect()
}

/// The words of a name: three letters and more.
fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    let words = name.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| word.chars().count() >= 3)
        .flat_map(|word| [word.to_lowercase(), plain(word)])
}

/// Refuses a password that is common, or made of the names around its owner.
///
/// # Errors
/// [`AppError::Problem`] with `password.common`, or `password.names` where it is the names.
pub(crate) fn check_common(password: &str, names: &[&str]) -> Result<(), AppError> {
    let looked_at: String = password.to_lowercase().chars().take(LOOKED_AT).collect();
    let listed: Vec<String> = WORDS.lines().flat_map(words_of).collect();
    let own: Vec<String> = names.iter().flat_map(|name| words_of(name)).collect();
    let guesses = |words: &[&str]| zxcvbn::zxcvbn(&looked_at, words).guesses_log10();
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    if guesses(&listed) < GUESSES_LOG10 {
        return Err(AppError::Problem("password.common".into()));
    }
    let mut all = listed;
    all.extend(own.iter().map(String::as_str));
    if guesses(&all) < GUESSES_WITH_NAMES_LOG10 {
        return Err(AppError::Problem("password.names".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<String> {
        let names = [
            "Virpi Mäkelä-Esimerkki",
            "vmakela",
            "Kuusikon koulu",
            "Esimerkkilä",
        ];
        match check_common(password, &names) {
            Ok(()) => None,
            Err(AppError::Problem(key)) => Some(key),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn common_passwords_are_refused_however_long() {
        for password in [
            "passwordpassword",
            "Password12345678",
            "salasanasalasana",
            "Salasana123456789",
            "aaaaaaaaaaaaaaaaaaaa",
            "123456789012345678",
            "qwertyuiopasdfgh",
            "opettajaopettaja",
            "läsnäläsnäläsnä",
            "lösenordlösenord",
        ] {
            assert_eq!(
                refused(password).as_deref(),
                Some("password.common"),
                "{password}"
            );
        }
    }

    #[test]
    fn names_around_the_owner_are_no_password() {
        for password in [
            "esimerkkilä2026",
            "kuusikonkoulu26",
            "vmakelavmakela1",
            "makela-esimerkki",
        ] {
            assert_eq!(
                refused(password).as_deref(),
                Some("password.names"),
                "{password}"
            );
        }
    }

    #[test]
    fn a_few_words_in_a_row_are_a_password() {
        for password in [
            "neljä hevosta juoksi lampeen",
            "correct horse battery staple",
            "kuusikon takana laulaa varpunen",
            "xK3-vb92-Lqp0-77Za",
        ] {
            assert_eq!(refused(password), None, "{password}");
        }
    }
}

//! Codes of an authenticator app: six digits from a shared secret and the half minute (RFC 6238).
//!
//! Invariant: the code of a step depends on the secret and the step alone.

use hmac::{Hmac, KeyInit as _, Mac as _};
use lasna_domain::calendar::Instant;
use sha1::Sha1;

const STEP_SECONDS: i64 = 30;
const DIGITS: u32 = 6;
/// Steps before and after that count too: clocks differ, and typing takes time.
const SLACK: i64 = 1;

/// The step of an instant.
const fn step_of(now: Instant) -> i64 {
    now.0.div_euclid(STEP_SECONDS * 1_000_000)
}

fn code_of(secret: &[u8], step: i64, digits: u32) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 0xf);
    let bytes = digest.get(at..at + 4)?;
    let number = u32::from_be_bytes(bytes.try_into().ok()?) & 0x7fff_ffff;
    let width = digits as usize;
    Some(format!("{:0width$}", number % 10_u32.pow(digits)))
}

/// The code of a secret at an instant.
pub fn code_at(secret: &[u8], now: Instant) -> Option<String> {
    code_of(secret, step_of(now), DIGITS)
}

/// The step whose code was typed, where it is one around an instant; the latest first.
pub(super) fn step_typed(secret: &[u8], typed: &str, now: Instant) -> Option<i64> {
    let near = step_of(now) - SLACK..=step_of(now) + SLACK;
    near.rev().find(|step| {
        code_of(secret, *step, DIGITS)
            .is_some_and(|code| is_same(code.as_bytes(), typed.as_bytes()))
    })
}

/// Compares without stopping at the first difference.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard() {
        // RFC 6238, appendix B, for SHA-1.
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let step = step_of(Instant(seconds * 1_000_000));
            let made = code_of(b"12345678901234567890", step, 8);
            assert_eq!(made.as_deref(), Some(code));
        }
    }

    #[test]
    fn a_code_counts_a_step_before_and_after_and_no_further() {
        let secret = b"12345678901234567890";
        let now = Instant(1_111_111_111 * 1_000_000);
        let at = |steps: i64| Instant(now.0 + steps * STEP_SECONDS * 1_000_000);
        let code = code_at(secret, now).unwrap();
        assert_eq!(code, "050471");
        for steps in [-1, 0, 1] {
            assert_eq!(step_typed(secret, &code, at(steps)), Some(step_of(now)));
        }
        for steps in [-2, 2] {
            assert_eq!(step_typed(secret, &code, at(steps)), None);
        }
        for typed in ["", "05047", "0504711", "050472"] {
            assert_eq!(step_typed(secret, typed, now), None);
        }
    }
}

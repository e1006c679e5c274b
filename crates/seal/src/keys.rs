//! The master key, data keys wrapped under it, and bytes sealed with those.
//!
//! XChaCha20-Poly1305 throughout. A sealed text is bound to its place by the associated data, so
//! that one moved to another row does not open.
//!
//! Invariant: a key is wiped from memory when it is dropped and never shown by a debug form.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a nonce.
pub const NONCE: usize = 24;
/// What a line of a key file begins with.
const PREFIX: &str = "lasna-master-1:";

/// Bytes that do not open: another key, another place, or damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes do not open with this key at this place")]
pub struct SealError;

/// A key text that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is none.
    #[error("the key file holds no key")]
    Empty,
    /// A line that is neither a key nor a remark.
    #[error("a line of the key file is not a master key of the form lasna-master-1:…")]
    Line,
}

/// Where master keys and randomness come from; the command line knows.
pub trait KeySource: Send + Sync {
    /// The master keys, the one in force first. With `may_make` a missing one is made.
    ///
    /// # Errors
    /// In words for who runs the program: what is missing, or open to others.
    fn masters(&self, may_make: bool) -> Result<Vec<MasterKey>, String>;

    /// 256 bits that nobody can guess.
    ///
    /// # Errors
    /// Where the machine gives none.
    fn random(&self) -> Result<[u8; 32], String>;
}

/// The key that wraps all others; it lives outside the database.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// A key for the data of one subject, kept wrapped under a master key.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl MasterKey {
    /// From 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> MasterKey {
        MasterKey(Zeroizing::new(bytes))
    }

    /// The keys of a key file, the one in force first; lines with `#` are remarks.
    ///
    /// # Errors
    /// [`KeyError`]; it repeats nothing of the text.
    pub fn parse_all(text: &str) -> Result<Vec<MasterKey>, KeyError> {
        let lines = text.lines().map(str::trim);
        let keys: Vec<MasterKey> = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let hex = line.strip_prefix(PREFIX).ok_or(KeyError::Line)?;
                crate::unhex(hex)
                    .map(MasterKey::from_bytes)
                    .ok_or(KeyError::Line)
            })
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(keys)
    }

    /// The key as a line of a key file.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}\n", crate::hex(&self.0[..])))
    }

    /// A short name of the key, which says nothing of its bytes.
    pub fn id(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"lasna master key id\0");
        hash.update(&self.0[..]);
        crate::hex(&hash.finalize()[..8])
    }

    /// A data key under this key: nonce, sealed bytes, tag. `purpose` says what the key is for.
    pub fn wrap(&self, key: &DataKey, purpose: &str, nonce: &[u8; NONCE]) -> Vec<u8> {
        let sealed = seal(&self.0, nonce, purpose.as_bytes(), &key.0[..]);
        [&nonce[..], &sealed].concat()
    }

    /// The data key that was wrapped for this purpose.
    ///
    /// # Errors
    /// [`SealError`]
    pub fn unwrap(&self, wrapped: &[u8], purpose: &str) -> Result<DataKey, SealError> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or(SealError)?;
        let plain = Zeroizing::new(open(&self.0, nonce, purpose.as_bytes(), sealed)?);
        let bytes: [u8; 32] = plain.as_slice().try_into().map_err(|_| SealError)?;
        Ok(DataKey(Zeroizing::new(bytes)))
    }
}

impl DataKey {
    /// From 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> DataKey {
        DataKey(Zeroizing::new(bytes))
    }

    /// The bytes, for a key that is used otherwise than here: to sign.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals bytes. A nonce must not come twice with one key.
    pub fn seal(&self, nonce: &[u8; NONCE], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        seal(&self.0, nonce, aad, plain)
    }

    /// Opens what [`Self::seal`] made with the same nonce and associated data.
    ///
    /// # Errors
    /// [`SealError`]
    pub fn open(
        &self,
        nonce: &[u8; NONCE],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        open(&self.0, nonce, aad, sealed)
    }
}

#[allow(
    clippy::expect_used,
    reason = "the cipher refuses only texts of 256 GiB and more"
)]
fn seal(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], msg: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    cipher
        .encrypt(&XNonce::from(*nonce), Payload { msg, aad })
        .expect("a text that fits into memory")
}

fn open(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, SealError> {
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    cipher
        .decrypt(&XNonce::from(*nonce), Payload { msg, aad })
        .map_err(|_| SealError)
}

/// A nonce from what is unique of a place, such as a primary key that is never used again.
pub fn nonce_of(purpose: &str, place: &[u8]) -> [u8; NONCE] {
    let mut hash = Sha256::new();
    hash.update([purpose.len() as u8]);
    hash.update(purpose.as_bytes());
    hash.update(place);
    let mut nonce = [0; NONCE];
    nonce.copy_from_slice(&hash.finalize()[..NONCE]);
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(byte: u8) -> MasterKey {
        MasterKey::from_bytes([byte; 32])
    }

    #[test]
    fn a_key_file_is_read_back_and_its_errors_repeat_nothing() {
        let text = format!("# two\n{}{}", *master(1).text(), *master(2).text());
        let keys = MasterKey::parse_all(&text).unwrap();
        let ids: Vec<String> = keys.iter().map(MasterKey::id).collect();
        assert_eq!(ids, [master(1).id(), master(2).id()]);
        assert_ne!(ids[0], ids[1]);
        for (text, error) in [
            ("", KeyError::Empty),
            ("# no key\n", KeyError::Empty),
            ("lasna-master-1:00", KeyError::Line),
            ("hunter2", KeyError::Line),
        ] {
            let found = MasterKey::parse_all(text).unwrap_err();
            assert_eq!(found, error, "{text}");
            assert!(!found.to_string().contains("hunter2"));
        }
        let plus = format!("lasna-master-1:{}", "+1".repeat(32));
        assert_eq!(MasterKey::parse_all(&plus).unwrap_err(), KeyError::Line);
    }

    #[test]
    fn a_wrapped_key_opens_for_its_purpose_under_its_master_only() {
        let key = DataKey::from_bytes([7; 32]);
        let wrapped = master(1).wrap(&key, "case 1", &[3; NONCE]);
        assert_eq!(wrapped.len(), NONCE + 32 + 16);
        assert!(!wrapped.windows(8).any(|part| part == [7; 8]));
        assert_eq!(
            master(1).unwrap(&wrapped, "case 1").unwrap().bytes(),
            &[7; 32]
        );
        assert!(master(1).unwrap(&wrapped, "case 2").is_err());
        assert!(master(2).unwrap(&wrapped, "case 1").is_err());
        assert!(master(1).unwrap(&wrapped[..9], "case 1").is_err());
    }

    #[test]
    fn any_changed_byte_keeps_a_text_shut() {
        let key = DataKey::from_bytes([7; 32]);
        let sealed = key.seal(&[1; NONCE], b"place", b"a text");
        let open = |sealed: &[u8]| key.open(&[1; NONCE], b"place", sealed);
        assert_eq!(open(&sealed).unwrap(), b"a text");
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 1;
            assert!(open(&other).is_err(), "{at}");
        }
        assert!(key.open(&[2; NONCE], b"place", &sealed).is_err());
        assert!(key.open(&[1; NONCE], b"elsewhere", &sealed).is_err());
    }

    #[test]
    fn the_cipher_is_xchacha20_poly1305() {
        // The first example of draft-irtf-cfrg-xchacha, A.3.1.
        let key: [u8; 32] = std::array::from_fn(|n| 0x80 + n as u8);
        let nonce: [u8; NONCE] = std::array::from_fn(|n| 0x40 + n as u8);
        let aad = [
            80, 81, 82, 83, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
        ];
        let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only \
                      one tip for the future, sunscreen would be it.";
        let sealed = DataKey::from_bytes(key).seal(&nonce, &aad, plain);
        let (text, tag) = sealed.split_at(plain.len());
        assert_eq!(crate::hex(&text[..8]), "bd6d179d3e83d43b");
        assert_eq!(crate::hex(tag), "c0875924c1c7987947deafd8780acf49");
    }

    #[test]
    fn no_debug_form_shows_a_key() {
        let shown = format!("{:?} {:?}", master(0xab), DataKey::from_bytes([0xab; 32]));
        assert!(!shown.contains("abab") && !shown.contains("171"), "{shown}");
    }

    #[test]
    fn places_give_nonces_of_their_own() {
        let all = [
            nonce_of("a", b"bc"),
            nonce_of("ab", b"c"),
            nonce_of("a", b"bd"),
            nonce_of("a", b""),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| one != other));
        }
    }
}

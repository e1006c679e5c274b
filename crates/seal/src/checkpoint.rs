//! Checkpoints: the size and root of a tree in a C2SP signed note, with Ed25519.
//!
//! ```text
//! lasna-audit/0123456789abcdef
//! 1042
//! <root, base64>
//!
//! — lasna-audit/0123456789abcdef <four bytes of the key's id and the signature, base64>
//! ```
//!
//! Invariant: a checkpoint that was not signed with the key it is read with gives no size.

use crate::keys::DataKey;
use crate::tree::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The word for Ed25519 in keys of notes.
const ED25519: u8 = 1;

/// Why a note or a key of notes is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The text has not the form of a checkpoint.
    #[error("it is not a checkpoint")]
    Form,
    /// No signature is of this key, or the one that says so is not.
    #[error("it is not signed with the key of this log")]
    Signature,
    /// The text has not the form of a verifier key.
    #[error("it is not a verifier key")]
    Key,
}

/// The state of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// The key that signs checkpoints.
pub struct LogKey {
    signing: SigningKey,
    verifier: VerifierKey,
}

/// The public half, and the name of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl LogKey {
    /// From the data key that is kept for it. The log is named after its public key.
    pub fn new(seed: &DataKey) -> LogKey {
        let signing = SigningKey::from_bytes(seed.bytes());
        let key = signing.verifying_key();
        let digest = Sha256::digest(key.as_bytes());
        let name = format!("lasna-audit/{}", crate::hex(&digest[..8]));
        let verifier = VerifierKey { name, key };
        LogKey { signing, verifier }
    }

    /// The public half.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// A signed checkpoint.
    pub fn sign(&self, size: u64, root: &Hash) -> String {
        let name = &self.verifier.name;
        let text = format!("{name}\n{size}\n{}\n", STANDARD.encode(root));
        let signature = self.signing.sign(text.as_bytes()).to_bytes();
        let bytes = [&self.verifier.id()[..], &signature].concat();
        format!("{text}\n— {name} {}\n", STANDARD.encode(bytes))
    }
}

impl VerifierKey {
    /// The name of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn key_bytes(&self) -> Vec<u8> {
        [&[ED25519][..], self.key.as_bytes()].concat()
    }

    fn id(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update(b"\n");
        hash.update(self.key_bytes());
        let digest = hash.finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// As a text: name, id and key.
    pub fn text(&self) -> String {
        let key = STANDARD.encode(self.key_bytes());
        format!("{}+{}+{key}", self.name, crate::hex(&self.id()))
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`NoteError::Key`]
    pub fn parse(text: &str) -> Result<VerifierKey, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let bytes: [u8; 33] = bytes.try_into().map_err(|_| NoteError::Key)?;
        let [ED25519, key @ ..] = bytes else {
            return Err(NoteError::Key);
        };
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key)?;
        let verifier = VerifierKey {
            name: name.to_owned(),
            key,
        };
        let right = !name.is_empty() && !name.contains(char::is_whitespace);
        if right && crate::hex(&verifier.id()) == id {
            Ok(verifier)
        } else {
            Err(NoteError::Key)
        }
    }

    /// Reads a checkpoint that this log signed. Signatures of others are passed over.
    ///
    /// # Errors
    /// [`NoteError::Form`], [`NoteError::Signature`]
    pub fn read(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = note.split_once("\n\n").ok_or(NoteError::Form)?;
        let text = format!("{text}\n");
        let mut signed = false;
        for line in signatures
            .strip_suffix('\n')
            .ok_or(NoteError::Form)?
            .split('\n')
        {
            let line = line.strip_prefix("— ").ok_or(NoteError::Form)?;
            let (name, bytes) = line.split_once(' ').ok_or(NoteError::Form)?;
            let bytes = STANDARD.decode(bytes).map_err(|_| NoteError::Form)?;
            let (id, signature) = bytes.split_first_chunk::<4>().ok_or(NoteError::Form)?;
            if name != self.name || *id != self.id() {
                continue;
            }
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::Form)?;
            self.key
                .verify_strict(text.as_bytes(), &signature)
                .map_err(|_| NoteError::Signature)?;
            signed = true;
        }
        if !signed {
            return Err(NoteError::Signature);
        }
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(NoteError::Form);
        };
        let plain =
            size.bytes().all(|b| b.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        let size: u64 = size.parse().map_err(|_| NoteError::Form)?;
        let root = STANDARD.decode(root).map_err(|_| NoteError::Form)?;
        let root: Hash = root.try_into().map_err(|_| NoteError::Form)?;
        if origin != self.name || !plain {
            return Err(NoteError::Form);
        }
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size,
            root,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> LogKey {
        LogKey::new(&DataKey::from_bytes([byte; 32]))
    }

    #[test]
    fn a_checkpoint_is_read_back_with_the_key_of_its_log() {
        let log = key(1);
        let note = log.sign(1042, &[9; 32]);
        let vkey = VerifierKey::parse(&log.verifier().text()).unwrap();
        assert_eq!(&vkey, log.verifier());
        let read = vkey.read(&note).unwrap();
        assert_eq!((read.size, read.root), (1042, [9; 32]));
        assert_eq!(read.origin, log.verifier().name());
        assert_eq!(key(2).verifier().read(&note), Err(NoteError::Signature));
        // A witness adds its line; it takes nothing away.
        let other = key(2).sign(1042, &[9; 32]);
        let line = other.rsplit_once("\n\n").unwrap().1;
        assert_eq!(vkey.read(&format!("{note}{line}")).unwrap(), read);
    }

    #[test]
    fn any_changed_byte_of_a_checkpoint_is_found() {
        let log = key(1);
        let note = log.sign(70_000, &[9; 32]);
        for at in 0..note.len() {
            for bit in [1, 4, 32] {
                let mut bytes = note.clone().into_bytes();
                bytes[at] ^= bit;
                let read = String::from_utf8(bytes).map(|text| log.verifier().read(&text));
                assert!(!matches!(read, Ok(Ok(_))), "{at}");
            }
        }
    }

    #[test]
    fn any_changed_byte_of_a_verifier_key_is_found() {
        let text = key(1).verifier().text();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let read = String::from_utf8(bytes).map(|text| VerifierKey::parse(&text));
            assert!(!matches!(read, Ok(Ok(_))), "{at}");
        }
    }
}

//! The outside of a backup: squeezed, then locked for recipients who keep their key elsewhere.
//!
//! The lock is age with X25519, so that the file can be opened without this program as well.
//!
//! Invariant: nothing is written that is not locked for at least one recipient.

use super::error::{BackupError, Part};
use age::x25519;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{self, BufRead, Read, Write};

/// Who can open a backup: the public half of a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recipient(x25519::Recipient);

impl std::str::FromStr for Recipient {
    type Err = BackupError;

    fn from_str(text: &str) -> Result<Recipient, BackupError> {
        let wrong = |_| BackupError::Key("a recipient is written age1…".to_owned());
        text.trim().parse().map(Recipient).map_err(wrong)
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Recipient {
    /// Of a text with one recipient on a line; empty lines and lines with # are left out.
    ///
    /// # Errors
    /// [`BackupError::Key`].
    pub fn list(text: &str) -> Result<Vec<Recipient>, BackupError> {
        lines(text).map(str::parse).collect()
    }
}

/// The secret half of a key.
#[derive(Clone)]
pub struct Identity(x25519::Identity);

impl Identity {
    /// A new one.
    pub fn generate() -> Identity {
        Identity(x25519::Identity::generate())
    }

    /// Of the text of an identity file.
    ///
    /// # Errors
    /// [`BackupError::Key`]; the text is not repeated.
    pub fn list(text: &str) -> Result<Vec<Identity>, BackupError> {
        let found: Result<Vec<Identity>, _> =
            lines(text).map(|line| line.parse().map(Identity)).collect();
        match found {
            Ok(found) if !found.is_empty() => Ok(found),
            _ => Err(BackupError::Key(
                "the identity file holds no key: it has a line AGE-SECRET-KEY-1…".to_owned(),
            )),
        }
    }

    /// Its public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// The text of an identity file, with the secret half in it.
    pub fn file_text(&self) -> String {
        use age::secrecy::ExposeSecret as _;
        let secret = self.0.to_string();
        format!(
            "# The key of Läsnä's backups. Keep it away from the server, and keep a copy.\n\
             # recipient: {}\n{}\n",
            self.recipient(),
            secret.expose_secret()
        )
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Locks what is written.
pub(super) struct Sealed<W: Write> {
    inner: DeflateEncoder<age::stream::StreamWriter<W>>,
}

impl<W: Write> Sealed<W> {
    pub(super) fn new(out: W, recipients: &[Recipient]) -> Result<Sealed<W>, BackupError> {
        if recipients.is_empty() {
            return Err(BackupError::Key(
                "a backup is written for a recipient only: give --recipient age1…, or make a key \
                 with lasna backup keygen"
                    .to_owned(),
            ));
        }
        let all = recipients.iter().map(|r| &r.0 as &dyn age::Recipient);
        let lock = age::Encryptor::with_recipients(all)
            .map_err(|_| BackupError::Key("these recipients cannot be used together".to_owned()))?;
        let stream = lock.wrap_output(out).map_err(BackupError::Write)?;
        Ok(Sealed {
            inner: DeflateEncoder::new(stream, Compression::new(6)),
        })
    }

    /// Ends the lock: without this the file counts as cut off.
    pub(super) fn finish(self) -> io::Result<W> {
        self.inner.finish()?.finish()
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Opens a lock. What it gives ends with an error where the file was changed or cut off.
pub(super) fn open<'r>(
    input: impl BufRead + 'r,
    identities: &[Identity],
) -> Result<Box<dyn Read + 'r>, BackupError> {
    let lock = age::Decryptor::new_buffered(input).map_err(refused)?;
    let keys = identities.iter().map(|own| &own.0 as &dyn age::Identity);
    let stream = lock.decrypt(keys).map_err(refused)?;
    Ok(Box::new(Opened {
        inner: Some(DeflateDecoder::new(stream)),
    }))
}

/// The content; after its end it looks whether the lock ends there too.
struct Opened<R: Read> {
    inner: Option<DeflateDecoder<R>>,
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(inner) = &mut self.inner else {
            return Ok(0);
        };
        let read = inner.read(into)?;
        if read > 0 || into.is_empty() {
            return Ok(read);
        }
        let stream = self.inner.take().map(DeflateDecoder::into_inner);
        match stream.map_or(Ok(0), |mut stream| stream.read(&mut [0; 1]))? {
            0 => Ok(0),
            _ => Err(io::Error::other("there is more after the end")),
        }
    }
}

fn refused(error: age::DecryptError) -> BackupError {
    use age::DecryptError as E;
    match error {
        E::NoMatchingKeys => BackupError::Key(
            "this key does not open the backup: it was made for another recipient".to_owned(),
        ),
        E::Io(error) => BackupError::damaged(&Part::Lock, error.to_string()),
        other => BackupError::damaged(&Part::Lock, other.to_string()),
    }
}

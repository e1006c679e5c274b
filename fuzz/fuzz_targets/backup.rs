//! Backups, the list of what was erased, settings, keys and sums: any bytes, bare and inside the lock.
//!
//! Invariant: a reader ends; nothing but a whole backup is restored.

#![no_main]

use flate2::{Compression, write::DeflateEncoder};
use lasna_app::backup::{
    BackupSettings, Erasures, FilePlace, Identity, Recipient, compare_sums, restore,
};
use lasna_seal::{KeySource, MasterKey};
use lasna_store::Store;
use lasna_store::db::Place;
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::sync::{Arc, LazyLock};

struct Keys;

impl KeySource for Keys {
    fn masters(&self, _: bool) -> Result<Vec<MasterKey>, String> {
        Ok(vec![MasterKey::from_bytes([7; 32])])
    }

    fn random(&self) -> Result<[u8; 32], String> {
        Ok([9; 32])
    }
}

struct Nowhere;

impl FilePlace for Nowhere {
    fn begin(&mut self, path: &str) -> io::Result<()> {
        assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."));
        Ok(())
    }

    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

static KEY: LazyLock<(age::x25519::Identity, Vec<Identity>)> = LazyLock::new(|| {
    let own = Identity::generate();
    let text = own.file_text();
    let secret = text.lines().find(|line| line.starts_with("AGE-"));
    (secret.and_then(|line| line.parse().ok()).expect("a key"), vec![own])
});

static STORE: LazyLock<(tempfile::TempDir, Store)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(Place::Folder(folder.path().to_owned()), Arc::new(Keys));
    (folder, store.expect("a store"))
});

fn locked(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let recipient = KEY.0.to_public();
    let lock = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
    let mut lock = lock.expect("a lock").wrap_output(&mut out).expect("a header");
    let mut squeezed = DeflateEncoder::new(&mut lock, Compression::fast());
    squeezed.write_all(plain).and_then(|()| squeezed.finish().map(drop)).expect("memory");
    lock.finish().expect("memory");
    out
}

fn try_to_restore(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::Folder(folder.path().join("db"));
    let found = restore(
        bytes,
        &KEY.1,
        (place, Arc::new(Keys)),
        &Erasures::default(),
        &mut Nowhere,
    );
    assert!(found.is_err());
}

fuzz_target!(|data: &[u8]| {
    let (kind, rest) = data.split_first().unwrap_or((&0, &[]));
    let text = String::from_utf8_lossy(rest);
    match kind % 4 {
        0 => try_to_restore(rest),
        1 => try_to_restore(&locked(rest)),
        2 => {
            let _list = Erasures::read(&text);
            let _settings = BackupSettings::read(&text);
            let _recipients = Recipient::list(&text);
            let _identities = Identity::list(&text);
        }
        _ => {
            // Whole by its own sum, so that what is inside is read.
            let mut whole = rest.to_vec();
            whole.extend_from_slice(&Sha256::digest(rest));
            let _sums = compare_sums(&STORE.1, 0, || Ok(io::Cursor::new(whole.clone())));
            let _sums = compare_sums(&STORE.1, 0, || Ok(io::Cursor::new(rest.to_vec())));
        }
    }
});

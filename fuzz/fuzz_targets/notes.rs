//! Checkpoints, verifier keys, key files and sealed bytes: any bytes.
//!
//! Invariant: nothing is taken that was not signed or sealed with the key.

#![no_main]

use lasna_seal::{DataKey, LogKey, MasterKey, NONCE, VerifierKey};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static LOG: LazyLock<LogKey> = LazyLock::new(|| LogKey::new(&DataKey::from_bytes([1; 32])));

fuzz_target!(|data: &[u8]| {
    let own = LOG.verifier();
    // A signed checkpoint with the bytes as its size and root, and then with one of its bytes changed.
    if let Some((head, rest)) = data.split_first_chunk::<40>() {
        let (size, root) = head.split_at(8);
        let size = u64::from_le_bytes(size.try_into().unwrap_or_default());
        let note = LOG.sign(size, root.try_into().unwrap_or(&[0; 32]));
        let read = own.read(&note).map(|state| (state.size, state.root.to_vec()));
        assert_eq!(read, Ok((size, root.to_vec())));
        let mut other = note.clone().into_bytes();
        for (at, byte) in rest.iter().take(8).enumerate() {
            let at = usize::from(*byte) * 7 + at;
            if let Some(place) = other.get_mut(at) {
                *place = place.wrapping_add(1);
            }
        }
        if let Ok(other) = String::from_utf8(other) {
            assert_eq!(own.read(&other).is_ok(), other == note);
        }
    }
    let text = String::from_utf8_lossy(data);
    // A key that anybody may know signs nothing else.
    assert!(own.read(&text).is_err() || *text == LOG.sign(0, &[0; 32]));
    if let Ok(key) = VerifierKey::parse(&text) {
        assert_eq!(VerifierKey::parse(&key.text()).as_ref(), Ok(&key));
        let _read = key.read(&text);
    }
    let _keys = MasterKey::parse_all(&text);
    if let Some((nonce, rest)) = data.split_first_chunk::<NONCE>() {
        let (key, master) = (DataKey::from_bytes([2; 32]), MasterKey::from_bytes([3; 32]));
        let (place, plain) = rest.split_at(rest.len() / 2);
        assert!(key.open(nonce, place, plain).is_err());
        assert!(master.unwrap(data, "fuzz").is_err());
        let sealed = key.seal(nonce, place, plain);
        assert_eq!(key.open(nonce, place, &sealed).as_deref(), Ok(plain));
    }
});

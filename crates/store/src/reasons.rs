//! Reasons of marks, sealed one by one: they say why somebody was away.
//!
//! An import brings millions, so nothing is stored beside the sealed bytes: the nonce comes from the
//! row's primary key, which no other row ever has.
//!
//! Invariant: a sealed reason opens in its own row only.

use crate::db::{DbError, ErrorKind};
use crate::facts::FactRow;
use lasna_domain::ids::ProviderNo;
use lasna_seal::{DataKey, nonce_of};

fn place(provider: ProviderNo, row: &FactRow) -> [u8; 32] {
    let mut place = [0; 32];
    place[..4].copy_from_slice(&provider.0.to_be_bytes());
    for (at, part) in row.key.iter().enumerate() {
        place[4 + 4 * at..8 + 4 * at].copy_from_slice(&part.to_be_bytes());
    }
    place[20..28].copy_from_slice(&row.known_at.0.to_be_bytes());
    place[28..].copy_from_slice(&row.batch.0.to_be_bytes());
    place
}

pub(crate) fn seal(key: &DataKey, provider: ProviderNo, row: &FactRow) -> Vec<u8> {
    let nonce = nonce_of("mark_reason", &place(provider, row));
    key.seal(&nonce, b"mark_reason", &row.values[0].to_be_bytes())
}

pub(crate) fn open(
    key: &DataKey,
    provider: ProviderNo,
    row: &FactRow,
    sealed: &[u8],
) -> Result<i32, DbError> {
    let nonce = nonce_of("mark_reason", &place(provider, row));
    let plain = key.open(&nonce, b"mark_reason", sealed).ok();
    plain
        .and_then(|plain| plain.try_into().ok())
        .map(i32::from_be_bytes)
        .ok_or_else(|| DbError::new(ErrorKind::Broken, "a sealed reason is damaged"))
}

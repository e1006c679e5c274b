//! Rows as bytes: the same bytes for the same row, whatever engine it was on.
//!
//! A value is a tag (0 null, 1 integer, 2 text, 3 bytes) and, after it, the integer zig-zag in groups
//! of seven bits, or a length in groups of seven bits and that many bytes.
//!
//! Invariant: what was written is read back as the same values, and anything else is refused.

use lasna_store::db::Param;

/// Adds a value.
pub(super) fn put(out: &mut Vec<u8>, value: Param<'_>) {
    match value {
        Param::Null => out.push(0),
        Param::Int(n) => {
            out.push(1);
            put_number(out, ((n << 1) ^ (n >> 63)) as u64);
        }
        Param::Text(text) => {
            out.push(2);
            put_number(out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
        Param::Bytes(bytes) => {
            out.push(3);
            put_number(out, bytes.len() as u64);
            out.extend_from_slice(bytes);
        }
    }
}

fn put_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n as u8) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Takes a value from the front; `None` where there is none.
pub(super) fn take<'a>(bytes: &mut &'a [u8]) -> Option<Param<'a>> {
    Some(match take_byte(bytes)? {
        0 => Param::Null,
        1 => {
            let n = take_number(bytes)?;
            Param::Int((n >> 1) as i64 ^ -((n & 1) as i64))
        }
        2 => Param::Text(std::str::from_utf8(take_bytes(bytes)?).ok()?),
        3 => Param::Bytes(take_bytes(bytes)?),
        _ => return None,
    })
}

fn take_byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut n = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take_byte(bytes)?;
        if shift == 63 && byte > 1 {
            return None;
        }
        n |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(n);
        }
    }
    None
}

fn take_bytes<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(bytes)?).ok()?;
    let (own, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasna_store::db::Value;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Int),
            ".{0,40}".prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
        ]
    }

    proptest! {
        #[test]
        fn values_come_back_as_they_were(values in proptest::collection::vec(value(), 0..20)) {
            let mut bytes = Vec::new();
            for value in &values {
                put(&mut bytes, value.as_param());
            }
            let mut rest = bytes.as_slice();
            for value in &values {
                prop_assert_eq!(take(&mut rest).map(Param::to_value), Some(value.clone()));
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut rest = bytes.as_slice();
            while take(&mut rest).is_some() {}
        }
    }
}

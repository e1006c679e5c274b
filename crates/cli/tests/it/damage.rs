//! Backups that were changed, cut off or added to, and keys that do not fit.
//!
//! Invariant: a backup that was changed in any place is not proven.

use crate::backup::{Key, create, restore, verify, with_rows_of};
use crate::cast::Lasna;
use std::fs;

#[test]
fn damage_anywhere_is_found_and_its_place_named() {
    let lasna = Lasna::on_sqlite();
    with_rows_of(&lasna, 500);
    let key = Key::new(lasna.path("key"));
    let file = lasna.path("good.age");
    create(&lasna, &file, &key);
    assert_eq!(verify(&file, &key).json(0)["ok"], true);
    let good = fs::read(&file).unwrap();
    assert!(good.len() > 3 * 65_536, "{} bytes", good.len());
    let bad = lasna.path("bad.age");
    let mut named = std::collections::BTreeMap::<String, u32>::new();
    let mut look = |bytes: &[u8], what: &str| {
        fs::write(&bad, bytes).unwrap();
        let report = verify(&bad, &key).json(1);
        assert_eq!(report["ok"], false, "{what}");
        let told = report["checks"][0]["detail"].as_str().unwrap().to_owned();
        let known = [
            "lock",
            "header",
            "list of tables",
            "table ",
            "trailer",
            "bytes after",
        ];
        let part = known
            .iter()
            .find(|part| told.starts_with(&format!("damaged: {part}")));
        // A changed seal of the recipient looks like another recipient.
        let other_key = told.contains("made for another recipient");
        let Some(part) = part.or(other_key.then_some(&"recipient")) else {
            panic!("{what}: {told}");
        };
        *named.entry((*part).to_owned()).or_default() += 1;
        told
    };
    let mut told_rows = 0;
    for flip in 0..100 {
        let mut bytes = good.clone();
        // The first ten in the lock, the others evenly over the file, its last byte with them.
        let at = match flip {
            0..10 => flip * 17,
            _ => 200 + (bytes.len() - 201) * (flip - 10) / 89,
        };
        bytes[at] ^= 1 << (flip % 8);
        let told = look(&bytes, &format!("byte {at} of {}", good.len()));
        told_rows += u32::from(told.contains("after about row"));
    }
    for cut in [0, 1, 100, 300, good.len() / 2, good.len() - 1] {
        look(&good[..cut], &format!("cut off at {cut}"));
    }
    for more in [1, 16, 65_536] {
        let mut bytes = good.clone();
        bytes.resize(bytes.len() + more, 7);
        look(&bytes, &format!("{more} bytes more"));
    }
    println!("F20: 100 flips, 6 cuts and 3 additions, all found: {named:?}");
    assert!(told_rows > 50, "{told_rows}");
    let other = Key::new(lasna.path("other"));
    let told = verify(&file, &other).json(1)["checks"][0]["detail"].to_string();
    assert!(told.contains("made for another recipient"), "{told}");
    // Nothing of a damaged one stays in the place it was to go to.
    let mut bytes = good.clone();
    let half = bytes.len() / 2;
    bytes[half] ^= 1;
    fs::write(&bad, bytes).unwrap();
    let place = Lasna::on_sqlite();
    assert_eq!(restore(&place, &bad, &key).code, 1);
    let left: Vec<_> = fs::read_dir(place.folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

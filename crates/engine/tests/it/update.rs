//! Mark by mark and register by register gives what a rebuild gives.
//!
//! Invariant: marks arrive in any order; registers in the order they became known.

use lasna_domain::attendance::Facts;
use lasna_domain::calendar::{Instant, school_year_of};
use lasna_engine::Engine;
use lasna_testkit::world::{days_of, random_model, random_world, shuffled};

#[test]
fn updates_equal_a_rebuild() {
    let mut applied = 0;
    for seed in 0..1_000 {
        let facts = random_world(seed);
        let as_of = days_of(&facts).to.plus(-1);
        let year = school_year_of(as_of);
        let whole = Engine::build(&facts.as_known(Instant::LATEST), year);
        let bare = Facts {
            marks: Vec::new(),
            registers: Vec::new(),
            ..facts.clone()
        };
        let mut grown = Engine::build(&bare.as_known(Instant::LATEST), year);
        for mark in shuffled(&facts, seed).marks {
            if year.contains(mark.day) {
                applied += usize::from(grown.apply_mark(mark));
            }
        }
        let mut registers = facts.registers.clone();
        registers.sort_by_key(|register| (register.known_at, *register));
        for register in &registers {
            grown.apply_register(register);
        }
        assert_eq!(grown.levels(as_of), whole.levels(as_of), "seed {seed}");
        let model = random_model(seed);
        assert_eq!(
            grown.crossings(&model, as_of),
            whole.crossings(&model, as_of),
            "seed {seed}"
        );
    }
    assert!(applied > 1_000, "only {applied} marks found their day");
}

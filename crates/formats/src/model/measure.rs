//! Measures of a model file: named sums of minutes by presence, approval and reason.
//!
//! `total` is in every model without being stated and cannot be changed, so that figures of
//! different models compare.
//!
//! Invariant: `total` is the first measure, and measures of the base keep their places.

use super::order;
use super::problem::Problems;
use super::section::{Places, TEXTS, merged, needed};
use super::table::Table;
use lasna_domain::attendance::{Approval, Presence, Reason};
use lasna_domain::model::{CodeSet, Measure, Model, total_measure};

pub(super) fn read_measures(
    problems: &mut Problems<'_>,
    places: &mut Places,
    root: &Table<'_, '_>,
    base: Option<&Model>,
) -> Vec<Measure> {
    let implied = [total_measure()];
    let of_base = base.map_or(&implied[..], |base| &base.measures);
    // Steps of the base know its measures by their places, so these stay and new ones follow.
    let (mut kept, mut new) = (of_base.to_vec(), Vec::new());
    let stated = merged(
        problems,
        root,
        "measure",
        &[],
        |m: &Measure| &m.id,
        |p, table, id, _| {
            places.set(Places::measure_key(&id), &table.at);
            if id == implied[0].id {
                let mend = "leave it out, or give a narrower measure another id";
                p.add(
                    &table.place("id"),
                    "M09",
                    "`total` is there in every model",
                    mend,
                );
            }
            let old = of_base.iter().find(|measure| measure.id == id);
            read_measure(p, table, id, old)
        },
    );
    for measure in stated {
        match kept.iter_mut().find(|old| old.id == measure.id) {
            Some(old) => *old = measure,
            None => new.push(measure),
        }
    }
    kept.append(&mut new);
    kept
}

fn read_measure(
    problems: &mut Problems<'_>,
    table: &Table<'_, '_>,
    id: String,
    base: Option<&Measure>,
) -> Option<Measure> {
    let p = problems;
    table.only(p, &["id", "title", "counts"]);
    let title = needed(
        p,
        table,
        "title",
        TEXTS,
        base.map(|b| b.title.clone()),
        |p| table.languages(p, "title"),
    );
    let example = "{ presence = [\"absent\"], approval = [\"unauthorised\"] }";
    let sets = base.map(|b| [b.presence, b.approval, b.except_reason]);
    let sets = needed(p, table, "counts", example, sets, |p| {
        let counts = table.table(p, "counts", example)?;
        counts.only(p, &["presence", "approval", "except_reason"]);
        let presence = needed(p, &counts, "presence", "[\"absent\"]", None, |p| {
            let words: Vec<_> = Presence::ALL.iter().map(|code| code.as_code()).collect();
            let index = |word: &str| Presence::from_code(word).map(Presence::index);
            counts.words(p, "presence", index, &words)
        });
        let approval = needed(p, &counts, "approval", "[\"unauthorised\"]", None, |p| {
            let words: Vec<_> = Approval::ALL.iter().map(|code| code.as_code()).collect();
            let index = |word: &str| Approval::from_code(word).map(Approval::index);
            counts.words(p, "approval", index, &words)
        });
        let words: Vec<_> = Reason::ALL.iter().map(|code| code.as_code()).collect();
        let index = |word: &str| Reason::from_code(word).map(Reason::index);
        let except = counts
            .words(p, "except_reason", index, &words)
            .unwrap_or_default();
        Some([set(presence?), set(approval?), set(except)])
    });
    // A wrong measure stays under its name: the steps that use it are not to blame.
    let total = total_measure();
    let [presence, approval, except_reason] =
        sets.unwrap_or([total.presence, total.approval, total.except_reason]);
    let measure = Measure {
        id,
        title: title.unwrap_or_default(),
        presence,
        approval,
        except_reason,
    };
    if order::counts_nothing(&measure) {
        let message = format!("measure {} counts nothing", measure.id);
        let mend = "an absence has the approval unresolved, authorised or unauthorised";
        p.add(&table.place("counts"), "M11", message, mend);
    }
    Some(measure)
}

fn set(members: Vec<usize>) -> CodeSet {
    members.into_iter().fold(CodeSet::default(), CodeSet::with)
}

//! Models told in words: golden guides of the sample municipality, every preset in every language.
//!
//! The golden files of `tests/golden/` are written anew by running with `LASNA_GOLDEN=write`; read
//! the difference before keeping it. Sentences themselves are checked here where numbers inflect.
//!
//! Invariant: no guide shows a place that was not filled.

use lasna_app::model::{Block, Document, diff, guide};
use lasna_domain::model::{Condition, Language, MeasureNo, Model, Window, Within};
use lasna_formats::model::{preset, presets, read_model};

const LANGUAGES: [(Language, &str); 3] = [
    (Language::Fi, "fi"),
    (Language::Sv, "sv"),
    (Language::En, "en"),
];

/// One change of a model.
type Change = fn(&mut Model);

fn model(name: &str) -> Model {
    let text = preset(name).unwrap_or_default();
    read_model(&text, &preset).unwrap_or_else(|problems| panic!("{name}: {problems:?}"))
}

#[test]
fn the_guides_of_the_sample_municipality_are_as_agreed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for (language, code) in LANGUAGES {
        let told = guide(&model("esimerkkila"), language).to_markdown();
        let path = folder.join(format!("esimerkkila.{code}.md"));
        if std::env::var("LASNA_GOLDEN").is_ok_and(|word| word == "write") {
            std::fs::write(&path, &told).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            told == golden,
            "{} differs; see the header of this test",
            path.display()
        );
    }
}

#[test]
fn every_preset_is_told_in_every_language_without_a_gap() {
    for (name, _) in presets() {
        let model = model(name);
        for (language, code) in LANGUAGES {
            let told = guide(&model, language);
            let text = told.to_markdown();
            for gap in [
                "{", "}", "⟦", "⟧", "  ", " .", " ,", "..", "()", ": .", " :",
            ] {
                assert!(!text.contains(gap), "{name} {code}: {gap:?}\n{text}");
            }
            for document in [&told.guardian, &told.teacher, &told.curriculum] {
                let markdown = document.to_markdown();
                for step in &model.steps {
                    assert!(markdown.contains(step.title.get(language)), "{name} {code}");
                }
            }
        }
    }
}

#[test]
fn the_languages_differ_and_have_the_same_shape() {
    fn shape(document: &Document) -> Vec<(u8, usize)> {
        let of = |block: &Block| match block {
            Block::Heading(_) => (0, 1),
            Block::Subheading(_) => (1, 1),
            Block::Paragraph(_) => (2, 1),
            Block::List(items) => (3, items.len()),
            Block::Checks(items) => (4, items.len()),
            Block::Table(_, rows) => (5, rows.len()),
        };
        document.blocks.iter().map(of).collect()
    }
    let model = model("esimerkkila");
    let told = LANGUAGES.map(|(language, _)| guide(&model, language));
    for other in &told[1..] {
        assert_eq!(shape(&told[0].guardian), shape(&other.guardian));
        assert_eq!(shape(&told[0].curriculum), shape(&other.curriculum));
        assert_ne!(told[0].poster, other.poster);
    }
}

#[test]
fn the_poster_fits_on_a_page() {
    for (name, _) in presets() {
        for (language, code) in LANGUAGES {
            let poster = guide(&model(name), language).poster.to_markdown();
            assert!(poster.chars().count() < 2500, "{name} {code}");
        }
    }
}

#[test]
fn the_appendix_has_the_four_chapters() {
    for (language, _) in LANGUAGES {
        let headings: Vec<_> = guide(&model("sky-fi"), language)
            .curriculum
            .blocks
            .into_iter()
            .filter_map(|block| match block {
                Block::Heading(text) => text.split(' ').next().map(str::to_owned),
                _ => None,
            })
            .collect();
        assert_eq!(headings[..4], ["4.2", "5.1", "5.6", "8.1"]);
    }
}

#[test]
fn changing_the_model_changes_all_four() {
    let old = model("sky-fi");
    let mut new = old.clone();
    new.steps[0].any[0] = Condition::Hours {
        measure: MeasureNo(0),
        hours: 1,
        window: Window::RollingDays(1),
    };
    for (language, _) in LANGUAGES {
        let (was, is) = (guide(&old, language), guide(&new, language));
        assert_ne!(was.guardian, is.guardian);
        assert_ne!(was.teacher, is.teacher);
        assert_ne!(was.curriculum, is.curriculum);
        assert_ne!(was.poster, is.poster);
    }
    let fi = guide(&new, Language::Fi).guardian.to_markdown();
    assert!(
        fi.contains("viimeisimmän koulupäivän aikana vähintään 1 oppitunti ("),
        "{fi}"
    );
    let sv = guide(&new, Language::Sv).guardian.to_markdown();
    assert!(
        sv.contains("under den senaste skoldagen är minst 1 lektion ("),
        "{sv}"
    );
}

#[test]
fn titles_cannot_become_markup() {
    let mut model = model("heinola");
    model.title.fi = "a | b <script> [x](y) *z*\n# w".into();
    model.steps[0].duties[0].title.fi = "- x".into();
    let text = guide(&model, Language::Fi).to_markdown();
    assert!(
        text.contains("a \\| b \\<script\\> \\[x\\](y) \\*z\\* \\# w"),
        "{text}"
    );
    assert!(text.contains("- \\- x:"), "{text}");
}

#[test]
fn a_model_does_not_differ_from_itself() {
    for (name, _) in presets() {
        let model = model(name);
        assert_eq!(
            diff(&model, &model, Language::En),
            ["The models say the same."]
        );
    }
}

#[test]
fn a_changed_limit_is_told_before_and_after() {
    let old = model("heinola");
    let mut new = old.clone();
    new.steps[0].any[0] = Condition::Hours {
        measure: MeasureNo(0),
        hours: 20,
        window: Window::Year,
    };
    assert_eq!(
        diff(&old, &new, Language::En),
        [
            "Step “Step: 25 hours”, condition changes. Now: Absence in the term is at least 25 \
          lessons (counted: all absence). In future: Absence in the school year is at least 20 \
          lessons (counted: all absence)."
        ]
    );
    assert_eq!(
        diff(&old, &new, Language::Fi),
        [
            "Porras ”25 tunnin porras”, ehto muuttuu. Nyt: Poissaoloja on lukukauden aikana \
          vähintään 25 oppituntia (mukaan lasketaan: kaikki poissaolot). Jatkossa: Poissaoloja on \
          lukuvuoden aikana vähintään 20 oppituntia (mukaan lasketaan: kaikki poissaolot)."
        ]
    );
}

#[test]
fn every_kind_of_change_is_told() {
    let old = model("esimerkkila");
    let changes: [(&str, Change); 15] = [
        ("from 1 to 2", |m| m.steps.swap(0, 1)),
        ("The step is dropped: “Return to school”", |m| {
            _ = m.steps.pop()
        }),
        ("condition dropped: The pupil, a guardian", |m| {
            _ = m.steps[0].any.pop()
        }),
        ("new condition: The pupil, a guardian", |m| {
            m.steps[1].any.push(Condition::Concern)
        }),
        ("within 9 school days", |m| {
            m.steps[0].duties[0].within = Within::SchoolDays(9)
        }),
        ("duty dropped", |m| _ = m.steps[0].duties.remove(0)),
        ("61 minutes", |m| m.steps[0].duties[0].minutes = 61),
        ("The yearly duty is dropped", |m| _ = m.duties.pop()),
        ("In future: January", |m| m.duties[0].month = 1),
        ("of Esimerkkilä 2026.2", |m| m.version = "2026.2".into()),
        ("Id of the practice: other@1", |m| {
            m.duties[0].practice = Some("other@1".into())
        }),
        ("Id of the letter: other", |m| {
            m.steps[0].duties[0].letter = Some("other".into())
        }),
        ("Approved", |m| m.title.en = "Approved".into()),
        ("nothing", |m| m.approved = None),
        ("The measure changes", |m| m.measures[1].except_reason.0 = 0),
    ];
    for (told, change) in changes {
        let mut new = old.clone();
        change(&mut new);
        let lines = diff(&old, &new, Language::En);
        assert!(
            lines.iter().any(|line| line.contains(told)),
            "{told}: {lines:#?}"
        );
        for (language, _) in LANGUAGES {
            let lines = diff(&old, &new, language);
            assert!(
                lines.iter().all(|line| !line.contains(['{', '⟦'])),
                "{lines:#?}"
            );
        }
    }
    let base = diff(&model("sky-fi"), &old, Language::En);
    assert!(
        base.iter().any(|line| line.contains("same weekday")),
        "{base:#?}"
    );
}

//! Each kind of mistake, made once in a good file: its code, line, column and mend.
//!
//! The mistakes stand in `broken.txt`: what is taken out (`-`), what is put in (`+`, `⏎` is a new
//! line), then code, place and a part of the mend. Mistakes against a base stand in `extends.rs`.
//!
//! Invariant: the good file has no problem, so each problem comes from the one change.

use lasna_formats::model::{ModelProblem, read_model};

pub const GOOD: &str = r#"[model]
id = "test"
version = "1"
valid = 2026-08-01
title = { fi = "Malli", sv = "Modell", en = "Model" }
source = "here"

[[measure]]
id = "unlawful"
title = { fi = "Luvattomat", sv = "Olovliga", en = "Unauthorised" }
counts = { presence = ["absent"], approval = ["unauthorised"], except_reason = ["leave"] }

[[step]]
id = "talk"
title = { fi = "Puhe", sv = "Samtal", en = "Talk" }
when.any = [
  { measure = "total", hours = 30, window = "term" },
  { measure = "unlawful", percent = 10, window = "year" },
  { concern = true },
]
counts_again = "each term"

  [[step.duty]]
  id = "call"
  title = { fi = "Soitto", sv = "Samtal", en = "Call" }
  role = "class_teacher"
  within = { school_days = 2 }
  done = "contact:reached"
  escalate = { after = { school_days = 5 }, to = "principal" }
  letter = "talk"

[[step]]
id = "meet"
title = { fi = "Tapaaminen", sv = "Möte", en = "Meeting" }
when.any = [{ measure = "total", hours = 50, window = "term" }]
counts_again = "once"

[[duty]]
id = "grouping"
title = { fi = "Ryhmäytyminen", sv = "Gruppbildning", en = "Grouping" }
period = "august"
role = "class_teacher"
"#;

pub fn problems(text: &str) -> Vec<ModelProblem> {
    read_model(text, &|_| None).err().unwrap_or_default()
}

#[test]
fn the_good_file_is_good() {
    assert_eq!(problems(GOOD), []);
}

#[test]
fn each_mistake_has_its_code_place_and_mend() {
    let lines: Vec<_> = include_str!("broken.txt").lines().collect();
    let cases: Vec<_> = lines
        .windows(3)
        .filter(|case| case[0].starts_with("- "))
        .collect();
    assert!(cases.len() > 50);
    for case in cases {
        let from = case[0].trim_start_matches("- ").replace('⏎', "\n");
        let to = case[1].strip_prefix("+ ").unwrap().replace('⏎', "\n");
        assert_eq!(GOOD.matches(&from).count(), 1, "{from}");
        let found = problems(&GOOD.replace(&from, &to));
        let list: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{to}: {list:#?}");
        let (place, mend) = case[2].split_at(case[2].match_indices(' ').nth(1).unwrap().0);
        let ModelProblem {
            line, column, code, ..
        } = &found[0];
        assert_eq!(format!("{code} {line}:{column}"), place, "{to}: {list:#?}");
        assert!(found[0].mend.contains(mend.trim()), "{to}: {list:#?}");
    }
}

#[test]
fn every_code_has_a_mistake() {
    let cases = concat!(include_str!("broken.txt"), include_str!("extends.rs"));
    for n in 1..=17 {
        assert!(cases.contains(&format!("M{n:02}")), "M{n:02}");
    }
}

#[test]
fn total_cannot_be_redefined() {
    let text = GOOD.replace("id = \"unlawful\"", "id = \"total\"");
    let codes: Vec<_> = problems(&text)
        .iter()
        .map(|p| (p.line, p.column, p.code))
        .collect();
    assert_eq!(codes, [(9, 6, "M09"), (18, 15, "M07")]);
}

#[test]
fn all_mistakes_are_found_at_once_in_the_order_of_the_file() {
    let text = GOOD
        .replace("2026-08-01", "2026-02-30")
        .replace("window = \"year\"", "windw = \"year\"")
        .replace("sv = \"Möte\", ", "")
        .replace("contact:reached", "contact:tried")
        .replace(
            "role = \"class_teacher\"\n  within",
            "role = \"head\"\n  within",
        )
        .replace("period = \"august\"", "period = 8");
    let found: Vec<_> = problems(&text).iter().map(|p| (p.line, p.code)).collect();
    let wanted = [
        (4, "M06"),
        (18, "M03"),
        (18, "M02"),
        (26, "M08"),
        (28, "M08"),
        (34, "M05"),
        (41, "M04"),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn strange_input_is_refused_without_harm() {
    for text in [
        "",
        "\u{feff}",
        "[",
        "[[[",
        "= =",
        "\"",
        "model = 1",
        "step = [1, [2], {}]",
    ] {
        assert!(!problems(text).is_empty(), "{text}");
    }
    let deep = format!("x = {}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(!problems(&deep).is_empty());
    let long = format!("{GOOD}\n# {}", "x".repeat(1 << 20));
    assert_eq!(problems(&long)[0].code, "M01");
}

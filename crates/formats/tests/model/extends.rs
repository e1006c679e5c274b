//! Models that extend another: differences by id, order, and the rule "only stricter".
//!
//! The base is the good file of [`super::broken`].
//!
//! Invariant: an empty difference gives the base under another name.

use super::broken::GOOD;
use lasna_domain::model::{Condition, Model, Role, Within};
use lasna_formats::model::{ModelProblem, preset, read_model};

const HEAD: &str = r#"[model]
id = "local"
version = "1"
extends = "test@1"
valid = 2026-08-01
title = { fi = "Paikallinen", sv = "Lokal", en = "Local" }
source = "here"
"#;

fn local(rest: &str) -> Result<Model, Vec<ModelProblem>> {
    let resolve = |name: &str| name.starts_with("test@").then(|| GOOD.to_owned());
    read_model(&format!("{HEAD}{rest}"), &resolve)
}

#[track_caller]
fn refused(rest: &str, code: &str, line: u32, message: &str) {
    let found = local(rest).err().unwrap_or_default();
    let list: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{list:#?}");
    assert_eq!((found[0].code, found[0].line), (code, line), "{list:#?}");
    assert!(found[0].message.contains(message), "{list:#?}");
}

#[test]
fn an_empty_difference_is_the_base() {
    let base = read_model(GOOD, &|_| None).unwrap();
    let model = local("").unwrap();
    assert_eq!(model.steps, base.steps);
    assert_eq!(model.measures, base.measures);
    assert_eq!(model.duties, base.duties);
    assert_eq!(model.extends.as_deref(), Some("test@1"));
}

#[test]
fn a_difference_changes_only_what_it_says() {
    let base = read_model(GOOD, &|_| None).unwrap();
    let rest = r#"
[[step]]
id = "meet"
when.any = [{ measure = "total", hours = 45, window = "term" }]

[[step]]
id = "talk"
  [[step.duty]]
  id = "call"
  role = "sky_worker"
  within = { days = 1 }
"#;
    let model = local(rest).unwrap();
    let ids: Vec<_> = model.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["talk", "meet"], "the order is the base's");
    assert_eq!(model.steps[0].any, base.steps[0].any);
    let (call, old) = (&model.steps[0].duties[0], &base.steps[0].duties[0]);
    assert_eq!((call.role, call.within), (Role::SkyWorker, Within::Days(1)));
    assert_eq!(
        (&call.title, &call.letter, &call.done),
        (&old.title, &old.letter, &old.done)
    );
    assert!(matches!(
        model.steps[1].any[0],
        Condition::Hours { hours: 45, .. }
    ));
    assert_eq!(model.steps[1].counts_again, base.steps[1].counts_again);
}

#[test]
fn a_new_step_stands_after_the_step_stated_before_it() {
    let new = r#"
[[step]]
id = "between"
title = { fi = "Väli", sv = "Mellan", en = "Between" }
when.any = [{ measure = "total", hours = 40, window = "term" }]
counts_again = "once"
"#;
    let order = |text: &str| -> Vec<String> {
        local(text)
            .unwrap()
            .steps
            .into_iter()
            .map(|step| step.id)
            .collect()
    };
    assert_eq!(
        order(&format!("\n[[step]]\nid = \"talk\"\n{new}")),
        ["talk", "between", "meet"]
    );
    refused(new, "M13", 12, "talk would come before step between");
}

#[test]
fn looser_models_are_refused() {
    let when = |any: &str| format!("[[step]]\nid = \"meet\"\nwhen.any = [{any}]\n");
    let hours = |n, window: &str| {
        when(&format!(
            "{{ measure = \"total\", hours = {n}, window = \"{window}\" }}"
        ))
    };
    assert!(
        local(&hours(50, "year")).is_ok(),
        "a longer window is stricter"
    );
    refused(&hours(51, "term"), "M15", 10, "condition 1");
    refused(&hours(40, "week"), "M15", 10, "condition 1");
    refused(&when("{ unresolved_days = 7 }"), "M15", 10, "condition 1");
    refused(
        "[[step]]\nid = \"talk\"\ncounts_again = \"once\"\n",
        "M15",
        8,
        "more seldom",
    );
    refused("hour = \"60 minutes\"\n", "M15", 8, "hour");
}

#[test]
fn a_narrower_measure_is_refused_and_a_broader_one_taken() {
    let measure = |approval: &str| {
        format!(
            "[[measure]]\nid = \"unlawful\"\ncounts = {{ presence = [\"absent\"], approval = \
             [{approval}], except_reason = [\"leave\"] }}\n"
        )
    };
    assert!(local(&measure("\"unauthorised\", \"unresolved\"")).is_ok());
    refused(
        &measure("\"unresolved\""),
        "M15",
        8,
        "measure unlawful counts less",
    );
}

#[test]
fn looser_duties_are_refused() {
    let duty = |line: &str| {
        format!("[[step]]\nid = \"talk\"\n  [[step.duty]]\n  id = \"call\"\n  {line}\n")
    };
    refused(
        &duty("within = { school_days = 3 }"),
        "M15",
        10,
        "has more time",
    );
    refused(
        &duty("done = [\"contact:reached\", \"meeting:held\"]"),
        "M15",
        10,
        "does not accept",
    );
    let up = "escalate = { after = { school_days = 6 }, to = \"principal\" }";
    refused(&duty(up), "M15", 10, "goes up later");
    assert!(local(&duty("within = { school_days = 1 }")).is_ok());
}

#[test]
fn a_base_must_be_there_and_good() {
    let text = HEAD.replace("test@1", "nobody@1");
    let found = read_model(&text, &|_| None).unwrap_err();
    assert_eq!(
        (found[0].code, found[0].line, found[0].column),
        ("M14", 4, 11)
    );
    let other = HEAD.replace("test@1", "test@2");
    let found = read_model(&other, &|_| Some(GOOD.to_owned())).unwrap_err();
    assert!(
        found[0].message.contains("only as `test@1`"),
        "{}",
        found[0]
    );
    let found = read_model(HEAD, &|_| Some(GOOD.replace("hours = 50", "hours = 0"))).unwrap_err();
    assert!(found[0].message.contains("1 problems") && found[0].message.contains("M10"));
    let circle = HEAD.replace("\"local\"", "\"test\"");
    let found = read_model(&circle, &|_| Some(circle.clone())).unwrap_err();
    assert!(found.iter().all(|problem| problem.code == "M14"));
}

#[test]
fn the_example_of_the_guide_for_writers_is_right() {
    let guide = include_str!("../../../../docs/how-to/model.md");
    let example = guide
        .split("```toml")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let model = read_model(example, &preset).unwrap();
    assert_eq!(model.extends.as_deref(), Some("sky-fi@2026.1"));
    assert!(matches!(
        model.steps[0].any[0],
        Condition::Hours { hours: 25, .. }
    ));
}

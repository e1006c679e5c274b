//! `policy/access.toml` to the table in the code and the page for readers.
//!
//! Invariant: the same file gives the same bytes, and a word that the file does not declare is refused.

use crate::tidy::Violation;
use anyhow::{Context as _, bail, ensure};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use toml::{Table, Value};

/// The policy.
pub const SOURCE: &str = "policy/access.toml";
/// The table that the code uses.
pub const TABLE: &str = "crates/domain/src/access/table.rs";
/// The matrix as a page.
pub const PAGE: &str = "docs/areas/access-matrix.md";

/// One right: role, verb, class, relation, purpose, reason.
type Right = [String; 6];

/// The files that the policy makes, with their text.
///
/// # Errors
/// Where the policy cannot be read or contradicts itself.
pub fn files(root: &Path) -> anyhow::Result<Vec<(&'static str, String)>> {
    let text = std::fs::read_to_string(root.join(SOURCE)).context(SOURCE)?;
    let policy: Table = text.parse().context(SOURCE)?;
    let rights = rights(&policy)?;
    let tasks = tasks(&policy)?;
    Ok(vec![
        (TABLE, table(&rights, &tasks)),
        (PAGE, page(&policy, &rights, &tasks)?),
    ])
}

/// Writes what the policy makes.
///
/// # Errors
/// As [`files`], and where a file cannot be written.
pub fn write(root: &Path) -> anyhow::Result<()> {
    for (path, text) in files(root)? {
        std::fs::write(root.join(path), text).context(path)?;
    }
    Ok(())
}

/// What the policy makes and is not as it would make it.
///
/// # Errors
/// As [`files`].
pub fn check(root: &Path) -> anyhow::Result<Vec<Violation>> {
    let stale = |(path, text): (&str, String)| {
        let same = std::fs::read_to_string(root.join(path)).is_ok_and(|now| now == text);
        (!same).then(|| Violation {
            path: path.to_owned(),
            line: 1,
            message: format!("not as {SOURCE} makes it"),
            mend: "cargo run -p xtask -- policy".to_owned(),
        })
    };
    Ok(files(root)?.into_iter().filter_map(stale).collect())
}

fn section<'p>(policy: &'p Table, name: &str) -> anyhow::Result<&'p Table> {
    let found = policy.get(name).and_then(Value::as_table);
    found.with_context(|| format!("{SOURCE}: no table [{name}]"))
}

fn strings(value: Option<&Value>, what: &str) -> anyhow::Result<Vec<String>> {
    let list = value.and_then(Value::as_array);
    let list = list.with_context(|| format!("{SOURCE}: {what} is no list"))?;
    list.iter()
        .map(|value| {
            let text = value.as_str().map(str::to_owned);
            text.with_context(|| format!("{SOURCE}: {what} holds something that is no text"))
        })
        .collect()
}

/// `read roster marks` as its pairs.
fn pairs(policy: &Table, may: &str) -> anyhow::Result<Vec<(String, String)>> {
    let (verb, classes) = may.split_once(' ').context("a verb and classes")?;
    ensure!(
        section(policy, "verbs")?.contains_key(verb),
        "{SOURCE}: no verb {verb}"
    );
    let known = section(policy, "classes")?;
    classes
        .split_whitespace()
        .map(|class| {
            ensure!(known.contains_key(class), "{SOURCE}: no class {class}");
            Ok((verb.to_owned(), class.to_owned()))
        })
        .collect()
}

fn rights(policy: &Table) -> anyhow::Result<Vec<Right>> {
    let (relations, purposes) = (section(policy, "relations")?, section(policy, "purposes")?);
    let blocks = policy.get("right").and_then(Value::as_array);
    let blocks = blocks.with_context(|| format!("{SOURCE}: no [[right]]"))?;
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for block in blocks.iter().filter_map(Value::as_table) {
        let word = |key: &str| {
            let text = block.get(key).and_then(Value::as_str).map(str::to_owned);
            text.with_context(|| format!("{SOURCE}: a right without `{key}`"))
        };
        let (by, purpose, reason) = (word("by")?, word("purpose")?, word("reason")?);
        ensure!(relations.contains_key(&by), "{SOURCE}: no relation {by}");
        ensure!(
            purposes.contains_key(&purpose),
            "{SOURCE}: no purpose {purpose}"
        );
        for role in strings(block.get("roles"), "roles")? {
            for may in strings(block.get("may"), "may")? {
                for (verb, class) in pairs(policy, &may)? {
                    let cell = (role.clone(), verb.clone(), class.clone(), by.clone());
                    if !seen.insert(cell) {
                        bail!("{SOURCE}: {role} may {verb} {class} by {by} twice");
                    }
                    all.push([
                        role.clone(),
                        verb,
                        class,
                        by.clone(),
                        purpose.clone(),
                        reason.clone(),
                    ]);
                }
            }
        }
    }
    Ok(all)
}

type Task = (String, Vec<(String, String)>);

fn tasks(policy: &Table) -> anyhow::Result<Vec<Task>> {
    section(policy, "tasks")?
        .iter()
        .map(|(task, needs)| {
            let mut all = Vec::new();
            for need in strings(Some(needs), task)? {
                all.extend(pairs(policy, &need)?);
            }
            ensure!(!all.is_empty(), "{SOURCE}: {task} needs nothing");
            Ok((task.clone(), all))
        })
        .collect()
}

/// `own_lesson` as `OwnLesson`; `self` is no word for code.
fn name(code: &str) -> String {
    if code == "self" {
        return "Oneself".to_owned();
    }
    code.split('_')
        .map(|part| {
            let (first, rest) = part.split_at(1.min(part.len()));
            first.to_uppercase() + rest
        })
        .collect()
}

/// The head of the table; the checks on source read lines, so that none may look like a function.
const TABLE_HEAD: &str = concat!(
    "//! Made from `policy/access.toml` by `cargo run -p xtask -- policy`: change that file.\n//!\n",
    "//! Invariant: every line of the policy is one line here, and nothing else is.\n\n",
    "use super::words::{\n    AccessReason as W, Action as A, DataClass as C, Purpose as P, ",
    "Relation as T, UserRole as R,\n    Verb as V,\n};\nuse super::{DataClass, Right, Verb};\n\n",
    "const ",
    "fn right(role: R, verb: V, class: C, relation: T, purpose: P, reason: W) -> Right {\n    ",
    "Right {\n        role,\n        verb,\n        class,\n        relation,\n        ",
    "purpose,\n        reason,\n    }\n}\n\n",
    "/// The policy, line by line.\n#[rustfmt::skip]\npub const RIGHTS: &[Right] = &[\n",
);

fn table(rights: &[Right], tasks: &[Task]) -> String {
    let mut text = TABLE_HEAD.to_owned();
    for [role, verb, class, by, purpose, reason] in rights {
        let [role, verb, class] = [name(role), name(verb), name(class)];
        let [by, purpose, reason] = [name(by), name(purpose), name(reason)];
        let _ = writeln!(
            text,
            "    right(R::{role}, V::{verb}, C::{class}, T::{by}, P::{purpose}, W::{reason}),"
        );
    }
    text += "];\n\n/// What a task does to which classes of data, the main one first.\n#[rustfmt::skip]\n\
             pub const fn needs(action: A) -> &'static [(Verb, DataClass)] {\n    match action {\n";
    for (task, needs) in tasks {
        let pairs: Vec<String> = needs
            .iter()
            .map(|(verb, class)| format!("(V::{}, C::{})", name(verb), name(class)))
            .collect();
        let _ = writeln!(
            text,
            "        A::{} => &[{}],",
            name(task),
            pairs.join(", ")
        );
    }
    text += "    }\n}\n";
    text
}

fn page(policy: &Table, rights: &[Right], tasks: &[Task]) -> anyhow::Result<String> {
    let mut text = String::from(
        "# The access matrix\n\nMade from `policy/access.toml` by `cargo run -p xtask -- policy`. \
         What no row allows is denied; [access.md](access.md) tells how it is asked.\n",
    );
    for (heading, key) in [
        ("Classes of data", "classes"),
        ("Relations", "relations"),
        ("Purposes", "purposes"),
    ] {
        let _ = writeln!(text, "\n## {heading}\n\n| Word | What it is |\n|---|---|");
        for (word, value) in section(policy, key)? {
            let said = value.as_str().or_else(|| value.get("text")?.as_str());
            let letter = value.get("letter").and_then(Value::as_str);
            let letter = letter.map(|letter| format!(" ({letter})"));
            let said = said.with_context(|| format!("{SOURCE}: {word} says nothing"))?;
            let _ = writeln!(text, "| `{word}`{} | {said} |", letter.unwrap_or_default());
        }
    }
    of_roles(&mut text, rights);
    text += "\n## Tasks\n\n| Task | Needs |\n|---|---|\n";
    for (task, needs) in tasks {
        let needs: Vec<String> = needs
            .iter()
            .map(|(verb, class)| format!("{verb} {class}"))
            .collect();
        let _ = writeln!(text, "| `{task}` | {} |", needs.join(", "));
    }
    Ok(text)
}

/// A table for each role.
fn of_roles(text: &mut String, rights: &[Right]) {
    let mut roles: Vec<&String> = Vec::new();
    for [role, ..] in rights {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    for role in roles {
        let _ = writeln!(
            text,
            "\n## `{role}`\n\n| By relation | Verb | Classes | Purpose | Reason |\n|---|---|---|---|---|"
        );
        let mut rows: Vec<([&str; 4], Vec<&str>)> = Vec::new();
        for [who, verb, class, by, purpose, reason] in rights {
            if who != role {
                continue;
            }
            let key = [by.as_str(), verb, purpose, reason];
            match rows.iter_mut().find(|(known, _)| *known == key) {
                Some((_, classes)) => classes.push(class),
                None => rows.push((key, vec![class])),
            }
        }
        for ([by, verb, purpose, reason], classes) in rows {
            let classes = classes.join(", ");
            let _ = writeln!(text, "| {by} | {verb} | {classes} | {purpose} | {reason} |");
        }
    }
}

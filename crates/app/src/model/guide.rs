//! The plain-language twin of a model: guardian's guide, teacher's checklist, appendix, poster.
//!
//! All four are made from the model alone, so changing the file changes them all. They are
//! documents of headings, paragraphs and lists; pages and files choose their own look.
//!
//! Invariant: no text of the model can turn into markup.

use super::messages::capital;
use super::sentences::Teller;
use lasna_domain::model::{Language, Model, Outcome, Role, Step};

/// One piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading under the title.
    Heading(String),
    /// A heading under a heading.
    Subheading(String),
    /// A paragraph.
    Paragraph(String),
    /// A list of sentences.
    List(Vec<String>),
    /// A list to tick off.
    Checks(Vec<String>),
    /// A table: names of the columns, then the rows.
    Table(Vec<String>, Vec<Vec<String>>),
}

/// A titled document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is called.
    pub title: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

impl Document {
    /// The document as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut out = format!("# {}\n", escaped(&self.title));
        for block in &self.blocks {
            out.push('\n');
            out.push_str(&markdown(block));
        }
        out
    }
}

/// What a model says to the people it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guide {
    /// The guardian's guide to the ladder.
    pub guardian: Document,
    /// The teacher's checklist.
    pub teacher: Document,
    /// The appendix to the local curriculum: chapters 4.2, 5.1, 5.6 and 8.1.
    pub curriculum: Document,
    /// The poster of one page.
    pub poster: Document,
}

impl Guide {
    /// The four documents, one after the other.
    pub fn to_markdown(&self) -> String {
        let all = [
            &self.guardian,
            &self.teacher,
            &self.curriculum,
            &self.poster,
        ];
        all.map(Document::to_markdown).join("\n---\n\n")
    }
}

/// Tells a model in a language.
pub fn guide(model: &Model, language: Language) -> Guide {
    let teller = Teller::new(model, language);
    Guide {
        guardian: guardian(&teller),
        teacher: teacher(&teller),
        curriculum: curriculum(&teller),
        poster: poster(&teller),
    }
}

impl Teller<'_> {
    fn titled(&self, path: &[&str], blocks: Vec<Block>) -> Document {
        let title = self.model.title.get(self.language);
        Document {
            title: self.messages.say(path, &[("title", title)]),
            blocks,
        }
    }

    fn heading(&self, path: &[&str]) -> Block {
        Block::Heading(self.messages.word(path))
    }

    fn paragraph(&self, path: &[&str]) -> Block {
        Block::Paragraph(self.messages.word(path))
    }

    /// Every step with its conditions, its duties and its repetition.
    fn ladder(&self, duties: impl Fn(&Step) -> Block) -> Vec<Block> {
        let mut blocks = Vec::new();
        for (no, step) in self.model.steps.iter().enumerate() {
            blocks.push(Block::Subheading(self.step_heading(no, step)));
            blocks.push(self.paragraph(&["step", "starts"]));
            blocks.push(Block::List(
                step.any.iter().map(|c| self.condition(c)).collect(),
            ));
            if step.duties.is_empty() {
                blocks.push(self.paragraph(&["step", "nothing"]));
            } else {
                blocks.push(self.paragraph(&["step", "then"]));
                blocks.push(duties(step));
            }
            blocks.push(Block::Paragraph(self.again(step.counts_again)));
        }
        blocks
    }

    /// Where the model comes from and what it had to assume.
    fn about(&self) -> Vec<Block> {
        let (model, m) = (self.model, &self.messages);
        let valid = m.day(model.valid);
        let mut facts = vec![m.say(
            &["model", "version"],
            &[("name", &self.name()), ("date", &valid)],
        )];
        facts.push(match &model.approved {
            Some(approved) => {
                let on = m.day(approved.on);
                m.say(
                    &["model", "approved"],
                    &[("by", &approved.by), ("date", &on)],
                )
            }
            None => m.word(&["model", "unapproved"]),
        });
        if let Some(base) = &model.extends {
            let base = base.replace('@', " ");
            facts.push(m.say(&["model", "extends"], &[("name", &base)]));
        }
        facts.push(m.say(&["model", "source"], &[("source", &model.source)]));
        let mut blocks = vec![self.heading(&["model", "about"]), Block::List(facts)];
        if !model.assumptions.is_empty() {
            let all = model
                .assumptions
                .iter()
                .map(|text| text.get(self.language).to_owned());
            blocks.push(self.heading(&["model", "assumptions"]));
            blocks.push(Block::List(all.collect()));
        }
        blocks
    }
}

fn guardian(t: &Teller<'_>) -> Document {
    let home = ["home_1", "home_2", "home_3", "home_4"];
    let mut blocks = vec![
        t.paragraph(&["guardian", "intro"]),
        t.paragraph(&["guardian", "human"]),
        t.heading(&["guardian", "home"]),
        Block::List(home.map(|key| t.messages.word(&["guardian", key])).to_vec()),
        t.heading(&["guardian", "ladder"]),
    ];
    let duties = |step: &Step| Block::List(step.duties.iter().map(|d| t.duty_short(d)).collect());
    blocks.extend(t.ladder(duties));
    let used = t.measures_used();
    if !used.is_empty() {
        blocks.push(t.heading(&["guardian", "counted"]));
        blocks.push(Block::Paragraph(t.hour_means()));
        blocks.push(Block::List(used));
    }
    blocks.extend(t.about());
    t.titled(&["guardian", "title"], blocks)
}

fn teacher(t: &Teller<'_>) -> Document {
    let daily = ["daily_1", "daily_2", "daily_3"];
    let mut blocks = vec![
        t.heading(&["teacher", "daily"]),
        Block::Checks(daily.map(|key| t.messages.word(&["teacher", key])).to_vec()),
        t.paragraph(&["teacher", "clock"]),
        t.heading(&["guardian", "ladder"]),
    ];
    blocks.extend(
        t.ladder(|step| Block::Checks(step.duties.iter().map(|d| t.duty_full(d)).collect())),
    );
    blocks.push(t.heading(&["teacher", "year"]));
    let year = t.year();
    blocks.push(if year.is_empty() {
        t.paragraph(&["teacher", "no_year"])
    } else {
        Block::Checks(year)
    });
    t.titled(&["teacher", "title"], blocks)
}

fn curriculum(t: &Teller<'_>) -> Document {
    let intro = t
        .messages
        .say(&["curriculum", "intro"], &[("name", &t.name())]);
    let year = t.year();
    let mut blocks = vec![
        Block::Paragraph(intro),
        t.heading(&["curriculum", "c42"]),
        t.paragraph(&["curriculum", "c42_text"]),
        if year.is_empty() {
            t.paragraph(&["teacher", "no_year"])
        } else {
            Block::List(year)
        },
        t.heading(&["curriculum", "c51"]),
        t.paragraph(&["curriculum", "c51_text"]),
        Block::List(division_of_work(t)),
        t.heading(&["curriculum", "c56"]),
        t.paragraph(&["curriculum", "c56_text"]),
    ];
    blocks
        .extend(t.ladder(|step| Block::List(step.duties.iter().map(|d| t.duty_full(d)).collect())));
    blocks.push(Block::Paragraph(t.hour_means()));
    blocks.push(Block::List(t.measures_used()));
    blocks.push(t.heading(&["curriculum", "c81"]));
    blocks.push(t.paragraph(&["curriculum", "c81_text"]));
    let together = together(t);
    blocks.push(if together.is_empty() {
        t.paragraph(&["curriculum", "c81_none"])
    } else {
        Block::List(together)
    });
    blocks.extend(t.about());
    t.titled(&["curriculum", "title"], blocks)
}

/// Each role's duties: `Principal: meeting (step 2), plan (step 3).`
fn division_of_work(t: &Teller<'_>) -> Vec<String> {
    let of_role = |role: &Role| {
        let mut duties = Vec::new();
        for (no, step) in t.model.steps.iter().enumerate() {
            let own = step.duties.iter().filter(|duty| duty.role == *role);
            duties.extend(own.map(|duty| at_step(t, duty.title.get(t.language), no)));
        }
        let role = capital(&t.role(*role));
        let text = format!("{}.", duties.join("; "));
        let values = [("role", &*role), ("duties", &*text)];
        (!duties.is_empty()).then(|| t.messages.say(&["duty", "by_role"], &values))
    };
    Role::ALL.iter().filter_map(of_role).collect()
}

/// The duties that bring several professions together.
fn together(t: &Teller<'_>) -> Vec<String> {
    let many = [
        Outcome::CausesMapped,
        Outcome::MeetingHeld,
        Outcome::OutsideContacted,
    ];
    let mut out = Vec::new();
    for (no, step) in t.model.steps.iter().enumerate() {
        for duty in &step.duties {
            let shared = duty.role == Role::WelfareGroup;
            if shared || duty.done.iter().any(|outcome| many.contains(outcome)) {
                out.push(format!("{}.", at_step(t, duty.title.get(t.language), no)));
            }
        }
    }
    out
}

fn at_step(t: &Teller<'_>, title: &str, no: usize) -> String {
    let n = (no + 1).to_string();
    t.messages
        .say(&["curriculum", "at_step"], &[("title", title), ("n", &n)])
}

fn poster(t: &Teller<'_>) -> Document {
    let row = |(no, step): (usize, &Step)| {
        let when = step.any.first().map(|c| t.condition(c)).unwrap_or_default();
        let first = step
            .duties
            .first()
            .map(|d| t.duty_short(d))
            .unwrap_or_default();
        vec![t.step_heading(no, step), when, first]
    };
    let head = ["step", "when", "first"]
        .map(|key| t.messages.word(&["poster", key]))
        .to_vec();
    let blocks = vec![
        t.paragraph(&["poster", "lead"]),
        Block::Table(head, t.model.steps.iter().enumerate().map(row).collect()),
        t.paragraph(&["poster", "foot"]),
    ];
    t.titled(&["poster", "title"], blocks)
}

fn markdown(block: &Block) -> String {
    let lines = |mark: &str, items: &[String]| -> String {
        items
            .iter()
            .map(|item| format!("{mark} {}\n", escaped(item)))
            .collect()
    };
    match block {
        Block::Heading(text) => format!("## {}\n", escaped(text)),
        Block::Subheading(text) => format!("### {}\n", escaped(text)),
        Block::Paragraph(text) => format!("{}\n", escaped(text)),
        Block::List(items) => lines("-", items),
        Block::Checks(items) => lines("- [ ]", items),
        Block::Table(head, rows) => {
            let row = |cells: &[String]| {
                let cells: Vec<_> = cells.iter().map(|cell| escaped(cell)).collect();
                format!("| {} |\n", cells.join(" | "))
            };
            let rule = format!("|{}\n", "---|".repeat(head.len()));
            let rows: String = rows.iter().map(|cells| row(cells)).collect();
            format!("{}{rule}{rows}", row(head))
        }
    }
}

/// Text in which no character is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.starts_with(['-', '+', '=', '~']) {
        out.push('\\');
    }
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' => {
                out.push('\\');
                out.push(letter);
            }
            control if control.is_control() => out.push(' '),
            plain => out.push(plain),
        }
    }
    out
}

//! The guides of `docs/guides` as HTML, with their pictures.
//!
//! A comment before a heading names its section: `<!-- imports -->` is where the link to help leads
//! from `/imports`.
//!
//! Invariant: a guide has no markup of its own beside such names, and shows no picture and links to
//! no guide that is not there.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Parser, Tag, TagEnd, html};
use std::fmt::Write as _;
use std::fs;
use std::io::Error;
use std::path::{Path, PathBuf};

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

/// A picture: its name and where it is.
pub struct Picture {
    pub name: String,
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

/// A guide as it was written.
pub struct Source {
    language: &'static str,
    role: String,
    text: String,
}

/// A guide that is being made.
#[derive(Default)]
struct Making<'a> {
    title: String,
    /// Name, heading and level of each section.
    sections: Vec<(String, String, u8)>,
    events: Vec<Event<'a>>,
    /// What the next heading is called.
    named: Option<String>,
    /// The text of a title, or of a picture that is not seen.
    collected: Option<String>,
    in_heading: bool,
    /// The picture that is being told.
    picture: Option<CowStr<'a>>,
}

/// What the addresses in a guide may lead to.
struct Known<'a> {
    pictures: &'a [Picture],
    roles: Vec<&'a str>,
    build: &'a str,
}

/// Files of a folder by name, those that end so.
fn files(folder: &Path, end: &str) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(end) {
            found.push((name.into_owned(), path));
        }
    }
    found.sort();
    Ok(found)
}

/// All pictures.
pub fn pictures(folder: &Path) -> Result<Vec<Picture>, Error> {
    let found = files(&folder.join("images"), ".png")?.into_iter();
    let read = |(name, path): (String, PathBuf)| {
        let bytes = fs::read(&path)?;
        let path = path.canonicalize()?;
        Ok(Picture { name, path, bytes })
    };
    found.map(read).collect()
}

/// All guides.
pub fn sources(folder: &Path) -> Result<Vec<Source>, Error> {
    let mut all = Vec::new();
    for language in LANGUAGES {
        for (name, path) in files(&folder.join(language), ".md")? {
            all.push(Source {
                language,
                role: name.trim_end_matches(".md").to_owned(),
                text: fs::read_to_string(path)?,
            });
        }
    }
    Ok(all)
}

/// What `help.rs` includes: the tables `GUIDES` and `PICTURES`.
pub fn tables(sources: &[Source], pictures: &[Picture], build: &str) -> Result<String, Error> {
    let known = Known {
        pictures,
        roles: sources.iter().map(|source| &*source.role).collect(),
        build,
    };
    let mut text = String::from("const GUIDES: &[Guide] = &[\n");
    for source in sources {
        let Source { language, role, .. } = source;
        let wrong = |told| Error::other(format!("guide {language}/{role}: {told}"));
        let mut making = Making::default();
        for event in Parser::new(&source.text) {
            making.take(event, &known).map_err(wrong)?;
        }
        let (title, sections) = (&making.title, &making.sections);
        let mut body = String::new();
        html::push_html(&mut body, making.events.into_iter());
        writeln!(
            text,
            "Guide {{ language: {language:?}, role: {role:?}, title: {title:?}, \
             sections: &{sections:?}, html: {body:?} }},"
        )
        .map_err(Error::other)?;
    }
    text.push_str("];\npub(crate) const PICTURES: &[(&str, &[u8])] = &[\n");
    for Picture { name, path, .. } in pictures {
        writeln!(text, "({name:?}, include_bytes!({path:?})),").map_err(Error::other)?;
    }
    text.push_str("];\n");
    Ok(text)
}

impl<'a> Making<'a> {
    fn take(&mut self, event: Event<'a>, known: &Known<'_>) -> Result<(), String> {
        match event {
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Html(comment) => self.named = Some(section_of(&comment)?),
            Event::InlineHtml(markup) => return Err(format!("markup: {markup}")),
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            }) => {
                self.collected = Some(String::new());
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                self.title = self.collected.take().unwrap_or_default();
            }
            Event::Start(Tag::Heading { level, .. }) => self.begin(level),
            end @ Event::End(TagEnd::Heading(_)) => {
                self.in_heading = false;
                self.events.push(end);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.collected = Some(String::new());
                self.picture = Some(dest_url);
            }
            Event::End(TagEnd::Image) => self.show(known)?,
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let dest_url = way(&dest_url, known)?.into();
                self.events.push(Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title,
                    id,
                }));
            }
            Event::Text(part) if self.collected.is_some() => {
                self.collected.get_or_insert_default().push_str(&part);
            }
            other => {
                if let (Event::Text(part), true) = (&other, self.in_heading)
                    && let Some((_, heading, _)) = self.sections.last_mut()
                {
                    heading.push_str(part);
                }
                self.events.push(other);
            }
        }
        Ok(())
    }

    fn begin(&mut self, level: HeadingLevel) {
        let next = format!("section-{}", self.sections.len() + 1);
        let id = self.named.take().unwrap_or(next);
        self.sections.push((id.clone(), String::new(), level as u8));
        self.in_heading = true;
        self.events.push(Event::Start(Tag::Heading {
            level,
            id: Some(id.into()),
            classes: Vec::new(),
            attrs: Vec::new(),
        }));
    }

    fn show(&mut self, known: &Known<'_>) -> Result<(), String> {
        let path = self.picture.take().ok_or("no picture")?;
        let told = self.collected.take().unwrap_or_default();
        let name = path.strip_prefix("../images/").unwrap_or_default();
        let picture = known.pictures.iter().find(|picture| picture.name == name);
        let picture = picture.ok_or_else(|| format!("no picture {path}"))?;
        let (width, height) = size(&picture.bytes).ok_or_else(|| format!("{path} is no PNG"))?;
        let told = told.replace('&', "&amp;").replace('"', "&quot;");
        let told = told.replace('<', "&lt;").replace('>', "&gt;");
        let build = known.build;
        let markup = format!(
            "<img src=\"/assets/{build}/{name}\" alt=\"{told}\" width=\"{width}\" \
             height=\"{height}\" loading=\"lazy\">"
        );
        self.events.push(Event::InlineHtml(markup.into()));
        Ok(())
    }
}

/// The name in `<!-- name -->`.
fn section_of(comment: &str) -> Result<String, String> {
    let inner = comment.trim().strip_prefix("<!-- ");
    let name = inner.and_then(|rest| rest.strip_suffix(" -->"));
    let plain = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let name = name.filter(plain);
    name.map(str::to_owned)
        .ok_or_else(|| format!("markup: {comment}"))
}

/// Where a link to another guide leads on the pages.
fn way(link: &str, known: &Known<'_>) -> Result<String, String> {
    let role = link.strip_suffix(".md");
    let role = role.filter(|role| known.roles.contains(role));
    role.map(|role| format!("/help/{role}"))
        .ok_or_else(|| format!("no guide {link}"))
}

/// Width and height of a PNG, from its first chunk.
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let is_png = bytes.starts_with(b"\x89PNG");
    is_png.then_some((number(16)?, number(20)?))
}

//! HTML as a browser would take it: tags that match, ids that are there, texts without a gap.
//!
//! Invariant: it knows nothing of the templates; what it refuses would be wrong on any page.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

/// One tag with its attributes.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

/// A page taken apart.
pub struct Page {
    pub tags: Vec<Tag>,
    /// Texts between tags.
    pub texts: Vec<String>,
}

const VOID: [&str; 7] = ["meta", "link", "input", "br", "hr", "img", "wbr"];

/// The first words of keys, so that a key that is shown in the place of its text is known.
static AREAS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en");
    let files = std::fs::read_dir(folder).unwrap();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let names = |text: String| {
        let heads = text.lines().filter_map(|line| line.strip_prefix('['));
        heads
            .map(|head| head.trim_end_matches(']').to_owned())
            .collect::<Vec<_>>()
    };
    texts.flat_map(names).collect()
});

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    fn of(text: &str, at: &str) -> Tag {
        let text = text.trim_end_matches('/').trim();
        let (name, mut rest) = text.split_once([' ', '\n']).unwrap_or((text, ""));
        let mut attributes = Vec::new();
        while !rest.trim().is_empty() {
            rest = rest.trim_start();
            let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let Some(quoted) = after.strip_prefix("=\"") else {
                assert!(
                    !after.starts_with('='),
                    "{at}: {key} is not quoted in <{text}>"
                );
                attributes.push((key.to_owned(), String::new()));
                rest = after;
                continue;
            };
            let (value, after) = quoted
                .split_once('"')
                .unwrap_or_else(|| panic!("{at}: <{text}>"));
            attributes.push((key.to_owned(), value.to_owned()));
            rest = after;
        }
        Tag {
            name: name.to_owned(),
            attributes,
        }
    }
}

/// Takes a page apart; tags that do not match fail.
pub fn parse(html: &str, at: &str) -> Page {
    let mut rest = html
        .strip_prefix("<!doctype html>")
        .unwrap_or_else(|| panic!("{at}: no doctype"));
    let mut page = Page {
        tags: Vec::new(),
        texts: Vec::new(),
    };
    let mut open: Vec<String> = Vec::new();
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>'), "{at}: a stray > after {text:?}");
        if !text.trim().is_empty() {
            page.texts.push(text.trim().to_owned());
        }
        let (tag, after) = after
            .split_once('>')
            .unwrap_or_else(|| panic!("{at}: a tag without end"));
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let opened = open.pop().unwrap_or_default();
            assert_eq!(opened, name, "{at}: </{name}> closes <{opened}>");
            continue;
        }
        let empty = tag.ends_with('/');
        let tag = Tag::of(tag, at);
        if !empty && !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        page.tags.push(tag);
    }
    assert_eq!(open, [""; 0], "{at}: not closed");
    assert!(rest.trim().is_empty(), "{at}: {rest:?} behind the page");
    page
}

fn is_key(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.split_once('.').is_some_and(|(area, name)| {
        let name_like = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
        AREAS.contains(area) && !name.is_empty() && name.chars().all(name_like)
    })
}

/// Attributes whose words people read.
const SHOWN: [&str; 6] = [
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "data-sum",
    "data-sum-more",
];

/// What holds of every page of ours in a language; gives the page taken apart.
pub fn check(html: &str, language: &str, at: &str) -> Page {
    let page = parse(html, at);
    let named = |name: &str| page.tags.iter().filter(|tag| tag.name == name).count();
    assert_eq!(page.tags[0].name, "html", "{at}");
    assert_eq!(page.tags[0].get("lang"), Some(language), "{at}");
    for (name, count) in [("h1", 1), ("main", 1), ("title", 1), ("body", 1)] {
        assert_eq!(named(name), count, "{at}: <{name}>");
    }
    let all = page.tags.iter().filter_map(|tag| tag.get("id"));
    let mut ids = BTreeSet::new();
    for id in all {
        assert!(
            !id.is_empty() && ids.insert(id),
            "{at}: the id {id:?} twice"
        );
    }
    for tag in &page.tags {
        for name in [
            "for",
            "aria-labelledby",
            "aria-describedby",
            "aria-controls",
        ] {
            for id in tag.get(name).unwrap_or_default().split_whitespace() {
                assert!(
                    ids.contains(id),
                    "{at}: {name} of {id:?}, which is not there"
                );
            }
        }
        let local = tag.get("href").and_then(|href| href.strip_prefix('#'));
        assert!(
            local.is_none_or(|id| ids.contains(id)),
            "{at}: a way to {local:?}"
        );
        for (name, value) in &tag.attributes {
            // What a script fills in.
            let filled = !name.starts_with("data-");
            assert!(!filled || !has_blank(value), "{at}: {name}={value:?}");
            assert!(
                !name.starts_with("on") && name != "style",
                "{at}: {name} in <{}>",
                tag.name
            );
            if SHOWN.contains(&name.as_str()) {
                assert!(!value.trim().is_empty(), "{at}: empty {name}");
                assert!(
                    !value.split_whitespace().any(is_key),
                    "{at}: {name}={value:?}"
                );
            }
        }
        let is_field = ["input", "select", "textarea"].contains(&tag.name.as_str());
        if is_field && tag.get("type") != Some("hidden") {
            let id = tag.get("id").unwrap_or_default();
            let labelled = page.tags.iter().any(|label| label.get("for") == Some(id));
            assert!(labelled, "{at}: no label for {tag:?}");
        }
    }
    tells_what_is_wrong(&page, at);
    for text in &page.texts {
        assert!(!has_blank(text), "{at}: {text:?}");
        assert!(
            !text.split_whitespace().any(is_key),
            "{at}: a key is shown: {text:?}"
        );
    }
    page
}

/// A field that is wrong names the sentence that says why, and the sum of them takes the focus.
fn tells_what_is_wrong(page: &Page, at: &str) {
    let class_of = |id: &str| {
        let tag = page.tags.iter().find(|tag| tag.get("id") == Some(id));
        tag.and_then(|tag| tag.get("class")).unwrap_or_default()
    };
    for tag in &page.tags {
        let wrong = tag.get("aria-invalid") == Some("true");
        let mut told = tag.get("aria-describedby").unwrap_or_default().split(' ');
        // The sheet of a register tells it in its own way.
        let sheet = tag
            .get("name")
            .is_some_and(|name| name.starts_with("late-"));
        assert!(
            !wrong || sheet || told.any(|id| class_of(id) == "error"),
            "{at}: nothing says what is wrong with {tag:?}"
        );
    }
    let focused = |tag: &&Tag| tag.get("autofocus").is_some();
    assert!(page.tags.iter().filter(focused).count() <= 1, "{at}");
    for tag in page
        .tags
        .iter()
        .filter(|tag| tag.get("class") == Some("errors"))
    {
        let takes = tag.get("tabindex") == Some("-1") && focused(&tag);
        let is_register = page.tags.iter().any(|tag| {
            tag.get("class")
                .is_some_and(|class| class.starts_with("register"))
        });
        assert!(takes || is_register, "{at}: the focus stays behind");
    }
}

/// Whether a `{name}` was left.
fn has_blank(text: &str) -> bool {
    text.split('{').skip(1).any(|part| {
        let name = part.split('}').next().unwrap_or_default();
        part.contains('}') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    })
}

impl Page {
    /// The values of fields by name, as a form without a script would send them.
    pub fn value(&self, name: &str) -> &str {
        let mut fields = self.tags.iter().filter(|tag| tag.get("name") == Some(name));
        let field =
            fields.find(|tag| tag.get("type") != Some("radio") || tag.get("checked").is_some());
        field
            .and_then(|tag| tag.get("value"))
            .unwrap_or_else(|| panic!("no field {name}"))
    }

    /// How many forms are sent to a path that ends so, whatever its query.
    pub fn forms(&self, end: &str) -> usize {
        let actions = self.tags.iter().filter_map(|tag| tag.get("action"));
        let paths = actions.filter_map(|action| action.split('?').next());
        paths.filter(|path| path.ends_with(end)).count()
    }

    /// Whether any text holds a part.
    pub fn says(&self, part: &str) -> bool {
        self.texts.iter().any(|text| text.contains(part))
    }
}

#[test]
fn what_is_wrong_with_a_page_is_found() {
    let page = |body: &str| {
        format!(
            "<!doctype html>\n<html lang=\"fi\"><head><title>t</title></head>\
             <body><main><h1>x</h1>{body}</main></body></html>"
        )
    };
    check(
        &page("<p id=\"a\">{ 1 } a.b frame is</p><br>"),
        "fi",
        "fine",
    );
    for wrong in [
        "<p>frame.today</p>",
        "<p>(frame.today)</p>",
        "<p>{name}</p>",
        "<p>a</div>",
        "<p>",
        "<h1>y</h1>",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<p aria-labelledby=\"b\"></p>",
        "<a href=\"#b\">b</a>",
        "<input id=\"c\" type=\"text\">",
        "<p style=\"x\"></p>",
        "<p class=x></p>",
    ] {
        let html = page(wrong);
        let found = std::panic::catch_unwind(|| check(&html, "fi", "wrong"));
        assert!(found.is_err(), "{wrong}");
    }
}

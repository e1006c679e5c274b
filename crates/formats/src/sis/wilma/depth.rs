//! How deep the elements of an HTML page are nested, before it is given to a parser.
//!
//! An HTML parser builds whatever it is given, and one with very deep nesting costs it the square
//! of its size. This walks the tags only. What it is not: a parser; where the two differ, this
//! counts deeper. Elements whose end tag may be left out are not counted, since they do not nest
//! alone.
//!
//! Invariant: it works through each byte at most twice and holds at most `most` names.

/// Elements without content, and elements whose end tag may be left out.
const UNCOUNTED: [&str; 31] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "html", "head", "body", "p", "li", "dt", "dd", "tr", "td", "th", "thead",
    "tbody", "tfoot", "option", "optgroup", "colgroup", "caption",
];

/// Elements that an end tag of another does not reach beyond.
const WALLS: [&str; 7] = [
    "table", "template", "object", "marquee", "applet", "svg", "math",
];

/// Whether no element lies deeper than `most` counted elements.
pub(super) fn within(html: &str, most: usize) -> bool {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if rest.starts_with("!--") {
            rest = after_comment(rest);
            continue;
        }
        let closing = rest.starts_with('/');
        let tag = rest.strip_prefix('/').unwrap_or(rest);
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            // `<!doctype>`, `<?x>` and `</ >` end at the next bracket; a lone `<` is text.
            if closing || rest.starts_with(['!', '?']) {
                rest = rest.split_once('>').map_or("", |(_, after)| after);
            }
            continue;
        }
        let end = tag
            .find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
            .unwrap_or(tag.len());
        let name = tag.get(..end).unwrap_or_default().to_ascii_lowercase();
        rest = after_attributes(tag.get(end..).unwrap_or_default());
        let foreign = open.iter().any(|name| name == "svg" || name == "math");
        if !foreign && UNCOUNTED.contains(&name.as_str()) {
            continue;
        }
        if closing {
            close(&mut open, &name);
            continue;
        }
        if !foreign && (name == "script" || name == "style") {
            rest = after_raw(rest, &name);
            continue;
        }
        if open.len() >= most {
            return false;
        }
        open.push(name);
    }
    true
}

/// Closes the nearest open element of the name, with all that was left open in it.
fn close(open: &mut Vec<String>, name: &str) {
    for at in (0..open.len()).rev() {
        let Some(candidate) = open.get(at) else {
            return;
        };
        if candidate == name {
            open.truncate(at);
            return;
        }
        if WALLS.contains(&candidate.as_str()) {
            return;
        }
    }
}

/// What follows a comment that begins with `!--`; nothing where it is never closed.
///
/// `<!-->` is a whole comment: its end may share the two dashes of the beginning.
fn after_comment(comment: &str) -> &str {
    let end = |from: usize, mark: &str| {
        comment
            .get(from..)
            .and_then(|part| part.find(mark))
            .map(|at| from + at + mark.len())
    };
    let ends = [end(1, "-->"), end(3, "--!>")];
    ends.into_iter()
        .flatten()
        .min()
        .and_then(|end| comment.get(end..))
        .unwrap_or("")
}

/// What follows the end tag of a script or a style sheet.
fn after_raw<'a>(mut rest: &'a str, name: &str) -> &'a str {
    while let Some(at) = rest.find("</") {
        rest = rest.get(at + 2..).unwrap_or_default();
        if rest
            .get(..name.len())
            .is_some_and(|tag| tag.eq_ignore_ascii_case(name))
        {
            return after_attributes(rest.get(name.len()..).unwrap_or_default());
        }
    }
    ""
}

/// What follows the bracket that ends a tag. A bracket in a quoted value does not end it.
fn after_attributes(tag: &str) -> &str {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return "";
        }
        if let Some(after) = rest.strip_prefix('>') {
            return after;
        }
        // An equals sign in front belongs to the name.
        let mut letters = rest.char_indices().skip(1);
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
        let end = letters
            .find(|(_, c)| ends(*c))
            .map_or(rest.len(), |(at, _)| at);
        rest = rest.get(end..).unwrap_or_default();
        let value = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let Some(value) = value.strip_prefix('=') else {
            continue;
        };
        rest = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        rest = match quote {
            Some(quote) => rest
                .get(1..)
                .and_then(|value| value.split_once(quote))
                .map_or("", |(_, after)| after),
            None => {
                let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '>');
                end.and_then(|end| rest.get(end..)).unwrap_or("")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn nesting_is_counted_as_a_parser_would_see_it() {
        let deep = |n: usize| format!("{}x{}", "<div>".repeat(n), "</div>".repeat(n));
        assert!(within(&deep(10), 10));
        assert!(!within(&deep(11), 10));
        assert!(within(&"<div></div><br><img src=a><p>b".repeat(100), 1));
        let table = "<table><tr><td>a<td>b<tr><td>c</table>".repeat(50);
        assert!(within(&table, 1));
    }

    #[test]
    fn what_hides_depth_does_not_hide_it_here() {
        let hidden = [
            "<div></span>",
            "<div a=\"</div>\">",
            "<div a = '</div>'>",
            "<!--><div>-->",
            "<div><!--!></div>-->",
            "<div><table></div>",
            "<svg><td>",
            "<rt>",
            "<div><!-- </div> --!>",
            "<div =\"><b x=\">",
        ];
        for part in hidden {
            assert!(!within(&part.repeat(50), 10), "{part}");
        }
        let shown = [
            "<script>'<div>'</script>",
            "<!--<div>-->",
            "<style>a<div></style >",
            "<3 <",
        ];
        for part in shown {
            assert!(within(&part.repeat(50), 1), "{part}");
        }
    }
}

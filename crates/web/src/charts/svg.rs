//! Drawings: a canvas that writes SVG and escapes every text.
//!
//! Colours are classes of `charts.css`, because the content policy forbids styles in a page; only
//! geometry and references to patterns are attributes.
//!
//! Invariant: markup in a drawing comes from this file alone; what a caller gives is escaped.

use std::collections::BTreeSet;
use std::fmt::Write;

/// A fill that is told by its pattern as well as by its tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pattern {
    /// Authorised absence: diagonal lines.
    Hatch,
    /// Unresolved absence: dots.
    Dots,
    /// What is not marked: lines the other way.
    Gap,
    /// The same, wider apart, behind lines that must stay readable.
    Band,
}

impl Pattern {
    fn name(self) -> &'static str {
        match self {
            Pattern::Hatch => "hatch",
            Pattern::Dots => "dots",
            Pattern::Gap => "gap",
            Pattern::Band => "band",
        }
    }

    /// Turn in degrees of a square tile, its side, and what is in it. Dots have a tile of their own.
    fn tile(self) -> (i16, &'static str, &'static str) {
        match self {
            Pattern::Hatch => (
                45,
                "4",
                r#"<path class="c-ochre-pale" d="M0 0h4v4h-4z"/><path class="c-ochre" d="M0 0h2v4h-2z"/>"#,
            ),
            Pattern::Dots => (0, "4", ""),
            Pattern::Gap => (-45, "5", r#"<path class="c-gap" d="M0 0h1.2v5h-1.2z"/>"#),
            Pattern::Band => (-45, "8", r#"<path class="c-gap" d="M0 0h.9v8h-.9z"/>"#),
        }
    }
}

/// The tile of dots: one dot for each, so that even a thin bar holds a whole row of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct DotTile {
    pub origin: (f64, f64),
    pub width: f64,
    pub height: f64,
}

impl DotTile {
    fn markup(&self, id: &str) -> String {
        let (x, y) = (number(self.origin.0), number(self.origin.1));
        let (w, h) = (number(self.width), number(self.height));
        let (cx, cy) = (number(self.width / 2.0), number(self.height / 2.0));
        let r = number(self.width.min(self.height) * 0.38);
        format!(
            r#"<pattern id="{id}" x="{x}" y="{y}" width="{w}" height="{h}" patternUnits="userSpaceOnUse"><path class="c-heather-pale" d="M0 0h{w}v{h}h-{w}z"/><circle class="c-heather" cx="{cx}" cy="{cy}" r="{r}"/></pattern>"#
        )
    }
}

/// How an area is filled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fill {
    /// A class of the stylesheet.
    Tone(&'static str),
    /// A pattern that the drawing brings along.
    Pattern(Pattern),
}

/// The end of a text that stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A finished drawing. Only a [`Canvas`] makes one.
#[derive(Clone, Debug)]
pub(crate) struct Drawing {
    width: u32,
    height: u32,
    body: String,
}

impl Drawing {
    /// Width in units of the drawing.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in units of the drawing.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The markup inside the `svg` element.
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// A number with at most one decimal, as short as it can be written.
pub(super) fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
    if rest == 0 {
        format!("{sign}{whole}")
    } else if whole == 0 {
        format!("{sign}.{rest}")
    } else {
        format!("{sign}{whole}.{rest}")
    }
}

/// A text as content or attribute. Control signs, which XML forbids, are left out.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars().filter(|sign| !sign.is_control()) {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Many rectangles or lines of one look in one element, which keeps a year small.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    steps: String,
    /// Where the pen is, in tenths; the next rectangle is told from there, in fewer signs.
    pen: Option<(i64, i64)>,
}

impl Path {
    /// A rectangle to be filled. It is not closed, so it has no outline on its left.
    pub fn bar(&mut self, x: f64, y: f64, width: f64, height: f64) {
        let tenths = |value: f64| (value * 10.0).round() as i64;
        let (left, top, tall) = (tenths(x), tenths(y), tenths(height));
        let (sign, from) = match self.pen.replace((left, top + tall)) {
            Some(pen) => ('m', pen),
            None => ('M', (0, 0)),
        };
        let x = number((left - from.0) as f64 / 10.0);
        let y = number((top - from.1) as f64 / 10.0);
        let space = if y.starts_with('-') { "" } else { " " };
        let (w, h) = (number(width), number(height));
        let _ = write!(self.steps, "{sign}{x}{space}{y}h{w}v{h}h-{w}");
    }

    /// A rectangle with an outline all around.
    pub fn frame(&mut self, x: f64, y: f64, width: f64, height: f64) {
        self.pen = None;
        self.bar(x, y, width, height);
        self.pen = None;
        self.steps.push('z');
    }

    /// Begins a line.
    pub fn start(&mut self, x: f64, y: f64) {
        self.pen = None;
        let _ = write!(self.steps, "M{} {}", number(x), number(y));
    }

    /// Goes level.
    pub fn level(&mut self, x: f64) {
        let _ = write!(self.steps, "H{}", number(x));
    }

    /// Goes straight up or down.
    pub fn upright(&mut self, y: f64) {
        let _ = write!(self.steps, "V{}", number(y));
    }

    /// Goes to a point.
    pub fn to(&mut self, x: f64, y: f64) {
        let _ = write!(self.steps, "L{} {}", number(x), number(y));
    }
}

/// Where a drawing comes to be.
#[derive(Debug)]
pub(super) struct Canvas {
    ids: String,
    width: u32,
    patterns: BTreeSet<Pattern>,
    dots: DotTile,
    body: String,
}

impl Canvas {
    /// An empty canvas; `ids` begins every id in it.
    pub fn new(ids: &str, width: u32) -> Canvas {
        Canvas {
            ids: id_of(ids),
            width,
            patterns: BTreeSet::new(),
            dots: DotTile {
                origin: (0.0, 0.0),
                width: 3.5,
                height: 4.0,
            },
            body: String::new(),
        }
    }

    /// Width in units.
    pub fn width(&self) -> f64 {
        f64::from(self.width)
    }

    /// Fits the dots to what is dotted.
    pub fn fit_dots(&mut self, dots: DotTile) {
        self.dots = dots;
    }

    /// Draws a path, unless there is nothing in it.
    pub fn path(&mut self, fill: Fill, path: &Path) {
        if path.steps.is_empty() {
            return;
        }
        let fill = self.fill(fill);
        let _ = write!(self.body, r#"<path {fill} d="{}"/>"#, path.steps);
    }

    /// A rectangle.
    pub fn bar(&mut self, fill: Fill, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let mut path = Path::default();
        path.frame(x, y, width.max(0.0), height.max(0.0));
        self.path(fill, &path);
    }

    /// A straight line.
    pub fn line(&mut self, class: &'static str, from: (f64, f64), to: (f64, f64)) {
        let mut path = Path::default();
        path.start(from.0, from.1);
        path.to(to.0, to.1);
        self.path(Fill::Tone(class), &path);
    }

    /// A circle.
    pub fn circle(&mut self, class: &'static str, (x, y): (f64, f64), radius: f64) {
        let (x, y, r) = (number(x), number(y), number(radius));
        let _ = write!(
            self.body,
            r#"<circle class="{class}" cx="{x}" cy="{y}" r="{r}"/>"#
        );
    }

    /// Upright lines in the colour of the ground, one at the end of each slot of a raster.
    ///
    /// They are the dashes of one broad level line: hundreds of them cost no more than one.
    pub fn seams(
        &mut self,
        (left, top): (f64, f64),
        (right, bottom): (f64, f64),
        slot: f64,
        seam: f64,
    ) {
        let (left, right, tall) = (number(left), number(right), number(bottom - top));
        let (middle, bar, seam) = (
            number((top + bottom) / 2.0),
            number(slot - seam),
            number(seam),
        );
        let _ = write!(
            self.body,
            r#"<path class="c-seam" stroke-width="{tall}" stroke-dasharray="0 {bar} {seam} 0" d="M{left} {middle}H{right}"/>"#
        );
    }

    /// A text, escaped.
    pub fn text(&mut self, class: &'static str, anchor: Anchor, (x, y): (f64, f64), text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let (x, y, text) = (number(x), number(y), escape(text));
        let _ = write!(
            self.body,
            r#"<text class="{class}" x="{x}" y="{y}"{anchor}>{text}</text>"#
        );
    }

    /// The drawing, as tall as it has become.
    pub fn finish(self, height: f64) -> Drawing {
        let mut body = String::new();
        for pattern in &self.patterns {
            let id = format!("{}-{}", self.ids, pattern.name());
            let (turn, side, tile) = pattern.tile();
            let markup = match pattern {
                Pattern::Dots => self.dots.markup(&id),
                _ => format!(
                    r#"<pattern id="{id}" width="{side}" height="{side}" patternUnits="userSpaceOnUse" patternTransform="rotate({turn})">{tile}</pattern>"#
                ),
            };
            let _ = write!(body, "<defs>{markup}</defs>");
        }
        body.push_str(&self.body);
        Drawing {
            width: self.width,
            height: height.max(1.0).ceil() as u32,
            body,
        }
    }

    fn fill(&mut self, fill: Fill) -> String {
        match fill {
            Fill::Tone(class) => format!(r#"class="{class}""#),
            Fill::Pattern(pattern) => {
                self.patterns.insert(pattern);
                format!(r#"fill="url(#{}-{})""#, self.ids, pattern.name())
            }
        }
    }
}

/// A text as an id: letters, digits and hyphens, beginning with a letter.
pub(super) fn id_of(text: &str) -> String {
    let sign = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign
        } else {
            '-'
        }
    };
    let id: String = text.chars().map(sign).collect();
    if id.starts_with(|first: char| first.is_ascii_alphabetic()) {
        id
    } else {
        format!("chart-{id}")
    }
}

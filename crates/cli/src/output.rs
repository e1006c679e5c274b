//! What goes to standard output and standard error.
//!
//! Invariant: results go to standard output, everything else to standard error.

use anyhow::Context as _;
use serde::Serialize;
use std::io::{IsTerminal, Write};

/// Prints one JSON document.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    lines([text])
}

/// Prints lines; a closed pipe ends the program quietly, as `head` wants it.
pub fn lines(lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = (|| {
        for line in lines {
            writeln!(out, "{line}")?;
        }
        out.flush()
    })();
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Makes a file that only its owner can read: it may be about people.
pub fn private_file(path: &std::path::Path) -> anyhow::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .with_context(|| path.display().to_string())
}

/// Prints an error with its causes.
pub fn error(error: &anyhow::Error) {
    eprintln!("lasna: {error:#}");
}

/// A counter on standard error, where that is a terminal.
pub fn progress(what: &str) -> indicatif::ProgressBar {
    if !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new_spinner();
    if let Ok(style) = indicatif::ProgressStyle::with_template(
        "{spinner} {msg} {human_pos} rows, {per_sec}, {elapsed}",
    ) {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

/// A share in hundredths of a percent as `12.34 %`, or a dash.
pub fn percent(share: Option<lasna_domain::attendance::Share>) -> String {
    share.map_or_else(
        || "–".to_owned(),
        |share| {
            let hundredths = share.hundredths_shown();
            format!("{}.{:02} %", hundredths / 100, hundredths % 100)
        },
    )
}

//! What goes to standard output and standard error.
//!
//! Invariant: results go to standard output, everything else to standard error.

use serde::Serialize;
use std::io::{IsTerminal, Write};

/// Prints one JSON document.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Prints lines; a closed pipe ends the program quietly, as `head` wants it.
pub fn lines(lines: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
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

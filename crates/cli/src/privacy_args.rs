//! The words of `lasna retention`, `lasna gdpr` and `lasna subject`.
//!
//! Invariant: a pupil is named by the source's id, never by name.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum PrivacyCommand {
    /// What has passed its time: report, erase with proof, hold back
    Retention {
        #[command(subcommand)]
        command: RetentionCommand,
    },
    /// Papers of data protection, out of what the program knows of its own columns
    Gdpr {
        #[command(subcommand)]
        command: GdprCommand,
    },
    /// A copy of everything about one person, which two people give out
    Subject {
        #[command(subcommand)]
        command: SubjectCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// Say of each rule what is due, what is overdue and what comes next
    Report,
    /// Erase what has passed its time, with proof
    Run {
        /// The clock is right, although it moved more than 25 hours since the last run
        #[arg(long)]
        confirm_clock: bool,
    },
    /// Print retention.toml with every rule, to change and to decide on
    Rules,
    /// What stays although its time has passed
    Holds,
    /// Hold everything about a pupil, or the log of some days
    #[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
    Hold {
        /// The pupil's id in the source
        #[arg(long, group = "what", conflicts_with_all = ["from", "to"])]
        pupil: Option<String>,
        /// Entries of the log from this day
        #[arg(long, value_name = "DATE", group = "what", requires = "to")]
        from: Option<String>,
        /// Up to and with this day
        #[arg(long, value_name = "DATE", group = "what", requires = "from")]
        to: Option<String>,
        /// Why
        #[arg(long, value_enum)]
        why: HoldArg,
    },
    /// End a hold
    Release {
        /// Its number
        no: u32,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum HoldArg {
    Incident,
    Legal,
}

#[derive(Debug, Subcommand)]
pub enum GdprCommand {
    /// The record of processing, Art. 30
    Record {
        #[arg(long, value_enum, default_value = "fi")]
        lang: LanguageArg,
    },
    /// A draft of the impact assessment, Art. 35, for the provider to finish
    Dpia {
        #[arg(long, value_enum, default_value = "fi")]
        lang: LanguageArg,
    },
    /// A privacy notice in plain words, Art. 13
    Notice {
        #[arg(long = "for", value_enum)]
        reader: NoticeFor,
        #[arg(long, value_enum, default_value = "fi")]
        lang: LanguageArg,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum LanguageArg {
    Fi,
    Sv,
    En,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum NoticeFor {
    Pupil,
    Guardian,
    Staff,
}

#[derive(Debug, Subcommand)]
pub enum SubjectCommand {
    /// Prepare a copy of everything about a pupil; another person releases it
    Export {
        /// The pupil's id in the source
        #[arg(long)]
        pupil: String,
        /// Folder to write into
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[arg(long, value_enum, default_value = "fi")]
        lang: LanguageArg,
    },
    /// Copies, and which wait for a second person
    List,
    /// Say that a copy may be given out: another person, who read it, with an account of oversight.
    /// The password is read from standard input, and the code of the second factor from the next line
    Release {
        /// The number of the copy
        no: u32,
        /// The folder that the copy was written into
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// What the person types to sign in
        #[arg(long)]
        login: String,
    },
}

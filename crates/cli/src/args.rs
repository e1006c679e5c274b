//! The command line: commands, flags, and examples before them.
//!
//! Invariant: no flag takes a secret; a database's password comes from the environment.

use crate::backup_args::{BackupCommand, UpgradeArgs};
use crate::commands::{AuditCommand, IncidentCommand, KeysCommand, MappingCommand};
use crate::identity_args::{IdentityArgs, LinkCommand};
pub use crate::privacy_args::LanguageArg;
use crate::privacy_args::PrivacyCommand;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  lasna simulate --pupils 600 --seed 1 --out sample
  lasna --data ./data import sample
  lasna --data ./data figures --level school --as-of 2026-10-16
  lasna --data ./data watch-list --as-of 2026-10-16
  lasna --data ./data serve
";

/// School attendance and engagement: from a register export to the step that is due.
#[derive(Debug, Parser)]
#[command(name = "lasna", version = concat!(env!("CARGO_PKG_VERSION"), " (", env!("LASNA_COMMIT"), ")"))]
#[command(before_help = EXAMPLES, arg_required_else_help = true)]
pub struct Args {
    /// Folder of the SQLite database; made where it is missing
    #[arg(long, global = true, env = "LASNA_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address of a PostgreSQL database; its password belongs in PGPASSWORD or LASNA_DATABASE
    #[arg(
        long,
        global = true,
        env = "LASNA_DATABASE",
        hide_env_values = true,
        value_name = "URL"
    )]
    #[arg(conflicts_with = "data")]
    pub database: Option<String>,
    /// File of the master key; `keys/master.key` in the data folder if left out
    #[arg(long, global = true, env = "LASNA_KEY_FILE", value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Folder of the audit's tiles and checkpoint; `audit` in the data folder if left out
    #[arg(long, global = true, env = "LASNA_AUDIT_FOLDER", value_name = "DIR")]
    pub audit_folder: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a synthetic municipality (or nation) from a seed
    Simulate {
        /// How many pupils
        #[arg(long)]
        pupils: u32,
        /// The same seed gives the same bytes
        #[arg(long)]
        seed: u64,
        /// Folder to write into
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// How many teaching weeks, from the start of the year
        #[arg(long)]
        weeks: Option<u16>,
        /// Leave out truth.json (quicker for a nation)
        #[arg(long)]
        no_truth: bool,
    },
    /// Import files or folders as one unit, or undo an import
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Import {
        #[command(subcommand)]
        undo: Option<ImportCommand>,
        /// Files and folders; - reads standard input (see --stdin-name)
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Count only, write nothing
        #[arg(long)]
        dry_run: bool,
        /// It is meant that many records end
        #[arg(long)]
        accept_ended: bool,
        /// What the file on standard input is called, for example marks.csv
        #[arg(long, value_name = "NAME", default_value = "marks.csv")]
        stdin_name: String,
        /// Folder for the rows that were refused, to be mended and imported again
        #[arg(long, value_name = "DIR")]
        rejects: Option<PathBuf>,
    },
    /// Figures of a level, school year to date
    Figures {
        #[arg(long, value_enum)]
        level: LevelArg,
        #[command(flatten)]
        when: When,
    },
    /// Which pupils have reached which step, since when and why
    WatchList {
        /// One school, by its id in the source
        #[arg(long)]
        school: Option<String>,
        #[command(flatten)]
        when: When,
        /// A model file or the name of a preset, instead of the model in force
        #[arg(long)]
        model: Option<String>,
    },
    /// The counted marks of one pupil
    Explain {
        /// The pupil's id in the source
        pupil: String,
        #[command(flatten)]
        when: When,
        /// A model file or the name of a preset, instead of the model in force
        #[arg(long)]
        model: Option<String>,
    },
    /// Write everything in sight as files that can be imported, and facts.csv
    Export {
        /// Folder to write into
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Check, compare, explain and adopt operating models
    Model {
        #[command(subcommand)]
        command: ModelCommand,
    },
    /// What a register's columns and codes mean: presets to begin from, and a check
    Mapping {
        #[command(subcommand)]
        command: MappingCommand,
    },
    /// Look for contradictions in what is stored
    Check {
        /// A day of the school year to check; today where it is left out
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
    },
    /// Say how the installation is, and what to do
    Doctor {
        /// The certificate of the proxy, to look when it ends
        #[arg(long, env = "LASNA_CERTIFICATE", value_name = "FILE")]
        certificate: Option<PathBuf>,
    },
    /// Backups: make, prove by restoring, restore; keys
    Backup {
        #[command(subcommand)]
        command: BackupCommand,
    },
    /// Bring the schema of the database up to this program's, after a rehearsal on a copy
    Upgrade(UpgradeArgs),
    /// Serve the pages and the machine endpoints
    Serve {
        #[command(flatten)]
        serve: ServeArgs,
        #[command(flatten)]
        uploads: UploadArgs,
        #[command(flatten)]
        identity: IdentityArgs,
    },
    /// Print what the program is made of, as CycloneDX JSON
    Sbom,
    /// Make the made-up town Esimerkkilä in an empty folder (--data), serve it, print a link a role
    Demo {
        /// Port of 127.0.0.1 to listen on; 0 takes a free one
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// A file of identity providers that sign in to the town too
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
    },
    /// Who may see and do what, as the policy says
    Access {
        #[command(subcommand)]
        command: AccessCommand,
    },
    /// The log of who looked and did what: is it whole, checkpoints, proofs
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Incidents: enter them, say what was touched, draft letters
    Incident {
        #[command(subcommand)]
        command: IncidentCommand,
    },
    /// The master key: its id, and a new one
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    #[command(flatten)]
    Privacy(PrivacyCommand),
    /// Accounts: make, list and end them, give a new first password or a day pass
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Take the newest import back
    Undo {
        /// Its number, as the import printed it
        id: u32,
    },
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Say what is wrong in a model file, with line, column and mend
    Check {
        /// The file; - reads standard input
        file: String,
    },
    /// Say in words how two models differ
    Diff {
        a: String,
        b: String,
        #[arg(long, value_enum, default_value = "en")]
        lang: LanguageArg,
    },
    /// The plain-language guide of a model
    Guide {
        file: String,
        #[arg(long, value_enum)]
        lang: LanguageArg,
    },
    /// Put a model in force
    Adopt { file: String },
    /// The presets that come with the program
    List,
}

#[derive(Debug, Subcommand)]
pub enum AccessCommand {
    /// Print every cell of the policy, allowed or denied; without --json the allowed ones
    Matrix,
    /// Take in who is whose guardian, with which rights: relations.csv, whole or not at all
    Relations {
        /// The file; - reads standard input
        file: String,
    },
    /// Take in who is protected, as the register answered: protected.csv, whole or not at all
    Protected {
        /// The file; - reads standard input. Whoever is not in it is not protected from today on
        file: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account; print its token, or its first password, once
    Add {
        #[arg(long, value_enum)]
        role: RoleArg,
        /// The school's id in the source; a coordinator and an administrator have none
        #[arg(long)]
        school: Option<String>,
        /// What the person types to sign in; without it the account is a machine's, with a token
        #[arg(long, requires = "name")]
        login: Option<String>,
        /// What the person is called
        #[arg(long)]
        name: Option<String>,
        /// The person's id in the source: whose lessons are one's own
        #[arg(long)]
        person: Option<String>,
        /// The language to begin with
        #[arg(long, value_enum)]
        lang: Option<LanguageArg>,
        /// Make no password: the person signs in by an identity provider
        #[arg(long, requires = "login")]
        no_password: bool,
    },
    /// Print a code with which the first administrator makes an account at /first, within an hour
    FirstAdmin,
    #[command(flatten)]
    Link(LinkCommand),
    /// Remove the second factors of a person who has lost them, end all sessions of the person
    ResetFactors {
        /// What the person types to sign in
        #[arg(long)]
        login: String,
    },
    /// List all accounts: number, role, school and login
    List,
    /// Give a person a new first password, print it once, end all sessions of the person
    Password {
        /// What the person types to sign in
        #[arg(long)]
        login: String,
    },
    /// End an account: its token and its password no longer work, and its number stays
    #[command(group = clap::ArgGroup::new("which").required(true))]
    End {
        /// What the person types to sign in
        #[arg(long, group = "which")]
        login: Option<String>,
        /// The number of the account, as `user list` shows it
        #[arg(long, group = "which", value_name = "NUMBER")]
        no: Option<u32>,
    },
    /// Give a substitute the lessons of a teacher for a day
    DayPass {
        /// The substitute's login
        login: String,
        /// The teacher's id in the source
        #[arg(long)]
        teacher: String,
        /// The day; today where it is left out
        #[arg(long, value_name = "DATE")]
        day: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub struct When {
    /// Count up to and with this day; today where it is left out
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Count what was known by this instant (UTC, like 2026-10-05T06:00:00Z)
    #[arg(long, value_name = "INSTANT")]
    pub known_at: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// A proxy with TLS stands before the address
    #[arg(long, env = "LASNA_TLS_PROXY")]
    pub tls_proxy: bool,
    /// Start although the set-up is unsafe: never with real data
    #[arg(long)]
    pub insecure_dev: bool,
}

#[derive(Debug, clap::Args)]
pub struct UploadArgs {
    /// Folder whose files an administrator may import on the page, without sending them
    #[arg(long, env = "LASNA_IMPORT_FOLDER", value_name = "DIR")]
    pub import_folder: Option<PathBuf>,
    /// Where uploads are kept until they are imported; `uploads` in the data folder if left out
    #[arg(long, env = "LASNA_UPLOAD_FOLDER", value_name = "DIR")]
    pub upload_folder: Option<PathBuf>,
    /// Most megabytes of one upload
    #[arg(long, value_name = "MB", default_value_t = 500)]
    pub upload_max: u32,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum LevelArg {
    Provider,
    School,
    Class,
    Pupil,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum RoleArg {
    Coordinator,
    Principal,
    SkyWorker,
    Teacher,
    Substitute,
    Administrator,
    Service,
    Oversight,
}

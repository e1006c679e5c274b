//! The words of `lasna backup` and `lasna upgrade`.
//!
//! Invariant: a secret key is named by its file and never given itself.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Write everything into one file that only the keeper of a key can open
    Create {
        /// The file; one that is there is left alone
        file: PathBuf,
        #[command(flatten)]
        recipients: Recipients,
        /// Leave out the keys of encrypted texts: without them those texts are lost
        #[arg(long)]
        no_keys: bool,
        /// Prove it at once, with a key that lives in memory only
        #[arg(long)]
        prove: bool,
    },
    /// Restore a backup into a temporary place and look at everything
    Verify {
        file: PathBuf,
        #[command(flatten)]
        opening: Opening,
    },
    /// Restore a backup into an empty place (--data or --database)
    Restore {
        file: PathBuf,
        #[command(flatten)]
        opening: Opening,
    },
    /// Make a key to keep offline; print the half that the server needs
    Keygen {
        /// The file of the key
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub struct Recipients {
    /// For whom: the public half of a key; may be given again
    #[arg(long, value_name = "age1…")]
    pub recipient: Vec<String>,
    /// A file with one recipient on a line
    #[arg(long, value_name = "FILE")]
    pub recipients: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct Opening {
    /// The file of the key
    #[arg(long, env = "LASNA_BACKUP_IDENTITY", value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// What was erased since; `erased.list` beside the backup if left out
    #[arg(long, value_name = "FILE")]
    pub erased: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct UpgradeArgs {
    /// Rehearse on a copy, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A role of PostgreSQL that owns nothing: afterwards it may do what the service does
    #[arg(long, value_name = "NAME")]
    pub app_role: Option<String>,
    /// The file of the backup that is made before; by the settings if left out
    #[arg(long, value_name = "FILE")]
    pub backup: Option<PathBuf>,
    #[command(flatten)]
    pub recipients: Recipients,
}

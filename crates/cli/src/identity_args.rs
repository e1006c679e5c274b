//! The words of signing in: what the service is started with, and links to identity providers.
//!
//! Invariant: no flag takes a secret, nor what a provider calls a person.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    /// Link an account to a person of an identity provider: what it calls the person comes on standard input
    Link {
        /// What the person types to sign in, or would
        #[arg(long)]
        login: String,
        /// The address of the provider, as its file says
        #[arg(long, value_name = "URL")]
        issuer: String,
    },
    /// End the links of an account, and its sessions
    Unlink {
        /// What the person types to sign in, or would
        #[arg(long)]
        login: String,
        /// Of this provider only
        #[arg(long, value_name = "URL")]
        issuer: Option<String>,
    },
    /// Print a code: typed at /invitation it links the account to whoever signs in at a provider then
    Invite {
        /// What the person types to sign in, or would
        #[arg(long)]
        login: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct IdentityArgs {
    /// The address that people open, such as https://lasna.example.fi: passkeys are bound to it
    #[arg(long, env = "LASNA_ORIGIN", value_name = "URL")]
    pub origin: Option<String>,
    /// The file of identity providers; see docs/how-to/identity-provider.md
    #[arg(long, env = "LASNA_IDENTITY", value_name = "FILE", requires = "origin")]
    pub identity: Option<PathBuf>,
    /// Whether everybody with a password needs a second factor
    #[arg(long, value_enum, default_value = "required")]
    pub second_factor: SecondFactorArg,
    /// A proxy whose X-Forwarded-For says where people are; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<std::net::IpAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SecondFactorArg {
    Required,
    Offered,
}

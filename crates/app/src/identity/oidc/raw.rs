//! The file of identity providers as it is written, with the place of each word that may be wrong.
//!
//! Invariant: there is no key for a secret itself.

use serde::Deserialize;
use std::path::PathBuf;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    #[serde(default)]
    pub provider: Vec<Spanned<RawProvider>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub fi: String,
    pub sv: String,
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProvider {
    pub id: Spanned<String>,
    pub preset: Spanned<String>,
    pub name: Option<Names>,
    pub issuer: Spanned<String>,
    pub client_id: Spanned<String>,
    pub client_secret_file: Option<PathBuf>,
    pub client_secret_credential: Option<Spanned<String>>,
    pub secret_in_body: Option<bool>,
    pub scopes: Option<Vec<String>>,
    pub subject_claim: Option<String>,
    pub acr_levels: Option<Vec<String>>,
    pub min_acr: Option<Spanned<String>>,
    pub two_factors_acr: Option<Spanned<String>>,
    #[serde(default)]
    pub required_amr: Vec<String>,
    #[serde(default)]
    pub two_factors_amr: Vec<String>,
    pub any_strength: Option<Spanned<bool>>,
    pub roles: Option<Vec<Spanned<String>>>,
    pub education_provider: Option<Spanned<String>>,
    pub allow_test_learners: Option<bool>,
    #[serde(default)]
    pub hosts: Vec<String>,
    pub loopback: Option<bool>,
    pub authority: Option<PathBuf>,
}

//! The file of identity providers: read whole or not at all, each fault with its line and the mend.
//!
//! Invariant: a key that is not known is refused, and no secret stands in the file.

use super::presets::Preset;
use super::raw::{Names, RawFile, RawProvider};
use lasna_domain::access::UserRole;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use toml::Spanned;
use url::{Host, Url};

/// What is wrong in a file, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SettingsProblem {
    pub line: usize,
    pub message: String,
    pub mend: String,
}

impl fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}. {}", self.line, self.message, self.mend)
    }
}

/// Where the secret of this client lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// A file.
    File(PathBuf),
    /// A credential of the service manager, by name.
    Credential(String),
}

/// How strong a sign-in must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strength {
    /// Words for it that are taken; none takes any.
    pub accepted: Vec<String>,
    /// Of these the ones that count as two factors.
    pub two_factors: Vec<String>,
    /// Methods of which each must be among those of the sign-in.
    pub methods: Vec<String>,
    /// Methods of which one makes it two factors.
    pub two_factors_methods: Vec<String>,
}

/// A provider, as its file says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ProviderSettings {
    /// Its word in addresses.
    pub id: String,
    pub preset: Preset,
    /// What it is called in Finnish, Swedish and English.
    pub names: [String; 3],
    pub issuer: String,
    pub client_id: String,
    pub secret: SecretPlace,
    pub scopes: Vec<String>,
    pub subject_claim: String,
    pub strength: Strength,
    /// Whose accounts it opens; none are all people.
    pub roles: Vec<UserRole>,
    /// Of MPASSid: the education provider that a sign-in must name.
    pub education_provider: Option<String>,
    /// Of MPASSid: whether learner numbers of its tests are taken.
    pub test_learners: bool,
    /// Hosts that may be asked.
    pub hosts: Vec<String>,
    /// Whether it may be on this machine: for tests.
    pub loopback: bool,
    /// A file of certificates of its authority, beside those of the system.
    pub authority: Option<PathBuf>,
    /// Whether the secret goes into the body, not into the header.
    pub secret_in_body: bool,
}

/// Reads a file of providers.
///
/// # Errors
/// Everything that is wrong in it.
pub fn read_settings(text: &str) -> Result<Vec<ProviderSettings>, Vec<SettingsProblem>> {
    let raw: RawFile = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            let mut reader = Reader::new(text);
            let mend = "Mend the line as docs/how-to/identity-provider.md says";
            reader.wrong(&at, error.message().trim(), mend);
            return Err(reader.problems);
        }
    };
    let mut reader = Reader::new(text);
    if raw.provider.is_empty() {
        reader.wrong(
            &(0..0),
            "there is no provider",
            "Write a table [[provider]], or leave --identity out",
        );
    }
    let all: Vec<ProviderSettings> = raw
        .provider
        .iter()
        .map(|raw| reader.provider(raw))
        .collect();
    reader.twice(&raw);
    match reader.problems.is_empty() {
        true => Ok(all),
        false => Err(reader.problems),
    }
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<SettingsProblem>,
}

type Text = Spanned<String>;

impl<'t> Reader<'t> {
    const fn new(text: &'t str) -> Reader<'t> {
        Reader {
            text,
            problems: Vec::new(),
        }
    }

    fn wrong(&mut self, at: &Range<usize>, message: &str, mend: &str) {
        let before = self.text.get(..at.start).unwrap_or_default();
        self.problems.push(SettingsProblem {
            line: before.matches('\n').count() + 1,
            message: message.to_owned(),
            mend: mend.to_owned(),
        });
    }

    fn provider(&mut self, raw: &Spanned<RawProvider>) -> ProviderSettings {
        let (at, raw) = (raw.span(), raw.get_ref());
        let preset = self.preset(raw);
        let id = raw.id.get_ref();
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > 40 || !id.chars().all(letters) {
            let mend = "Write 1 to 40 small letters, digits or dashes: it stands in addresses";
            self.wrong(&raw.id.span(), &format!("id {id:?} cannot be used"), mend);
        }
        let issuer = raw.issuer.get_ref().clone();
        let host = self.issuer(raw);
        if raw.client_id.get_ref().trim().is_empty() {
            let mend = "Write the name that the provider gave to this service";
            self.wrong(&raw.client_id.span(), "client_id is empty", mend);
        }
        let names = self.names(preset, raw.name.as_ref(), &at);
        let strength = self.strength(preset, raw, &at);
        self.of_mpassid(preset, raw);
        ProviderSettings {
            id: id.clone(),
            preset,
            names,
            issuer,
            client_id: raw.client_id.get_ref().clone(),
            secret: self.secret(raw, &at),
            scopes: match &raw.scopes {
                Some(scopes) => scopes.clone(),
                None => preset.scopes().iter().map(|&s| s.to_owned()).collect(),
            },
            subject_claim: match &raw.subject_claim {
                Some(claim) => claim.clone(),
                None => preset.subject_claim().to_owned(),
            },
            strength,
            roles: self.roles(preset, raw),
            education_provider: raw.education_provider.as_ref().map(|p| p.get_ref().clone()),
            test_learners: raw.allow_test_learners.unwrap_or_default(),
            hosts: host.into_iter().chain(raw.hosts.clone()).collect(),
            loopback: raw.loopback.unwrap_or_default(),
            authority: raw.authority.clone(),
            secret_in_body: raw.secret_in_body.unwrap_or_default(),
        }
    }

    fn preset(&mut self, raw: &RawProvider) -> Preset {
        let word = raw.preset.get_ref();
        if let Some((_, preset)) = Preset::ALL.iter().find(|(known, _)| known == word) {
            return *preset;
        }
        let mend = "Write generic, mpassid or suomifi-proxy";
        self.wrong(&raw.preset.span(), &format!("no preset {word:?}"), mend);
        Preset::Generic
    }

    /// The host and port of the issuer, where it is an address that may be asked.
    fn issuer(&mut self, raw: &RawProvider) -> Option<String> {
        let at = raw.issuer.span();
        let text = raw.issuer.get_ref();
        let Ok(url) = Url::parse(text) else {
            let mend = "Write it as the provider says, such as https://idp.example.fi";
            self.wrong(&at, &format!("issuer {text:?} is no address"), mend);
            return None;
        };
        let near = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        let loopback = raw.loopback.unwrap_or_default();
        if loopback && !near {
            let mend = "Take loopback = true away: it is for a provider on this machine, in tests";
            self.wrong(&at, "loopback is allowed for another machine", mend);
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && near && loopback) {
            let mend = "Write an address that begins with https://";
            self.wrong(&at, &format!("issuer {text:?} is not safe"), mend);
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            let mend = "Take away what stands after ? or #, and before @";
            self.wrong(&at, &format!("issuer {text:?} is no issuer"), mend);
        }
        host_of(&url)
    }

    fn secret(&mut self, raw: &RawProvider, at: &Range<usize>) -> SecretPlace {
        match (&raw.client_secret_file, &raw.client_secret_credential) {
            (Some(file), None) => SecretPlace::File(file.clone()),
            (None, Some(name)) => {
                let text = name.get_ref();
                let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
                if text.is_empty() || text.starts_with('.') || !text.chars().all(plain) {
                    let mend = "Write the name after LoadCredential=, without a folder";
                    self.wrong(&name.span(), "the credential has no such name", mend);
                }
                SecretPlace::Credential(text.clone())
            }
            (file, _) => {
                let message = match file {
                    Some(_) => "the secret has two places",
                    None => "the secret of the client has no place",
                };
                let mend = "Write client_secret_file or client_secret_credential, one of them";
                self.wrong(at, message, mend);
                SecretPlace::Credential(String::new())
            }
        }
    }

    fn names(&mut self, preset: Preset, names: Option<&Names>, at: &Range<usize>) -> [String; 3] {
        match (names, preset.names()) {
            (Some(names), _) => [names.fi.clone(), names.sv.clone(), names.en.clone()],
            (None, Some(known)) => known.map(str::to_owned),
            (None, None) => {
                let mend =
                    "Write name = { fi = \"…\", sv = \"…\", en = \"…\" }: the button says it";
                self.wrong(at, "the provider has no name", mend);
                Default::default()
            }
        }
    }

    fn strength(&mut self, preset: Preset, raw: &RawProvider, at: &Range<usize>) -> Strength {
        let levels: Vec<String> = match &raw.acr_levels {
            Some(levels) => levels.clone(),
            None => preset.levels().iter().map(|&l| l.to_owned()).collect(),
        };
        let (least, two) = preset.least();
        let from = |reader: &mut Self, said: Option<&Text>, known: Option<&str>| {
            let word = said.map(|said| said.get_ref().as_str()).or(known);
            let Some(word) = word else {
                return Vec::new();
            };
            if let Some(no) = levels.iter().position(|level| level == word) {
                return levels[no..].to_vec();
            }
            // One word alone is its own order.
            if levels.is_empty() {
                return vec![word.to_owned()];
            }
            let at = said.map_or_else(|| at.clone(), Spanned::span);
            let mend = "Write acr_levels with all levels, the weakest first, and one of them here";
            reader.wrong(
                &at,
                &format!("level {word:?} is not among acr_levels"),
                mend,
            );
            Vec::new()
        };
        let strength = Strength {
            accepted: from(self, raw.min_acr.as_ref(), least),
            two_factors: from(self, raw.two_factors_acr.as_ref(), two),
            methods: raw.required_amr.clone(),
            two_factors_methods: raw.two_factors_amr.clone(),
        };
        let any = raw.any_strength.as_ref();
        let says = !strength.accepted.is_empty() || !strength.methods.is_empty();
        match any {
            Some(any) if *any.get_ref() && says => {
                let mend = "Take any_strength away, or what is required";
                self.wrong(
                    &any.span(),
                    "any strength is taken, and one is required",
                    mend,
                );
            }
            _ if !says && any.is_none_or(|any| !any.get_ref()) => {
                let mend = "Write min_acr or required_amr. Where the provider says neither, write \
                            any_strength = true: it then counts as one factor";
                self.wrong(at, "no strength of the sign-in is required", mend);
            }
            _ => {}
        }
        strength
    }

    fn roles(&mut self, preset: Preset, raw: &RawProvider) -> Vec<UserRole> {
        let Some(words) = &raw.roles else {
            return preset.roles().to_vec();
        };
        let mut roles = Vec::new();
        for word in words {
            match UserRole::from_code(word.get_ref()) {
                Some(UserRole::Service | UserRole::Operator) | None => {
                    let message = format!("no people have the role {:?}", word.get_ref());
                    let mend = "Write roles such as teacher, principal, sky_worker, guardian";
                    self.wrong(&word.span(), &message, mend);
                }
                Some(role) => roles.push(role),
            }
        }
        roles
    }

    fn of_mpassid(&mut self, preset: Preset, raw: &RawProvider) {
        let Some(oid) = &raw.education_provider else {
            return;
        };
        if preset != Preset::Mpassid {
            let mend = "Take it away, or write preset = \"mpassid\"";
            self.wrong(&oid.span(), "education_provider is for MPASSid", mend);
        }
        let digits = |c: char| c.is_ascii_digit() || c == '.';
        if !oid.get_ref().starts_with("1.2.246.562.") || !oid.get_ref().chars().all(digits) {
            let mend = "Write the number of the provider, such as 1.2.246.562.10.12345678901";
            self.wrong(&oid.span(), "education_provider is no number of one", mend);
        }
    }

    fn twice(&mut self, raw: &RawFile) {
        let (mut ids, mut issuers) = (BTreeSet::new(), BTreeSet::new());
        for one in &raw.provider {
            let one = one.get_ref();
            if !ids.insert(one.id.get_ref()) {
                let mend = "Give each provider an id of its own";
                self.wrong(&one.id.span(), "this id is there twice", mend);
            }
            if !issuers.insert(one.issuer.get_ref()) {
                let mend = "Write one table for an issuer";
                self.wrong(&one.issuer.span(), "this issuer is there twice", mend);
            }
        }
    }
}

/// The host of an address, with its port where it is not the usual one.
pub(super) fn host_of(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

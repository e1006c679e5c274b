//! The models that were adopted, in order, and how each stands on a day.
//!
//! Before the first there is the preset that comes with Läsnä: it is in force until another is. An
//! adopter is told by role, since the list is for anybody.
//!
//! Invariant: at most one version is in force, the one that [`App::model_text`] gives.

use crate::{App, AppError, DEFAULT_MODEL};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Model;
use lasna_formats::model::{preset, read_model};
use lasna_store::{Account, StoredModel};

/// How a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Another was adopted after it.
    Earlier,
    /// In force.
    InForce,
    /// Its first day has not come.
    Ahead,
}

/// Who adopted a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adopter {
    /// It was not kept, or the version comes with Läsnä.
    Unknown,
    /// Whoever runs the program on the machine.
    Operator,
    /// An account of a role.
    Role(UserRole),
}

/// An adopted model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelVersion {
    /// 0 is the preset that was in force before any was adopted.
    pub no: usize,
    /// Why it cannot be read, where it cannot.
    pub model: Result<Model, String>,
    /// `id@version`.
    pub reference: String,
    /// The first day of its own.
    pub valid: Option<Day>,
    /// `None` for the preset.
    pub adopted_at: Option<Instant>,
    /// Who.
    pub adopter: Adopter,
    /// On the asked day.
    pub stand: Stand,
}

fn read(text: &str) -> Result<Model, String> {
    let first = |problems: Vec<lasna_formats::model::ModelProblem>| {
        problems
            .first()
            .map_or_else(String::new, ToString::to_string)
    };
    read_model(text, &preset).map_err(first)
}

impl App {
    /// The models that were adopted, the first one first, after the preset of before.
    ///
    /// # Errors
    /// The store's.
    pub fn model_versions(&self, today: Day) -> Result<Vec<ModelVersion>, AppError> {
        let provider = self.provider;
        let (stored, adopters, roles) = self.store.ask(|read| {
            let roles = Account::roles(read, provider)?;
            let stored = StoredModel::list(read, provider)?;
            Ok::<_, AppError>((stored, StoredModel::adopters(read, provider)?, roles))
        })?;
        let in_force = stored.iter().rposition(|model| model.valid <= today);
        let before = read(&preset(DEFAULT_MODEL).unwrap_or_default());
        let mut versions = vec![ModelVersion {
            no: 0,
            reference: before
                .as_ref()
                .map_or_else(|_| DEFAULT_MODEL.to_owned(), Model::reference),
            valid: before.as_ref().ok().map(|model| model.valid),
            model: before,
            adopted_at: None,
            adopter: Adopter::Unknown,
            stand: match in_force {
                None => Stand::InForce,
                Some(_) => Stand::Earlier,
            },
        }];
        for (at, stored) in stored.into_iter().enumerate() {
            let key = (stored.id, stored.version, stored.adopted_at);
            let adopter = match adopters.get(&key).map(String::as_str) {
                None => Adopter::Unknown,
                Some("operator") => Adopter::Operator,
                Some(user) => {
                    let role = roles.iter().find(|(no, _)| format!("user:{no}") == user);
                    let role = role.and_then(|(_, code)| UserRole::from_code(code));
                    role.map_or(Adopter::Unknown, Adopter::Role)
                }
            };
            versions.push(ModelVersion {
                no: at + 1,
                model: read(&stored.resolved),
                reference: format!("{}@{}", key.0, key.1),
                valid: Some(stored.valid),
                adopted_at: Some(stored.adopted_at),
                adopter,
                stand: match in_force {
                    Some(now) if now == at => Stand::InForce,
                    _ if stored.valid > today => Stand::Ahead,
                    _ => Stand::Earlier,
                },
            });
        }
        Ok(versions)
    }
}

//! Single sentences about a model, for pages that show what held or what is to be done.
//!
//! Invariant: a sentence here is the one that the guides have.

use super::sentences::Teller;
use lasna_domain::model::{Condition, Language, Model, Role};

/// What a condition says.
pub fn condition_text(model: &Model, condition: &Condition, language: Language) -> String {
    Teller::new(model, language).condition(condition)
}

/// What people call a model, with its version.
pub fn model_name(model: &Model, language: Language) -> String {
    Teller::new(model, language).name()
}

/// A role as the one that something goes to.
pub fn to_role_text(model: &Model, role: Role, language: Language) -> String {
    Teller::new(model, language).to_role(role)
}

/// What a role is called.
pub fn role_text(model: &Model, role: Role, language: Language) -> String {
    Teller::new(model, language).role(role)
}

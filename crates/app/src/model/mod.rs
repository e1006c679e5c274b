//! Operating models told in words: guides for people, and what changed between two models.
//!
//! Reading and checking of model files is in `lasna-formats`, their meaning in `lasna-domain`; here
//! a checked model becomes text in Finnish, Swedish and English. Nothing here decides anything.
//!
//! Invariant: the same model and language give the same text.

mod diff;
mod guide;
mod messages;
mod sentences;
mod told;
mod versions;

pub use diff::diff;
pub use guide::{Block, Document, Guide, guide};
pub use told::{condition_text, model_name, role_text, to_role_text};
pub use versions::{Adopter, ModelVersion, Stand};

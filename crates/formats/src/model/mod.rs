//! Model files: the operating model as data that a council can decide on, read, checked and
//! written.
//!
//! [`read_model`] reads a file into the checked form of `lasna_domain::model`, with every mistake
//! at once, each with its place and mend; [`write_model`] writes the canonical file; [`presets`]
//! holds the ladders of `models/`. What a model means is in the domain, what it says in words in
//! `app`.
//!
//! Invariant: `read_model(write_model(m)) == m` for every model that was read.

mod condition;
mod duty;
mod head;
mod ladder;
mod measure;
mod order;
mod presets;
mod problem;
mod read;
mod section;
mod step;
mod stricter;
mod table;
mod words;
mod write;

pub use presets::{preset, presets};
pub use problem::ModelProblem;
pub use write::write_model;

use lasna_domain::model::Model;

/// Reads and checks a model file.
///
/// `resolve` gives the text of the model that the file `extends`, by its `id@version`.
///
/// ```
/// use lasna_formats::model::{preset, presets, read_model};
/// let (_, text) = presets()[0];
/// let model = read_model(text, &preset).unwrap();
/// assert!(!model.steps.is_empty());
/// let problems = read_model("[modell]", &preset).unwrap_err();
/// assert!(problems.iter().any(|problem| problem.code == "M02"));
/// ```
///
/// # Errors
/// All problems of the file, in its order; see [`ModelProblem`].
pub fn read_model(
    text: &str,
    resolve: &dyn Fn(&str) -> Option<String>,
) -> Result<Model, Vec<ModelProblem>> {
    read::read_at_depth(text, resolve, 0)
}

//! Operating-model files.

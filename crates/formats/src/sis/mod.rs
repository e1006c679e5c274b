//! Register exports.

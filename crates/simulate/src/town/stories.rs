//! The scripts of the cast, a table for each.
//!
//! What it is not: it decides no step; what a model makes of a script is the model's.
//!
//! Invariant: no line reaches beyond the town's day.

use super::script::{Cause, Line};
use Cause::{Health, Late, Leave, Truancy, Unresolved};

const ILL_IN_AUTUMN: Line = Line::days((9, 17), (9, 18), Health);

pub(super) const PROLONGED: [Line; 18] = [
    ILL_IN_AUTUMN,
    Line::days((11, 19), (11, 19), Truancy),
    Line::days((12, 3), (12, 3), Truancy),
    Line::days((12, 15), (12, 15), Health),
    Line::days((1, 14), (1, 14), Truancy),
    Line::days((1, 22), (1, 22), Truancy),
    Line::days((1, 26), (1, 26), Truancy),
    Line::days((2, 3), (2, 4), Truancy),
    Line::days((2, 9), (2, 9), Truancy),
    Line::days((2, 12), (2, 12), Truancy),
    Line::days((2, 18), (2, 18), Unresolved),
    Line::days((3, 2), (3, 2), Unresolved),
    Line::days((3, 4), (3, 5), Unresolved),
    Line::days((3, 9), (3, 9), Unresolved),
    Line::first_lessons(1, (11, 9), (12, 21), Truancy),
    Line::first_lessons(1, (1, 11), (2, 15), Truancy),
    Line::first_lessons(1, (3, 1), (3, 8), Unresolved),
    Line::part((10, 22), (0, 1), Late(12)),
];

pub(super) const RUN: [Line; 5] = [
    ILL_IN_AUTUMN,
    Line::days((1, 13), (1, 15), Health),
    Line::days((1, 27), (1, 29), Health),
    Line::days((2, 4), (2, 5), Health),
    Line::days((2, 17), (3, 10), Health),
];

pub(super) const EARLY: [Line; 7] = [
    Line::days((10, 6), (10, 6), Health),
    Line::days((1, 21), (1, 21), Health),
    Line::days((2, 10), (2, 10), Health),
    Line::days((2, 16), (2, 16), Health),
    Line::part((2, 19), (3, 2), Truancy),
    Line::days((3, 4), (3, 4), Health),
    Line::days((3, 8), (3, 8), Health),
];

pub(super) const ILLNESS: [Line; 6] = [
    Line::days((11, 3), (11, 4), Health),
    Line::days((1, 12), (1, 14), Health),
    Line::days((1, 25), (1, 27), Health),
    Line::days((2, 9), (2, 11), Health),
    Line::days((3, 3), (3, 4), Health),
    Line::part((2, 17), (1, 1), Leave),
];

pub(super) const SPELLS: [Line; 17] = [
    Line::part((9, 8), (0, 2), Health),
    Line::part((10, 29), (3, 2), Health),
    Line::part((12, 1), (0, 2), Truancy),
    Line::part((1, 11), (0, 3), Health),
    Line::part((1, 14), (2, 2), Health),
    Line::part((1, 19), (0, 2), Truancy),
    Line::part((1, 22), (2, 2), Health),
    Line::part((1, 27), (0, 3), Health),
    Line::part((2, 1), (2, 2), Health),
    Line::part((2, 4), (0, 2), Health),
    Line::part((2, 9), (1, 2), Truancy),
    Line::part((2, 12), (0, 3), Health),
    Line::part((2, 17), (2, 2), Health),
    Line::part((2, 19), (0, 3), Health),
    Line::part((3, 2), (2, 2), Truancy),
    Line::part((3, 4), (0, 2), Health),
    Line::part((3, 9), (0, 2), Health),
];

pub(super) const PART_TIME: [Line; 3] = [
    Line::days((9, 7), (12, 22), Health),
    Line::days((1, 21), (1, 21), Health),
    Line::days((2, 16), (2, 16), Health),
];

pub(super) const TRANSFER: [Line; 4] = [
    ILL_IN_AUTUMN,
    Line::days((11, 24), (11, 24), Health),
    Line::part((1, 19), (0, 1), Late(6)),
    Line::days((2, 11), (2, 11), Health),
];

pub(super) const PROTECTED: [Line; 3] = [
    Line::days((10, 20), (10, 20), Health),
    Line::days((12, 10), (12, 11), Leave),
    Line::days((2, 3), (2, 3), Health),
];

pub(super) const GUARDIAN_OF_TWO_A: [Line; 4] = [
    Line::days((11, 12), (11, 13), Health),
    Line::days((1, 28), (1, 28), Health),
    Line::part((2, 15), (0, 1), Late(8)),
    Line::part((3, 5), (0, 1), Unresolved),
];

pub(super) const GUARDIAN_OF_TWO_B: [Line; 3] = [
    Line::days((10, 1), (10, 2), Health),
    Line::days((2, 3), (2, 3), Health),
    Line::part((3, 9), (2, 2), Unresolved),
];

pub(super) const UNRESOLVED: [Line; 4] = [
    Line::days((11, 5), (11, 6), Health),
    Line::part((2, 17), (2, 2), Unresolved),
    Line::part((2, 19), (0, 1), Late(15)),
    Line::part((3, 1), (1, 2), Unresolved),
];

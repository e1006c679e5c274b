//! `lasna access`: the policy as a matrix.
//!
//! Invariant: no store is opened and nothing of a person is read.

use super::Outcome;
use crate::args::{AccessCommand, Args};
use crate::output;
use lasna_domain::access::{Cell, cells};
use serde_json::json;

pub fn access(args: &Args, command: &AccessCommand) -> anyhow::Result<Outcome> {
    match command {
        AccessCommand::Matrix if args.json => {
            output::json(&cells().map(row).collect::<Vec<_>>())?;
        }
        AccessCommand::Matrix => {
            let allowed = cells().filter_map(|cell| {
                let (purpose, reason) = cell.allowed?;
                Some(format!(
                    "{} may {} {} by {}, for {}: {}",
                    cell.role.as_code(),
                    cell.verb.as_code(),
                    cell.class.as_code(),
                    cell.relation.as_code(),
                    purpose.as_code(),
                    reason.as_code()
                ))
            });
            output::lines(allowed)?;
        }
    }
    Ok(Outcome::Ok)
}

fn row(cell: Cell) -> serde_json::Value {
    json!({
        "role": cell.role.as_code(),
        "class": cell.class.as_code(),
        "action": cell.verb.as_code(),
        "relation": cell.relation.as_code(),
        "purpose": cell.allowed.map(|(purpose, _)| purpose.as_code()),
        "allowed": cell.allowed.is_some(),
        "reason": cell.allowed.map_or("no_right", |(_, reason)| reason.as_code()),
    })
}

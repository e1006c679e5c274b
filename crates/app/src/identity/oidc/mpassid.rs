//! What MPASSid says of a person: learner number, roles with school and group, schools, provider.
//!
//! Fields with several values come in any order and may be missing; what cannot be read is nobody's role.
//!
//! Invariant: nothing of it is kept; it decides whether a sign-in is taken.

use lasna_domain::access::UserRole;
use serde_json::{Map, Value};

/// Where a role, a school and a provider stand.
const ROLE: &str = "urn:mpass.id:role";
const SCHOOLS: &str = "urn:mpass.id:schoolInfo";
const PROVIDERS: &str = "urn:mpass.id:educationProviderInfo";

/// A role of a person at a school.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct MpassRole {
    /// The number of the education provider.
    pub provider: String,
    /// Five digits of the school.
    pub school: String,
    pub group: String,
    /// The number of the role, or where it was not sent its name.
    pub code: String,
    /// The number of the school as an organisation.
    pub school_oid: String,
}

/// What is said of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct MpassPerson {
    pub roles: Vec<MpassRole>,
    /// Schools by their five digits.
    pub schools: Vec<String>,
    /// Education providers by number.
    pub providers: Vec<String>,
}

fn values(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    match claims.get(name) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => all
            .iter()
            .filter_map(Value::as_str)
            .map(Into::into)
            .collect(),
        _ => Vec::new(),
    }
}

/// What stands before the name in `number;name`.
fn numbers(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    let all = values(claims, name);
    let number = |text: &String| text.split(';').next().unwrap_or_default().trim().to_owned();
    all.iter().map(number).collect()
}

/// Reads the claims of a person.
pub fn read_person(claims: &Map<String, Value>) -> MpassPerson {
    let is_school = |text: &String| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    let mut schools = numbers(claims, SCHOOLS);
    schools.retain(is_school);
    let roles = values(claims, ROLE);
    MpassPerson {
        roles: roles.iter().filter_map(|text| read_role(text)).collect(),
        schools,
        providers: numbers(claims, PROVIDERS),
    }
}

/// Seven parts, or the four of the older form.
fn read_role(text: &str) -> Option<MpassRole> {
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    let of = |at: usize| parts.get(at).copied().unwrap_or_default().to_owned();
    let code = match parts.len() {
        4 => of(3),
        6 | 7 => of(4),
        _ => return None,
    };
    Some(MpassRole {
        provider: of(0),
        school: of(1),
        group: of(2),
        code,
        school_oid: of(5),
    })
}

impl MpassRole {
    /// Whether it is one that an account of a role may have. Roles that MPASSid has no number for are
    /// given by the municipality alone, to any of the staff.
    fn fits(&self, role: UserRole) -> bool {
        let staff = ["2", "3", "4", "5", "6"].contains(&self.code.as_str())
            || [
                "opettaja",
                "lärare",
                "teacher",
                "rehtori",
                "rektor",
                "principal",
            ]
            .contains(&self.code.to_lowercase().as_str());
        let learner = [
            "1",
            "oppilas",
            "elev",
            "opiskelija",
            "studerande",
            "student",
        ]
        .contains(&self.code.to_lowercase().as_str());
        match role {
            UserRole::Pupil => learner,
            UserRole::Guardian => false,
            _ => staff,
        }
    }
}

impl MpassPerson {
    /// Whether an account of a role may be opened: by a role at the education provider that is set.
    pub fn may_open(&self, role: UserRole, provider: Option<&str>) -> bool {
        let at = |one: &&MpassRole| provider.is_none_or(|wanted| wanted == one.provider);
        self.roles.iter().filter(at).any(|one| one.fits(role))
    }
}

/// Whether a learner number may be used: one of the tests only where that is allowed.
pub fn is_learner_number(text: &str, tests: bool) -> bool {
    let Some(rest) = text.strip_prefix("1.2.246.562.") else {
        return false;
    };
    let Some((node, number)) = rest.split_once('.') else {
        return false;
    };
    let digits = number.len() == 11 && number.bytes().all(|b| b.is_ascii_digit());
    digits && (node == "24" || tests && ["98", "198", "298"].contains(&node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn person(value: &Value) -> MpassPerson {
        read_person(value.as_object().unwrap())
    }

    const HERE: &str = "1.2.246.562.99.00000000001";

    #[test]
    fn roles_are_read_in_both_forms_and_in_any_order() {
        let said = person(&json!({
            "urn:mpass.id:role": [
                format!("{HERE};00001;7B;Opettaja;2;1.2.246.562.99.00000000003;"),
                format!("{HERE};00002;1A;Oppilas"),
                "torn",
                "a;b;c;d;e;f;g;h;i",
            ],
            "urn:mpass.id:schoolInfo": [
                "1.2.246.562.99.00000000003;Esimerkkikoulu",
                "00001;Esimerkkikoulu",
            ],
            "urn:mpass.id:educationProviderInfo": format!("{HERE};Esimerkkilä"),
        }));
        assert_eq!(said.roles.len(), 2);
        let first = &said.roles[0];
        assert_eq!(
            (&*first.school, &*first.group, &*first.code),
            ("00001", "7B", "2")
        );
        assert_eq!(first.school_oid, "1.2.246.562.99.00000000003");
        assert_eq!(said.roles[1].code, "Oppilas");
        assert_eq!(said.schools, ["00001"]);
        assert_eq!(said.providers, [HERE]);
        assert_eq!(person(&json!({})), MpassPerson::default());
    }

    #[test]
    fn a_learner_opens_no_account_of_staff_and_nobody_another_municipalitys() {
        let of =
            |code: &str| person(&json!({"urn:mpass.id:role": format!("{HERE};00001;;x;{code};;")}));
        for role in [
            UserRole::Teacher,
            UserRole::SkyWorker,
            UserRole::Administrator,
        ] {
            assert!(!of("1").may_open(role, None), "{role:?}");
            assert!(of("2").may_open(role, None), "{role:?}");
            assert!(of("2").may_open(role, Some(HERE)), "{role:?}");
            assert!(
                !of("2").may_open(role, Some("1.2.246.562.10.1")),
                "{role:?}"
            );
            assert!(!person(&json!({})).may_open(role, None), "{role:?}");
        }
        assert!(of("1").may_open(UserRole::Pupil, Some(HERE)));
        assert!(!of("2").may_open(UserRole::Pupil, None));
        assert!(!of("2").may_open(UserRole::Guardian, None));
        assert!(!of("99").may_open(UserRole::Teacher, None));
    }

    #[test]
    fn numbers_of_tests_are_taken_only_where_that_is_allowed() {
        let real = "1.2.246.562.24.12345678901";
        assert!(is_learner_number(real, false));
        for test in ["98", "198", "298"] {
            let number = format!("1.2.246.562.{test}.12345678901");
            assert!(!is_learner_number(&number, false), "{number}");
            assert!(is_learner_number(&number, true), "{number}");
        }
        for wrong in [
            "",
            "010101-123N",
            "1.2.246.562.24.123",
            "1.2.246.562.10.12345678901",
        ] {
            assert!(!is_learner_number(wrong, true), "{wrong}");
        }
    }
}

//! The people of the demo town who have a link, and the families of its named pupils.
//!
//! Invariant: whoever has a link is one of the town's people, or an account of the provider.

use lasna_app::App;
use lasna_domain::access::UserRole;
use lasna_domain::access::family::{AdultKind, FamilyTie, Matters, RelationSource};
use lasna_domain::calendar::Day;
use lasna_domain::model::Language;
use lasna_simulate::{Town, TownStaff};
use lasna_store::Protection;
use lasna_web::DemoPerson;

/// The links: the word in the address, the role in the town, its school, what the account is for.
const LINKS: [(&str, &str, UserRole); 10] = [
    ("teacher", "class_teacher", UserRole::Teacher),
    ("sky-worker", "sky_worker", UserRole::SkyWorker),
    ("principal", "principal", UserRole::Principal),
    ("rektor", "principal", UserRole::Principal),
    ("substitute", "substitute", UserRole::Substitute),
    ("coordinator", "coordinator", UserRole::Coordinator),
    ("administrator", "administrator", UserRole::Administrator),
    ("oversight", "oversight", UserRole::Oversight),
    ("guardian", "prolonged", UserRole::Guardian),
    ("pupil", "prolonged", UserRole::Pupil),
];

/// What is known of the protected pupil; made up, as all of it.
const PROTECTED: &str = "Yhteys vain koulukuraattorin kautta. Noutaja: Anna, tunnussana sovittu.";
/// Who looks after data protection; no person of the roster.
const OVERSIGHT: &str = "Riitta Ahola";

/// Somebody with a link.
pub struct TownPerson {
    pub demo: DemoPerson,
    pub person: Option<String>,
    pub school: Option<String>,
    pub role: UserRole,
    pub language: Language,
}

/// Everybody with a link.
pub fn people_of(town: &Town) -> Vec<TownPerson> {
    let all = LINKS.iter();
    all.filter_map(|&(link, word, role)| person_of(town, (link, word, role)))
        .collect()
}

/// Whom a link is for: somebody who works in the town, or of the home of a named pupil.
fn person_of(town: &Town, (link, word, role): (&str, &str, UserRole)) -> Option<TownPerson> {
    let swedish = link == "rektor";
    let cast = town.cast.iter().find(|member| member.key == word);
    let (name, person, school) = match role {
        UserRole::Oversight => (OVERSIGHT.to_owned(), None, None),
        UserRole::Pupil => {
            let cast = cast?;
            (
                cast.name.clone(),
                Some(cast.pupil.clone()),
                Some(cast.school.clone()),
            )
        }
        UserRole::Guardian => {
            let cast = cast?;
            let mut all = town.guardians.iter();
            let own = all.find(|guardian| guardian.children.contains(&cast.pupil))?;
            (
                own.name.clone(),
                Some(own.person.clone()),
                Some(cast.school.clone()),
            )
        }
        _ => {
            let fits =
                |staff: &&TownStaff| staff.role == word && (staff.language == "sv") == swedish;
            let staff = town.staff.iter().find(fits)?;
            (
                staff.name.clone(),
                staff.person.clone(),
                staff.school.clone(),
            )
        }
    };
    Some(TownPerson {
        demo: DemoPerson {
            role: link.to_owned(),
            login: format!("demo-{link}"),
            name,
        },
        person,
        school,
        role,
        language: if swedish { Language::Sv } else { Language::Fi },
    })
}

/// The guardians of the named pupils, with joint custody, and who is protected.
pub fn families(app: &App, town: &Town) -> anyhow::Result<()> {
    let (always, never) = (Day(0), Day(i32::MAX));
    let mut ties = Vec::new();
    for guardian in &town.guardians {
        for child in &guardian.children {
            ties.push(FamilyTie {
                child: app.pupil_no(child)?,
                adult: app.pupil_no(&guardian.person)?,
                kind: AdultKind::Guardian,
                decides: Matters::ALL,
                informed: Matters::ALL,
                from: always,
                to: never,
                source: RelationSource::Register,
                contact: true,
            });
        }
    }
    app.set_relations(&ties)?;
    let cast = town.cast.iter().find(|member| member.key == "protected");
    let Some(cast) = cast else { return Ok(()) };
    let protection = Protection {
        person: app.pupil_no(&cast.pupil)?,
        from: always,
        to: Day::from_date(town.today).plus(365),
    };
    app.set_protected(&[(protection, PROTECTED.to_owned())])?;
    Ok(())
}

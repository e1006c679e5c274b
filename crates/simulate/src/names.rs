//! Small lists of names for made-up people and schools, and nothing else.
//!
//! What it is not: a sample of real people; the lists are short on purpose.
//!
//! Invariant: no name holds a comma, a quote or a line break.

/// The language group of a person's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    Finnish,
    Swedish,
    Other,
}

impl Naming {
    /// Given names of girls and women.
    pub(crate) const fn female(self) -> &'static [&'static str] {
        match self {
            Naming::Finnish => &[
                "Aino", "Aada", "Anni", "Eevi", "Ella", "Elsa", "Emilia", "Enni", "Helmi", "Hilla",
                "Iida", "Inka", "Kerttu", "Lilja", "Linnea", "Lotta", "Minttu", "Oona", "Pihla",
                "Saara", "Saimi", "Siiri", "Sofia", "Taika", "Tuuli", "Venla", "Vilma",
            ],
            Naming::Swedish => &[
                "Agnes", "Alva", "Astrid", "Ebba", "Elin", "Freja", "Ingrid", "Karin", "Linn",
                "Maja", "Saga", "Signe", "Stella", "Tova", "Tyra",
            ],
            Naming::Other => &[
                "Alisa", "Amina", "Anh", "Darya", "Fatima", "Hana", "Layla", "Mariam", "Olena",
                "Polina", "Sara", "Zahra",
            ],
        }
    }

    /// Given names of boys and men.
    pub(crate) const fn male(self) -> &'static [&'static str] {
        match self {
            Naming::Finnish => &[
                "Aapo", "Antti", "Arttu", "Daavid", "Eeli", "Eetu", "Elias", "Iisakki", "Jooa",
                "Joona", "Juho", "Kaapo", "Lauri", "Leevi", "Niilo", "Oiva", "Okko", "Onni",
                "Otso", "Pekka", "Roope", "Toivo", "Urho", "Väinö", "Veikko", "Viljami",
            ],
            Naming::Swedish => &[
                "Albin", "Anton", "Axel", "Edvin", "Elliot", "Emil", "Filip", "Gustav", "Hugo",
                "Isak", "Ludvig", "Nils", "Oskar", "Sixten", "Viktor",
            ],
            Naming::Other => &[
                "Abdi", "Ahmed", "Artem", "Danilo", "Hamza", "Ivan", "Karim", "Maksim", "Minh",
                "Omar", "Rayan", "Yusuf",
            ],
        }
    }

    /// Family names.
    pub(crate) const fn family(self) -> &'static [&'static str] {
        match self {
            Naming::Finnish => &FI_FAMILY,
            Naming::Swedish => &[
                "Ahlbäck",
                "Bergström",
                "Björkman",
                "Dahlgren",
                "Ekholm",
                "Forsman",
                "Granholm",
                "Häggblom",
                "Lindroos",
                "Lundqvist",
                "Nordlund",
                "Sandvik",
                "Sjöberg",
                "Sundell",
                "Söderholm",
                "Westergård",
                "Åkerman",
                "Österlund",
            ],
            Naming::Other => &[
                "Abdullahi",
                "Ali",
                "Bondarenko",
                "Haddad",
                "Hassan",
                "Ivanova",
                "Kovalenko",
                "Mohamed",
                "Nguyen",
                "Petrov",
                "Rahimi",
                "Sharma",
                "Tamm",
                "Tran",
            ],
        }
    }
}

const FI_FAMILY: [&str; 39] = [
    "Aaltola",
    "Ahonen",
    "Alanko",
    "Eskelä",
    "Haapala",
    "Hakkola",
    "Harjula",
    "Heikkilä",
    "Hietala",
    "Hirvelä",
    "Huttula",
    "Jokela",
    "Kaarela",
    "Kallio",
    "Karhula",
    "Kivelä",
    "Koskela",
    "Kuusela",
    "Laaksola",
    "Lehtola",
    "Lepistö",
    "Mattila",
    "Metsälä",
    "Mäkelä",
    "Niemelä",
    "Nurmela",
    "Ojala",
    "Peltola",
    "Pihlaja",
    "Rantala",
    "Rautio",
    "Salmela",
    "Saarela",
    "Suomela",
    "Tammela",
    "Uusitalo",
    "Vainio",
    "Vuorela",
    "Ylitalo",
];
const FI_FIRST: [&str; 24] = [
    "Koivu", "Mänty", "Kuusi", "Haapa", "Pihlaja", "Leppä", "Tammi", "Vaahtera", "Kataja", "Paju",
    "Kanerva", "Kallio", "Lehto", "Järvi", "Joki", "Niitty", "Metsä", "Kettu", "Hirvi", "Joutsen",
    "Kurki", "Otso", "Susi", "Ahven",
];
const FI_SECOND: [&str; 14] = [
    "rannan", "mäen", "laakson", "niemen", "kankaan", "lahden", "harjun", "pellon", "kylän",
    "vuoren", "salmen", "ahon", "kosken", "linnan",
];
const SV_FIRST: [&str; 12] = [
    "Björk", "Tall", "Gran", "Ek", "Lind", "Berg", "Sjö", "Strand", "Äng", "Ros", "Ask", "Lärk",
];
const SV_SECOND: [&str; 9] = [
    "näs", "backa", "dals", "viks", "holms", "sunds", "bergs", "lunds", "åsens",
];

/// The name of the `n`th Finnish-language school; `suffix` is what such a school is called.
pub(crate) fn finnish_school(n: usize, suffix: &str) -> String {
    school(n, &FI_FIRST, &FI_SECOND, suffix)
}

/// The name of the `n`th Swedish-language school.
pub(crate) fn swedish_school(n: usize, suffix: &str) -> String {
    school(n, &SV_FIRST, &SV_SECOND, suffix)
}

fn school(n: usize, first: &[&str], second: &[&str], suffix: &str) -> String {
    let all = first.len() * second.len();
    // 5 shares no factor with either count, so that every pair comes once in a round.
    let (place, round) = (n % all * 5 % all, n / all);
    let name = format!(
        "{}{} {suffix}",
        first[place % first.len()],
        second[place / first.len()]
    );
    if round == 0 {
        name
    } else {
        format!("{name} {}", round + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn school_names_are_not_repeated() {
        let names: BTreeSet<String> = (0..2000)
            .map(|n| finnish_school(n, "koulu"))
            .chain((0..200).map(|n| swedish_school(n, "skola")))
            .collect();
        assert_eq!(names.len(), 2200);
    }
}

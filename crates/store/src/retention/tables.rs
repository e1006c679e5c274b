//! Tables whose rows pass their time one by one: how old a row is, which rows are due, what is held.
//!
//! A row is due where its age is before the cutoff: `$2`, a day or an instant, `$1` being the provider.
//! The tables stand so that what refers to others goes before them.
//!
//! Invariant: a row that a hold covers is never due.

/// What a number of [`Aged::age`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeUnit {
    /// Days since 1970.
    Day,
    /// Microseconds since then.
    Instant,
}

/// Which holds cover a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// None: the row is about nobody whom a hold names.
    Never,
    /// Those of the person in this column.
    Person(&'static str),
    /// Those of the person, and those of the time in which the entry was written.
    Entry,
}

/// How the erasure list tells the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// All of which this column is before the cutoff, but for the people on hold.
    Before(&'static str),
    /// By runs of this column's numbers.
    Runs(&'static str),
    /// By the values of these columns, one line each.
    Values(&'static [&'static str]),
}

/// One table.
#[derive(Clone, Copy, Debug)]
pub struct Aged {
    /// The table.
    pub table: &'static str,
    pub(super) age: &'static str,
    /// What the age counts.
    pub unit: AgeUnit,
    pub(super) due: &'static str,
    pub(super) held: Held,
    /// A column of numbers by which a large table is erased in parts.
    pub(super) part: Option<&'static str>,
    /// How the erasure list tells its rows.
    pub told: Told,
}

const AT: &str = "t.provider_no = $1 AND t.at < $2";
const DAY: &str = "t.provider_no = $1 AND t.day < $2";
/// Of tables that belong to the node.
const NODE_AT: &str = "cast($1 AS BIGINT) > 0 AND t.at < $2";

const fn aged(table: &'static str, due: &'static str, told: Told) -> Aged {
    Aged {
        table,
        age: "t.at",
        unit: AgeUnit::Instant,
        due,
        held: Held::Never,
        part: None,
        told,
    }
}

const fn daily(table: &'static str, part: Option<&'static str>) -> Aged {
    Aged {
        age: "t.day",
        unit: AgeUnit::Day,
        part,
        ..aged(table, DAY, Told::Before("day"))
    }
}

const fn of_pupil(table: &'static str) -> Aged {
    Aged {
        held: Held::Person("pupil_no"),
        ..daily(table, Some("pupil_no"))
    }
}

const USER_AGE: &str = "(SELECT min(e.at) FROM user_end e WHERE e.user_no = t.user_no)";
const USER_DUE: &str = "t.provider_no = $1 AND t.user_no IN \
    (SELECT e.user_no FROM user_end e WHERE e.provider_no = $1 AND e.at < $2)";
const PASSKEY_AGE: &str = "(SELECT min(e.at) FROM user_end e JOIN passkey p \
    ON p.user_no = e.user_no WHERE p.credential = t.credential)";
const PASSKEY_DUE: &str = "t.credential IN (SELECT p.credential FROM passkey p \
    JOIN user_end e ON e.user_no = p.user_no WHERE e.provider_no = $1 AND e.at < $2)";
const RECOVERY_AGE: &str = "(SELECT min(e.at) FROM user_end e JOIN recovery_code p \
    ON p.user_no = e.user_no WHERE p.code_hash = t.code_hash)";
const RECOVERY_DUE: &str = "t.code_hash IN (SELECT p.code_hash FROM recovery_code p \
    JOIN user_end e ON e.user_no = p.user_no WHERE e.provider_no = $1 AND e.at < $2)";
const CODE_AGE: &str = "(SELECT min(e.at) FROM user_end e JOIN one_time_code p \
    ON p.user_no = e.user_no WHERE p.code_hash = t.code_hash)";
const CODE_DUE: &str = "t.code_hash IN (SELECT p.code_hash FROM one_time_code p \
    JOIN user_end e ON e.user_no = p.user_no WHERE e.provider_no = $1 AND e.at < $2)";

const fn of_user(table: &'static str) -> Aged {
    Aged {
        age: USER_AGE,
        ..aged(table, USER_DUE, Told::Values(&["provider_no", "user_no"]))
    }
}

const fn of_secret(
    table: &'static str,
    (age, due): (&'static str, &'static str),
    told: Told,
) -> Aged {
    Aged {
        age,
        ..aged(table, due, told)
    }
}

const TOKEN: Told = Told::Values(&["token_hash"]);
const CREDENTIAL: Told = Told::Values(&["credential"]);
const HASH: Told = Told::Values(&["code_hash"]);
const NO: Told = Told::Values(&["provider_no", "no"]);

const GRANT_DUE: &str = "t.provider_no = $1 AND t.grant_no IN \
    (SELECT g.no FROM access_grant g WHERE g.provider_no = $1 AND g.ends < $2)";
const GRANT_AGE: &str = "(SELECT g.ends FROM access_grant g \
    WHERE g.provider_no = t.provider_no AND g.no = t.grant_no)";
const GLASS_DUE: &str = "t.provider_no = $1 AND t.glass_no IN \
    (SELECT g.no FROM glass g WHERE g.provider_no = $1 AND g.at < $2 AND NOT EXISTS \
    (SELECT 1 FROM retention_hold h WHERE h.provider_no = $1 AND h.person_no = g.pupil_no \
    AND NOT EXISTS (SELECT 1 FROM retention_hold_end e \
    WHERE e.provider_no = h.provider_no AND e.no = h.no)))";
const GLASS_AGE: &str = "(SELECT g.at FROM glass g \
    WHERE g.provider_no = t.provider_no AND g.no = t.glass_no)";
const RELEASE_DUE: &str = "t.provider_no = $1 AND t.no IN \
    (SELECT g.no FROM subject_copy g WHERE g.provider_no = $1 AND g.at < $2)";
const ENTRY_AGE: &str = "(SELECT a.at FROM audit a WHERE a.no = t.no)";
const PUPIL_ENTRY_DUE: &str = "t.provider_no = $1 AND t.person_no IS NOT NULL AND t.no IN \
    (SELECT a.no FROM audit a WHERE a.provider_no = $1 AND a.at < $2)";
const OTHER_ENTRY_DUE: &str = "t.provider_no = $1 AND t.person_no IS NULL AND t.no IN \
    (SELECT a.no FROM audit a WHERE a.provider_no = $1 AND a.at < $2)";
const PROTECTION_DUE: &str = "t.provider_no = $1 AND t.ends < $2 AND NOT EXISTS \
    (SELECT 1 FROM protection p WHERE p.provider_no = $1 AND p.person_no = t.person_no \
    AND p.ends >= $2)";
const FEED_DUE: &str = "t.provider_no = $1 AND t.at < $2 AND t.at < \
    (SELECT max(f.at) FROM protection_feed f WHERE f.provider_no = $1)";

const fn entries(due: &'static str) -> Aged {
    Aged {
        age: ENTRY_AGE,
        held: Held::Entry,
        part: Some("no"),
        ..aged("audit_body", due, Told::Runs("no"))
    }
}

/// Rules with their tables, as `retention.toml` names them.
pub(super) const RULES: [(&str, &[Aged]); 12] = [
    (
        "attendance",
        &[
            daily("register_save", None),
            daily("day_pass_act", None),
            daily("day_pass", None),
            daily("register_fact", Some("group_no")),
            daily("lesson_fact", Some("group_no")),
            of_pupil("mark_fact"),
        ],
    ),
    ("reasons", &[of_pupil("mark_reason")]),
    (
        "protection",
        &[Aged {
            age: "t.ends",
            unit: AgeUnit::Day,
            held: Held::Person("person_no"),
            ..aged("protection", PROTECTION_DUE, NO)
        }],
    ),
    (
        "protection_feed",
        &[aged("protection_feed", FEED_DUE, Told::Before("at"))],
    ),
    (
        "access",
        &[
            of_secret("access_grant_act", (GRANT_AGE, GRANT_DUE), NO),
            Aged {
                age: "t.ends",
                ..aged("access_grant", "t.provider_no = $1 AND t.ends < $2", NO)
            },
            of_secret("glass_act", (GLASS_AGE, GLASS_DUE), NO),
            Aged {
                held: Held::Person("pupil_no"),
                ..aged("glass", AT, NO)
            },
            aged("access_review", AT, NO),
            aged("subject_release", RELEASE_DUE, NO),
            aged("subject_copy", AT, NO),
            aged("reading_alarm", AT, NO),
            aged("incident_end", AT, NO),
            // One that is open stays, and the end of one is younger than its beginning.
            aged("incidents", INCIDENT_DUE, NO),
        ],
    ),
    ("log_of_pupils", &[entries(PUPIL_ENTRY_DUE)]),
    ("log_of_others", &[entries(OTHER_ENTRY_DUE)]),
    (
        "sign_in",
        &[
            of_secret("oidc_session", (SEEN_AGE, SEEN_DUE), TOKEN),
            of_secret("session_seen", (SEEN_AGE, SEEN_DUE), Told::Before("at")),
            of_secret("sign_out", (SEEN_AGE, SEEN_DUE), Told::Before("at")),
            Aged {
                age: "t.ends_at",
                ..aged("sign_in", ENDS, Told::Before("ends_at"))
            },
            of_secret("half_sign_in_end", (HALF_AGE, HALF_DUE), Told::Before("at")),
            Aged {
                age: "t.ends_at",
                ..aged("half_sign_in", ENDS, Told::Before("ends_at"))
            },
        ],
    ),
    (
        "tries",
        &[
            aged("oidc_used", NODE_AT, Told::Before("at")),
            aged("sign_in_try", NODE_AT, Told::Before("at")),
        ],
    ),
    ("reading", &[aged("page_read", AT, Told::Before("at"))]),
    (
        "jobs",
        &[
            aged("backup_run", NODE_AT, Told::Before("at")),
            aged("job_lease", NODE_AT, Told::Before("at")),
            aged("job_end", NODE_AT, Told::Before("at")),
            aged("service_start", NODE_AT, Told::Before("at")),
        ],
    ),
    (
        "accounts",
        &[
            of_user("oidc_link_end"),
            of_user("oidc_link"),
            of_user("user_notice_seen"),
            of_user("user_notice"),
            of_user("list_filter_end"),
            of_user("list_filter"),
            of_user("totp_used"),
            of_user("totp_off"),
            of_user("totp_on"),
            of_user("totp"),
            of_secret("recovery_end", (RECOVERY_AGE, RECOVERY_DUE), HASH),
            of_user("recovery_code"),
            of_secret("passkey_use", (PASSKEY_AGE, PASSKEY_DUE), CREDENTIAL),
            of_secret("passkey_end", (PASSKEY_AGE, PASSKEY_DUE), CREDENTIAL),
            of_user("passkey"),
            of_secret("one_time_code_end", (CODE_AGE, CODE_DUE), HASH),
            of_user("one_time_code"),
            of_user("user_language"),
            of_user("user_password"),
            of_user("user_profile"),
        ],
    ),
];

const INCIDENT_DUE: &str = "t.provider_no = $1 AND t.at < $2 AND t.no IN \
    (SELECT e.no FROM incident_end e WHERE e.provider_no = $1 AND e.at < $2)";
const ENDS: &str = "t.provider_no = $1 AND t.ends_at < $2";
const SEEN_AGE: &str = "(SELECT s.ends_at FROM sign_in s WHERE s.token_hash = t.token_hash)";
const SEEN_DUE: &str = "t.token_hash IN \
    (SELECT s.token_hash FROM sign_in s WHERE s.provider_no = $1 AND s.ends_at < $2)";
const HALF_AGE: &str = "(SELECT s.ends_at FROM half_sign_in s WHERE s.token_hash = t.token_hash)";
const HALF_DUE: &str = "t.token_hash IN \
    (SELECT s.token_hash FROM half_sign_in s WHERE s.provider_no = $1 AND s.ends_at < $2)";

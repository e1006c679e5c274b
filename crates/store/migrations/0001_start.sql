-- The first schema. One text for both engines: BIGINT and BYTEA are INTEGER and BLOB on SQLite,
-- /*strict*/ and /*clustered*/ become STRICT and STRICT, WITHOUT ROWID there and nothing on PostgreSQL.
-- Days are days since 1970-01-01, instants microseconds since then, times of day minutes.

CREATE TABLE provider (
    no BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
) /*strict*/;

CREATE TABLE entity (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    kind TEXT NOT NULL,
    no BIGINT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (provider_no, kind, no),
    UNIQUE (provider_no, kind, id)
) /*strict*/;

CREATE TABLE import_batch (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    applied_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*strict*/;

CREATE TABLE import_undo (
    provider_no BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    undone_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*strict*/;

CREATE TABLE org_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    name TEXT,
    kind TEXT,
    identifier TEXT,
    parent TEXT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE session_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    title TEXT,
    kind TEXT,
    starts BIGINT,
    ends BIGINT,
    parent TEXT,
    school_year BIGINT,
    school TEXT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE course_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    title TEXT,
    code TEXT,
    grades TEXT,
    org TEXT,
    session TEXT,
    subjects TEXT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE group_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    title TEXT,
    code TEXT,
    kind TEXT,
    grades TEXT,
    course TEXT,
    school TEXT,
    terms TEXT,
    subjects TEXT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE person_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    enabled BIGINT,
    given_name TEXT,
    family_name TEXT,
    middle_name TEXT,
    preferred_given_name TEXT,
    preferred_family_name TEXT,
    username TEXT,
    identifier TEXT,
    user_ids TEXT,
    agents TEXT,
    grades TEXT,
    primary_org TEXT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE role_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    person TEXT,
    is_primary BIGINT,
    role TEXT,
    org TEXT,
    starts BIGINT,
    ends BIGINT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE enrolment_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    class TEXT,
    school TEXT,
    person TEXT,
    role TEXT,
    is_primary BIGINT,
    starts BIGINT,
    ends BIGINT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE demographics_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    birth_date BIGINT,
    sex TEXT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE timetable_version (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    pupil TEXT,
    starts BIGINT,
    ends BIGINT,
    weekdays BIGINT,
    start_from BIGINT,
    start_to BIGINT,
    subject TEXT,
    minutes BIGINT,
    PRIMARY KEY (provider_no, id, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE setting_fact (
    provider_no BIGINT NOT NULL,
    school_no BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    presumed BIGINT NOT NULL,
    PRIMARY KEY (provider_no, school_no, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE calendar_fact (
    provider_no BIGINT NOT NULL,
    school_no BIGINT NOT NULL,
    day BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    school_day BIGINT NOT NULL,
    label_no BIGINT NOT NULL,
    PRIMARY KEY (provider_no, school_no, day, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE lesson_fact (
    provider_no BIGINT NOT NULL,
    group_no BIGINT NOT NULL,
    day BIGINT NOT NULL,
    start BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    subject_no BIGINT NOT NULL,
    teacher_no BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    PRIMARY KEY (provider_no, group_no, day, start, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE register_fact (
    provider_no BIGINT NOT NULL,
    group_no BIGINT NOT NULL,
    day BIGINT NOT NULL,
    start BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    by_no BIGINT NOT NULL,
    PRIMARY KEY (provider_no, group_no, day, start, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE mark_fact (
    provider_no BIGINT NOT NULL,
    pupil_no BIGINT NOT NULL,
    day BIGINT NOT NULL,
    start BIGINT NOT NULL,
    group_no BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    hundredths BIGINT NOT NULL,
    presence BIGINT NOT NULL,
    approval BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    source_no BIGINT NOT NULL,
    PRIMARY KEY (provider_no, pupil_no, day, start, group_no, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE mark_reason (
    provider_no BIGINT NOT NULL,
    pupil_no BIGINT NOT NULL,
    day BIGINT NOT NULL,
    start BIGINT NOT NULL,
    group_no BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    reason BIGINT NOT NULL,
    PRIMARY KEY (provider_no, pupil_no, day, start, group_no, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE audit (
    no BIGINT NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    reach TEXT NOT NULL,
    target TEXT NOT NULL
) /*strict*/;

CREATE TABLE user_account (
    no BIGINT NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    role TEXT NOT NULL,
    school TEXT,
    token_hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
) /*strict*/;

CREATE TABLE model_version (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    adopted_at BIGINT NOT NULL,
    valid BIGINT NOT NULL,
    text TEXT NOT NULL,
    resolved TEXT NOT NULL,
    PRIMARY KEY (provider_no, id, version, adopted_at)
) /*strict*/;

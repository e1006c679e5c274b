-- Keys under a master key outside of the database, the audit as a log of hashes, and texts and reasons
-- sealed. Old rows are carried over by the program between the two parts (crates/store/src/carry.rs).

CREATE TABLE key_state (
    no BIGINT NOT NULL PRIMARY KEY,
    master TEXT NOT NULL
) /*strict*/;

CREATE TABLE data_key (
    provider_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_no BIGINT NOT NULL,
    master TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (provider_no, kind, subject_no)
) /*clustered*/;

CREATE INDEX data_key_master ON data_key (master);

ALTER TABLE audit RENAME TO audit_plain;

CREATE TABLE audit (
    no BIGINT NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    leaf BYTEA NOT NULL
) /*strict*/;

CREATE INDEX audit_at ON audit (provider_no, at);

CREATE TABLE audit_body (
    no BIGINT NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL,
    person_no BIGINT,
    user_no BIGINT,
    reach TEXT NOT NULL,
    salt BYTEA NOT NULL,
    body BYTEA NOT NULL
) /*strict*/;

CREATE INDEX audit_body_person ON audit_body (provider_no, person_no, no) WHERE person_no IS NOT NULL;

CREATE INDEX audit_body_reach ON audit_body (provider_no, reach, no);

CREATE INDEX audit_body_user ON audit_body (provider_no, user_no, no) WHERE user_no IS NOT NULL;

ALTER TABLE signal_note RENAME TO signal_note_plain;

CREATE TABLE signal_note (
    provider_no BIGINT NOT NULL,
    act_no BIGINT NOT NULL,
    note BYTEA NOT NULL,
    PRIMARY KEY (provider_no, act_no),
    FOREIGN KEY (provider_no, act_no) REFERENCES signal_act (provider_no, no)
) /*clustered*/;

ALTER TABLE mark_reason RENAME TO mark_reason_plain;

CREATE TABLE mark_reason (
    provider_no BIGINT NOT NULL,
    pupil_no BIGINT NOT NULL,
    day BIGINT NOT NULL,
    start BIGINT NOT NULL,
    group_no BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    reason BYTEA NOT NULL,
    PRIMARY KEY (provider_no, pupil_no, day, start, group_no, known_at, batch_no),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

-- CARRY OVER

DROP TABLE audit_plain;

DROP TABLE signal_note_plain;

DROP TABLE mark_reason_plain;

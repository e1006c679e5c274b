-- Runs that erased what had passed its time, with counts and no names; what is held back from them; and
-- copies of everything about one person, which one prepares and another releases. Rows are only added.

CREATE TABLE retention_run (
    no BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    confirmed BIGINT NOT NULL,
    actor TEXT NOT NULL
) /*strict*/;

CREATE TABLE retention_erased (
    no BIGINT NOT NULL PRIMARY KEY,
    run_no BIGINT NOT NULL REFERENCES retention_run (no),
    rule TEXT NOT NULL,
    table_name TEXT NOT NULL,
    row_count BIGINT NOT NULL
) /*strict*/;

CREATE TABLE retention_hold (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    person_no BIGINT,
    starts BIGINT,
    ends BIGINT,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE INDEX retention_hold_person ON retention_hold (provider_no, person_no);

CREATE TABLE retention_hold_end (
    provider_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, no),
    FOREIGN KEY (provider_no, no) REFERENCES retention_hold (provider_no, no)
) /*clustered*/;

CREATE TABLE subject_copy (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    pupil_no BIGINT NOT NULL,
    digest TEXT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE TABLE subject_release (
    provider_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, no),
    FOREIGN KEY (provider_no, no) REFERENCES subject_copy (provider_no, no)
) /*clustered*/;

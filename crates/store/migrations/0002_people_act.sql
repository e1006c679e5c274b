-- People who sign in, registers that are kept here, and what was done about signals.
-- Everything is added, nothing is changed: of a user's passwords and languages the latest counts.

CREATE TABLE user_profile (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    known_at BIGINT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    person TEXT,
    PRIMARY KEY (provider_no, user_no)
) /*clustered*/;

CREATE UNIQUE INDEX user_profile_login ON user_profile (login);

CREATE TABLE user_password (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    known_at BIGINT NOT NULL,
    hash TEXT NOT NULL,
    once BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no, known_at)
) /*clustered*/;

CREATE TABLE user_language (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    known_at BIGINT NOT NULL,
    language TEXT NOT NULL,
    PRIMARY KEY (provider_no, user_no, known_at)
) /*clustered*/;

CREATE TABLE sign_in (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE sign_out (
    token_hash BYTEA NOT NULL PRIMARY KEY REFERENCES sign_in (token_hash),
    at BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE day_pass (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    day BIGINT NOT NULL,
    teacher TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, user_no, day, teacher)
) /*clustered*/;

CREATE TABLE register_save (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    group_no BIGINT NOT NULL,
    day BIGINT NOT NULL,
    start BIGINT NOT NULL,
    once TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE UNIQUE INDEX register_save_once ON register_save (provider_no, once);

CREATE INDEX register_save_lesson ON register_save (provider_no, group_no, day, start, no);

CREATE TABLE signal_act (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    pupil_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    kind TEXT NOT NULL,
    contact_with TEXT,
    outcome TEXT,
    reason TEXT,
    review BIGINT,
    withdraws BIGINT,
    once TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE UNIQUE INDEX signal_act_once ON signal_act (provider_no, once);

CREATE TABLE signal_note (
    provider_no BIGINT NOT NULL,
    act_no BIGINT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (provider_no, act_no),
    FOREIGN KEY (provider_no, act_no) REFERENCES signal_act (provider_no, no)
) /*clustered*/;

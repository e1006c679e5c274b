-- Sessions with what proved them, tries that outlive a restart, second factors, passkeys, one-time codes,
-- links to an identity provider, and what a person is told of them.

ALTER TABLE sign_in ADD COLUMN auth_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sign_in ADD COLUMN methods TEXT NOT NULL DEFAULT 'password';
ALTER TABLE sign_in ADD COLUMN idle BIGINT NOT NULL DEFAULT 1800000000;
ALTER TABLE sign_in ADD COLUMN shared BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sign_in ADD COLUMN browser TEXT NOT NULL DEFAULT '';

CREATE INDEX sign_in_user ON sign_in (provider_no, user_no);

CREATE TABLE session_seen (
    token_hash BYTEA NOT NULL PRIMARY KEY REFERENCES sign_in (token_hash),
    at BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE half_sign_in (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    shared BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE half_sign_in_end (
    token_hash BYTEA NOT NULL PRIMARY KEY REFERENCES half_sign_in (token_hash),
    at BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE sign_in_try (
    no BIGINT NOT NULL PRIMARY KEY,
    mark BYTEA NOT NULL,
    at BIGINT NOT NULL
) /*strict*/;

CREATE INDEX sign_in_try_mark ON sign_in_try (mark, at);

CREATE TABLE totp (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (provider_no, user_no, no)
) /*clustered*/;

CREATE TABLE totp_on (
    provider_no BIGINT NOT NULL,
    user_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no, no),
    FOREIGN KEY (provider_no, user_no, no) REFERENCES totp (provider_no, user_no, no)
) /*clustered*/;

CREATE TABLE totp_off (
    provider_no BIGINT NOT NULL,
    user_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no, no),
    FOREIGN KEY (provider_no, user_no, no) REFERENCES totp (provider_no, user_no, no)
) /*clustered*/;

CREATE TABLE totp_used (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    step BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no, step)
) /*clustered*/;

CREATE TABLE recovery_code (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    at BIGINT NOT NULL
) /*clustered*/;

CREATE INDEX recovery_code_user ON recovery_code (provider_no, user_no, at);

CREATE TABLE recovery_end (
    code_hash BYTEA NOT NULL PRIMARY KEY REFERENCES recovery_code (code_hash),
    at BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE passkey (
    credential BYTEA NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    at BIGINT NOT NULL,
    name TEXT NOT NULL,
    public_part TEXT NOT NULL
) /*clustered*/;

CREATE INDEX passkey_user ON passkey (provider_no, user_no, at);

CREATE TABLE passkey_use (
    credential BYTEA NOT NULL PRIMARY KEY REFERENCES passkey (credential),
    at BIGINT NOT NULL,
    public_part TEXT NOT NULL
) /*clustered*/;

CREATE TABLE passkey_end (
    credential BYTEA NOT NULL PRIMARY KEY REFERENCES passkey (credential),
    at BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE one_time_code (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    purpose TEXT NOT NULL,
    user_no BIGINT,
    at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE one_time_code_end (
    code_hash BYTEA NOT NULL PRIMARY KEY REFERENCES one_time_code (code_hash),
    at BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE user_notice (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (provider_no, user_no, no)
) /*clustered*/;

CREATE TABLE user_notice_seen (
    provider_no BIGINT NOT NULL,
    user_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no, no)
) /*clustered*/;

-- Who signs in by an identity provider: links of its people to accounts, known by a keyed digest alone, what
-- a provider said of a session, and answers that were used.

CREATE TABLE oidc_key (
    provider_no BIGINT NOT NULL PRIMARY KEY REFERENCES provider (no),
    at BIGINT NOT NULL,
    sealed BYTEA NOT NULL
) /*clustered*/;

CREATE TABLE oidc_link (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    mark BYTEA NOT NULL,
    PRIMARY KEY (provider_no, user_no, no)
) /*clustered*/;

CREATE INDEX oidc_link_mark ON oidc_link (mark);

CREATE TABLE oidc_link_end (
    provider_no BIGINT NOT NULL,
    user_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no, no),
    FOREIGN KEY (provider_no, user_no, no) REFERENCES oidc_link (provider_no, user_no, no)
) /*clustered*/;

CREATE TABLE oidc_session (
    token_hash BYTEA NOT NULL PRIMARY KEY REFERENCES sign_in (token_hash),
    issuer TEXT NOT NULL,
    mark BYTEA NOT NULL,
    sid BYTEA NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL
) /*clustered*/;

CREATE INDEX oidc_session_mark ON oidc_session (mark);

CREATE TABLE oidc_used (
    mark BYTEA NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
) /*clustered*/;

CREATE INDEX oidc_used_at ON oidc_used (at);

-- Accounts that have ended: neither token nor password opens them. The account and its profile stay,
-- because the audit and what the person did name it.

CREATE TABLE user_end (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    at BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no)
) /*clustered*/;

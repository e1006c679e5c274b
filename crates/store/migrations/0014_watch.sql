-- How much people read, alarms about it, and the register of incidents.

CREATE TABLE page_read (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (provider_no, user_no, no)
) /*clustered*/;

CREATE TABLE reading_alarm (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    kind TEXT NOT NULL,
    span TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE INDEX reading_alarm_user ON reading_alarm (provider_no, user_no, at);

CREATE TABLE incidents (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    noticed_at BIGINT NOT NULL,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    by_no BIGINT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE TABLE incident_end (
    provider_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_no BIGINT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

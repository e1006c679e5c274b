-- Who is what to whom, who is protected, and rights for a time. Rows are only added: of an adult and a
-- child, and of a protected person, the row with the highest number counts.

CREATE TABLE family_tie (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    child_no BIGINT NOT NULL,
    adult_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    decides TEXT NOT NULL,
    informed TEXT NOT NULL,
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    source TEXT NOT NULL,
    contact BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE INDEX family_tie_adult ON family_tie (provider_no, adult_no, no);

CREATE INDEX family_tie_child ON family_tie (provider_no, child_no, no);

CREATE TABLE admission (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    child_no BIGINT NOT NULL,
    adult_no BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE INDEX admission_adult ON admission (provider_no, adult_no, no);

CREATE TABLE protection (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    person_no BIGINT NOT NULL,
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    actor TEXT NOT NULL,
    facts BYTEA,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE TABLE protection_feed (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, at)
) /*clustered*/;

CREATE TABLE access_grant (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    kind TEXT NOT NULL,
    reach TEXT NOT NULL,
    reach_no BIGINT NOT NULL,
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    by_no BIGINT NOT NULL,
    PRIMARY KEY (provider_no, no),
    CHECK (ends >= starts AND ends - starts <= 31622400000000)
) /*clustered*/;

CREATE INDEX access_grant_user ON access_grant (provider_no, user_no, no);

CREATE TABLE access_grant_act (
    provider_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    grant_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    step TEXT NOT NULL,
    by_no BIGINT NOT NULL,
    PRIMARY KEY (provider_no, no),
    FOREIGN KEY (provider_no, grant_no) REFERENCES access_grant (provider_no, no)
) /*clustered*/;

CREATE INDEX access_grant_act_grant ON access_grant_act (provider_no, grant_no, no);

CREATE TABLE glass (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    pupil_no BIGINT NOT NULL,
    school_no BIGINT NOT NULL,
    category TEXT NOT NULL,
    reason BYTEA NOT NULL,
    once TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE UNIQUE INDEX glass_once ON glass (provider_no, once);

CREATE INDEX glass_user ON glass (provider_no, user_no, no);

CREATE TABLE glass_act (
    provider_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    glass_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    until BIGINT,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    PRIMARY KEY (provider_no, no),
    FOREIGN KEY (provider_no, glass_no) REFERENCES glass (provider_no, no)
) /*clustered*/;

CREATE TABLE access_review (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    confirmed BIGINT NOT NULL,
    by_no BIGINT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

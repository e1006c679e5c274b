-- Filters of the list that a person saved under a name. One that is taken away, or that another of the
-- same name replaced, has a row in the second table; rows are only added.

CREATE TABLE list_filter (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    name TEXT NOT NULL,
    shown TEXT NOT NULL,
    class TEXT NOT NULL,
    step BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no, no)
) /*clustered*/;

CREATE TABLE list_filter_end (
    provider_no BIGINT NOT NULL,
    user_no BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider_no, user_no, no),
    FOREIGN KEY (provider_no, user_no, no) REFERENCES list_filter (provider_no, user_no, no)
) /*clustered*/;

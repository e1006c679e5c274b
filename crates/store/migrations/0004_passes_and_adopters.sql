-- Day passes that are given and taken back, and who adopted a model. Rows are only added: of a
-- substitute, a day and a teacher the act with the highest number counts, before it the row of day_pass.

CREATE TABLE day_pass_act (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    user_no BIGINT NOT NULL REFERENCES user_account (no),
    day BIGINT NOT NULL,
    teacher TEXT NOT NULL,
    given BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    once TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE UNIQUE INDEX day_pass_act_once ON day_pass_act (provider_no, once);

CREATE INDEX day_pass_act_day ON day_pass_act (provider_no, day, no);

CREATE TABLE model_adopter (
    provider_no BIGINT NOT NULL,
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    adopted_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (provider_no, id, version, adopted_at),
    FOREIGN KEY (provider_no, id, version, adopted_at)
        REFERENCES model_version (provider_no, id, version, adopted_at)
) /*clustered*/;

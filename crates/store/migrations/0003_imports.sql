-- What an import brought, in numbers, and what people decided that the codes of a register mean.
-- Of the versions of codes the newest counts for the next import; each one is whole.

CREATE TABLE import_reader (
    provider_no BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    reader TEXT NOT NULL,
    PRIMARY KEY (provider_no, batch_no, reader),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE import_count (
    provider_no BIGINT NOT NULL,
    batch_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    rows_read BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    PRIMARY KEY (provider_no, batch_no, kind),
    FOREIGN KEY (provider_no, batch_no) REFERENCES import_batch (provider_no, no)
) /*clustered*/;

CREATE TABLE code_version (
    provider_no BIGINT NOT NULL REFERENCES provider (no),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    once TEXT NOT NULL,
    PRIMARY KEY (provider_no, no)
) /*clustered*/;

CREATE UNIQUE INDEX code_version_once ON code_version (provider_no, once);

CREATE TABLE code_meaning (
    provider_no BIGINT NOT NULL,
    version_no BIGINT NOT NULL,
    code TEXT NOT NULL,
    meaning TEXT NOT NULL,
    minutes BIGINT,
    PRIMARY KEY (provider_no, version_no, code),
    FOREIGN KEY (provider_no, version_no) REFERENCES code_version (provider_no, no)
) /*clustered*/;

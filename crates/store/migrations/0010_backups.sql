-- Backups that were made and proven, jobs with a lease, and when the service started. Rows are only added:
-- a job that is due at an instant is somebody's while the last lease of it lasts, and done once it has an end.

CREATE TABLE backup_run (
    no BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    digest TEXT NOT NULL,
    outcome TEXT NOT NULL
) /*strict*/;

CREATE TABLE job_lease (
    kind TEXT NOT NULL,
    due BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (kind, due, attempt)
) /*clustered*/;

CREATE TABLE job_end (
    kind TEXT NOT NULL,
    due BIGINT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (kind, due)
) /*clustered*/;

CREATE TABLE service_start (
    no BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    version TEXT NOT NULL
) /*strict*/;

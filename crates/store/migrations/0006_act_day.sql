-- The day on which an act was done, where that is not the day on which it was logged.

ALTER TABLE signal_act ADD COLUMN day BIGINT;

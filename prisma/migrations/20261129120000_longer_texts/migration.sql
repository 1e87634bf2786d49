-- Lines of the log and errors of some kilobytes. A longer varchar rewrites no table.
ALTER TABLE "JobRunMessage" ALTER COLUMN message TYPE varchar(8000);
ALTER TABLE "JobRun" ALTER COLUMN error TYPE varchar(4000);
ALTER TABLE "JobRunAttempt" ALTER COLUMN error TYPE varchar(4000);

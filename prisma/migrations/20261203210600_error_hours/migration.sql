-- Failures of all causes of an hour are a row beside those of each cause, with neither cause nor job.

DROP TRIGGER "RunErrorCount_emptied" ON "RunErrorCount";
DROP FUNCTION job_manager_empty_error_hours;

-- Nothing is noted meanwhile.
LOCK TABLE "RunError" IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO "RunErrorCount" (fingerprint, hour, "jobName", runs) SELECT '', hour, '', runs FROM "RunErrorHour";

-- DropTable
DROP TABLE "RunErrorHour";

-- Lists that are read as lists are never NULL; where NULL means all jobs, an empty list, which would mean none, is refused.

UPDATE "AlertRule" SET jobs = coalesce(jobs, '{}'), channels = coalesce(channels, '{}'), "destinationIds" = coalesce("destinationIds", '{}')
WHERE jobs IS NULL OR channels IS NULL OR "destinationIds" IS NULL;
ALTER TABLE "AlertRule" ALTER COLUMN jobs SET NOT NULL, ALTER COLUMN channels SET NOT NULL, ALTER COLUMN "destinationIds" SET NOT NULL;

UPDATE "AlertDestination" SET emails = '{}' WHERE emails IS NULL;
ALTER TABLE "AlertDestination" ALTER COLUMN emails SET NOT NULL;

UPDATE "AccessRole" SET permissions = '{}' WHERE permissions IS NULL;
ALTER TABLE "AccessRole" ALTER COLUMN permissions SET NOT NULL,
  ADD CONSTRAINT "AccessRole_jobPatterns" CHECK (cardinality("jobPatterns") > 0);

UPDATE "ApiToken" SET permissions = '{}' WHERE permissions IS NULL;
ALTER TABLE "ApiToken" ALTER COLUMN permissions SET NOT NULL,
  ADD CONSTRAINT "ApiToken_jobPatterns" CHECK (cardinality("jobPatterns") > 0);

UPDATE "JobProcess" SET "jobNames" = coalesce("jobNames", '{}'), versions = coalesce(versions, '{}') WHERE "jobNames" IS NULL OR versions IS NULL;
ALTER TABLE "JobProcess" ALTER COLUMN "jobNames" SET NOT NULL, ALTER COLUMN versions SET NOT NULL;

DELETE FROM "JobRunHistogram" WHERE buckets IS NULL;
ALTER TABLE "JobRunHistogram" ALTER COLUMN buckets SET NOT NULL;

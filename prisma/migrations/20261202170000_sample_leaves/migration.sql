-- The sample network leaves: it has a schema called sample, and migrations of its own. A database in which it was never
-- filled only loses its empty tables. Where there is data, the tables go to that schema with all that is in them, as the
-- first migration of the sample would have made them, which is noted there as applied.
DO $$
DECLARE
  moved text[] := ARRAY['MatchScore', 'Compatibility', 'PostFeatures', 'TrendingItem', 'Affinity', 'FeedItem', 'UserTraitVector',
    'ProfileSearchDocument', 'UserInterestSet', 'QuizQuestionStats', 'SearchableUser', 'ProfileTrait',
    'UserInterest', 'QuizAnswer', 'QuizOption', 'QuizQuestion', 'Quiz', 'Interest', 'Reaction', 'Follow', 'Media',
    'Post', 'Profile', 'SampleRow'];
  name text;
  reference record;
  foreign_keys text[] := '{}';
BEGIN
  IF NOT EXISTS (SELECT FROM "Profile") OR to_regnamespace('sample') IS NOT NULL
    OR NOT has_database_privilege(current_database(), 'CREATE') THEN
    RETURN;
  END IF;
  CREATE SCHEMA sample;
  CREATE TABLE sample."User" (
    "id" SERIAL NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
  );
  CREATE UNIQUE INDEX "User_email_key" ON sample."User"("email");
  -- All of them: a job of the sample works on accounts, too, if they have a profile or none.
  INSERT INTO sample."User" SELECT id, email, "createdAt" FROM "User";
  PERFORM setval(pg_get_serial_sequence('sample."User"', 'id'), max(id)) FROM sample."User";

  FOR reference IN
    SELECT relname, conname, pg_get_constraintdef(c.oid) AS definition FROM pg_constraint c JOIN pg_class r ON r.oid = conrelid
    WHERE contype = 'f' AND confrelid = '"User"'::regclass AND relnamespace = current_schema()::regnamespace AND relname = ANY(moved)
  LOOP
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', reference.relname, reference.conname);
    foreign_keys := foreign_keys || format('ALTER TABLE sample.%I ADD CONSTRAINT %I %s', reference.relname, reference.conname,
      regexp_replace(reference.definition, 'REFERENCES [^(]+', 'REFERENCES sample."User"'));
  END LOOP;
  FOREACH name IN ARRAY moved LOOP
    EXECUTE format('ALTER TABLE %I SET SCHEMA sample', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['TrendingKind', 'InterestSource', 'ReactionKind', 'MediaMetadataStatus'] LOOP
    EXECUTE format('ALTER TYPE %I SET SCHEMA sample', name);
  END LOOP;
  FOREACH name IN ARRAY foreign_keys LOOP
    EXECUTE name;
  END LOOP;

  CREATE TABLE sample._prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
    logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0
  );
  INSERT INTO sample._prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
  VALUES (gen_random_uuid(), '6ff419d811d056c7cb0b638485ff97e46a63ac2445bd80f03510742a187be2b1', '20261202170000_init', clock_timestamp(), 1);

  -- Members are no accounts any more, but for those that runs, schedules and the like name.
  DELETE FROM "User" u WHERE role = 'USER' AND "passwordHash" IS NULL AND "externalId" IS NULL AND "accessRoleId" IS NULL
    AND id IN (SELECT "userId" FROM sample."Profile")
    AND id NOT IN (SELECT "triggeredById" FROM "JobRun" WHERE "triggeredById" IS NOT NULL)
    AND id NOT IN (SELECT "cancelRequestedById" FROM "JobRun" WHERE "cancelRequestedById" IS NOT NULL)
    AND id NOT IN (SELECT "createdById" FROM "ApiToken" WHERE "createdById" IS NOT NULL)
    AND id NOT IN (SELECT "authorId" FROM "Schedule" WHERE "authorId" IS NOT NULL);
END
$$;

DROP TABLE IF EXISTS "MatchScore";
DROP TABLE IF EXISTS "Compatibility";
DROP TABLE IF EXISTS "PostFeatures";
DROP TABLE IF EXISTS "TrendingItem";
DROP TABLE IF EXISTS "Affinity";
DROP TABLE IF EXISTS "FeedItem";
DROP TABLE IF EXISTS "UserTraitVector";
DROP TABLE IF EXISTS "ProfileSearchDocument";
DROP TABLE IF EXISTS "UserInterestSet";
DROP TABLE IF EXISTS "QuizQuestionStats";
DROP TABLE IF EXISTS "SearchableUser";
DROP TABLE IF EXISTS "ProfileTrait";
DROP TABLE IF EXISTS "UserInterest";
DROP TABLE IF EXISTS "QuizAnswer";
DROP TABLE IF EXISTS "QuizOption";
DROP TABLE IF EXISTS "QuizQuestion";
DROP TABLE IF EXISTS "Quiz";
DROP TABLE IF EXISTS "Interest";
DROP TABLE IF EXISTS "Reaction";
DROP TABLE IF EXISTS "Follow";
DROP TABLE IF EXISTS "Media";
DROP TABLE IF EXISTS "Post";
DROP TABLE IF EXISTS "Profile";
DROP TABLE IF EXISTS "SampleRow";
DROP TYPE IF EXISTS "TrendingKind";
DROP TYPE IF EXISTS "InterestSource";
DROP TYPE IF EXISTS "ReactionKind";
DROP TYPE IF EXISTS "MediaMetadataStatus";

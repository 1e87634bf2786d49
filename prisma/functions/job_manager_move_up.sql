-- Lets a run wait for the one that is before it now, where the one it waited for left the line of their key before its
-- turn: runs before that one go on. Changes nothing where no run is before it.
CREATE OR REPLACE FUNCTION job_manager_move_up(follower bigint, former bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ahead bigint;
BEGIN
  -- Marked at once, which waits for an end of it that is being written; then the next one is searched.
  UPDATE "JobRun" SET "hasDependents" = true, rev = rev + 1
  WHERE "finishedAt" IS NULL AND id = (
    SELECT o.id FROM "JobRun" o JOIN "JobRun" f ON f.id = former
    WHERE o."jobName" = f."jobName" AND o."uniqueKey" = f."uniqueKey" AND o."finishedAt" IS NULL AND o.id < former
    ORDER BY o.id DESC LIMIT 1 FOR NO KEY UPDATE OF o
  )
  RETURNING id INTO ahead;
  UPDATE "JobRun" SET "dependsOn" = array_replace("dependsOn", former, ahead), rev = rev + 1 WHERE id = follower AND "finishedAt" IS NULL AND ahead IS NOT NULL;
END
$$;

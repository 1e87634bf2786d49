import { fingerprintOf, frameOf } from '@job-manager/engine/queue/error-cause';
import type { Sql } from '@job-manager/engine/store/sql';
import { causeOf } from '@job-manager/shared/error-cause';

interface Failed {
  id: string;
  jobName: string;
  error: string;
  errorStack: string;
  algorithmVersion: string;
}

/** Notes the cause of each past run that failed, as maintenance would in hours: they differ by their jobs alone. Returns one of them. */
export async function addPastCauses(sql: Sql): Promise<string> {
  const { rows } = await sql.query<Failed>(LAST_OF_EACH);
  const causes = rows.map(({ error, errorStack, ...run }) => {
    const [cause, frame] = [causeOf(error), frameOf(errorStack)];
    return { ...run, error, cause, frame, fingerprint: fingerprintOf(run.jobName, cause, frame) };
  });
  for (const statement of [GROUPS, RUNS]) await sql.query(statement, [JSON.stringify(causes)]);
  for (const table of ['RunError', 'RunErrorCount', 'RunErrorGroup']) await sql.query(`VACUUM (ANALYZE) "${table}"`);
  const [first] = causes;
  if (first === undefined) throw new Error('No past run has failed');
  return first.fingerprint;
}

const LAST_OF_EACH = `
SELECT DISTINCT ON ("jobName") id, "jobName", error, "errorStack", "algorithmVersion" FROM "JobRun"
WHERE status = 'FAILED' ORDER BY "jobName", "finishedAt" DESC, id DESC`;

const CAUSES = `
jsonb_to_recordset($1::jsonb) AS c(id bigint, "jobName" text, error text, cause text, frame text, fingerprint text, "algorithmVersion" text)`;

const GROUPS = `
INSERT INTO "RunErrorGroup" (fingerprint, "jobName", cause, frame, sample, "firstSeenAt", "firstVersion", "lastSeenAt", "lastVersion", "lastRunId")
SELECT fingerprint, "jobName", cause, frame, error, now() - interval '90 days', '1.0.0', now(), "algorithmVersion", id FROM ${CAUSES}
ON CONFLICT DO NOTHING`;

const RUNS = `
INSERT INTO "RunError" ("runId", fingerprint, "jobName", "finishedAt")
SELECT r.id, c.fingerprint, r."jobName", r."finishedAt" FROM "JobRun" r JOIN ${CAUSES} USING ("jobName")
WHERE r.status = 'FAILED' ORDER BY r."finishedAt", r.id ON CONFLICT DO NOTHING`;

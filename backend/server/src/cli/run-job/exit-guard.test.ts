import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createTestDatabase } from '@job-manager/engine/testing/database';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import { expect, it } from 'vitest';

const GUARD = new URL('./exit-guard.ts', import.meta.url).href;

it('makes an exit amid a run a failure, of the command and of the run', async () => {
  const database = await createTestDatabase();
  const runnerId = randomUUID();
  const { rows } = await database.pool.query<{ id: string }>(
    `INSERT INTO "JobRun" ("jobName", status, "leaseToken", "runnerId", "lastHeartbeatAt", "startedAt", attempt, "claimNo", "maxAttempts")
     VALUES ('x', 'RUNNING', gen_random_uuid(), $1, clock_timestamp(), clock_timestamp(), 1, 1, 1) RETURNING id::text`,
    [runnerId],
  );
  const runId = rows[0]?.id ?? '';
  const run = JSON.stringify({ runId, runnerId, databaseUrl: database.url });
  const program = `import { guardExit } from '${GUARD}'; guardExit(${run}); process.exit(0);`;
  const args = [...typescriptArgs, '--input-type=module', '--eval', program];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringMatching(`^The process ended while run #${runId} was under way`)]);
  expect(await database.db.jobRun.findUniqueOrThrow({ where: { id: BigInt(runId) } })).toMatchObject({
    status: 'FAILED',
    error: expect.stringContaining('The runner was lost while the job was running'),
  });
  await database.drop();
});

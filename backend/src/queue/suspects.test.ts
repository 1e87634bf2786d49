import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { TestEngine } from '../testing/engine.js';
import { jobs } from '../testing/mortal-jobs.js';
import { typescriptArgs } from '../typescript-loader.js';
import { SYSTEM } from './queue.js';

const RUNNER = fileURLToPath(new URL('../testing/mortal-runner.ts', import.meta.url));
const MAX_DEATHS = 40;

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create(jobs);
});
afterEach(async () => {
  expect(await engine.violations()).toEqual({});
});
afterAll(() => engine.close());

const rows = async (sql: string, ...values: unknown[]) => (await engine.database.pool.query(sql, values)).rows;

/** Thirty runs, some of which kill their process, and a runner that is replaced whenever it dies. */
async function liveThrough(deaths: Record<number, string>) {
  const runs = Array.from({ length: 30 }, (_, at) => ({
    jobName: 'mortal',
    parameters: { ms: 100, ...(deaths[at] && { death: deaths[at] }) },
  }));
  const { jobRunIds: runIds } = await engine.queue.enqueueBatch({ name: 'thirty', runs, trigger: 'MANUAL' }, SYSTEM);
  const env = { ...process.env, DATABASE_URL: engine.database.url };
  let died = 0;
  for (; died < MAX_DEATHS; died++) {
    const runner = fork(RUNNER, { env, execArgv: typescriptArgs });
    const over = new AbortController();
    const exited = new Promise<'died'>((resolve) => runner.once('exit', () => resolve('died')));
    const runnerId = new Promise<string>((resolve) => runner.once('message', (id) => resolve(String(id))));
    const end = await Promise.race([exited, untilEnded(runIds, over.signal)]);
    over.abort();
    if (end === 'ended') {
      runner.kill();
      await exited;
      break;
    }
    await engine.rescuer.buryRunner(await runnerId);
  }
  const ended = await rows(
    `SELECT id, status, error, crashes, "claimNo" FROM "JobRun" WHERE id = ANY($1) ORDER BY id`,
    runIds,
  );
  return { died, ended };
}

async function untilEnded(runIds: string[], signal: AbortSignal): Promise<'ended'> {
  for (;;) {
    const [left] = await rows(
      `SELECT count(*)::int AS runs FROM "JobRun" WHERE id = ANY($1) AND "finishedAt" IS NULL`,
      runIds,
    );
    if (left?.runs === 0 || signal.aborted) return 'ended';
    await delay(50);
  }
}

const byStatus = (ended: { status: string }[]) => {
  const count = (status: string) => ended.filter((run) => run.status === status).length;
  return { SUCCESS: count('SUCCESS'), FAILED: count('FAILED') };
};

it('fails three that kill their process in three ways and no other run, with one death of the runner', {
  timeout: 240_000,
}, async () => {
  const { died, ended } = await liveThrough({ 4: 'kill', 7: 'exit', 8: 'abort' });
  expect(byStatus(ended)).toEqual({ SUCCESS: 27, FAILED: 3 });
  const failed = ended.filter(({ status }) => status === 'FAILED');
  expect(failed.map(({ crashes }) => crashes)).toEqual([3, 3, 3]);
  for (const { error } of failed) expect(error).toMatch(/^Stopped as poison: it took down its process 3 times/);
  // All three were with the first.
  expect(died).toBe(1);
});

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { readHistograms } from '../store/histograms.js';
import { readChannelTotals } from '../store/metrics/channel-ended.js';
import type { Sql } from '../store/sql.js';
import { TestEngine } from '../testing/engine.js';
import { Histograms } from './histograms.js';
import { defineJob } from './job.js';

const job = (name: string, run: () => Promise<void>) =>
  defineJob({
    name,
    description: 'Ends as its name describes',
    examples: [name],
    algorithmVersion: '1',
    parameters: z.strictObject({}),
    retry: { backoffMs: 0 },
    run,
  });
const jobs = [
  job('fine', async () => {}),
  job('fails', async () => {
    throw new Error('no');
  }),
];

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create(jobs);
});
afterEach(() => engine.clear());
afterAll(() => engine.close());

const HOUR_MS = 3_600_000;
const stored = async () => {
  const names = ['', 'fine', 'fails', 'a'];
  const from = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
  const read = await readHistograms(engine.database.pool, {
    span: { from: new Date(from), to: new Date(from + 3 * HOUR_MS), stepMs: 3 * HOUR_MS },
    measures: ['duration', 'wait', 'cpu', 'memory', 'retry'],
    jobNames: names,
    groups: names,
  });
  return Object.fromEntries(read.map(({ group, measure, ...rest }) => [`${group} ${measure}`, rest]));
};

/** What ended by channel: the minutes, which are to equal the totals. */
const ended = async () => {
  const { pool } = engine.database;
  const { rows } = await pool.query(
    `SELECT channel, sum(success)::int AS success, sum(failed)::int AS failed, sum(cancelled)::int AS cancelled FROM "ChannelEnded"
     WHERE step = 'MINUTE' GROUP BY 1`,
  );
  expect(await readChannelTotals(pool)).toEqual(rows);
  return rows;
};

it('has how long successful runs took, how long runs waited at first, and what attempts used, once the runner has stopped', async () => {
  const fine = await engine.enqueue('fine');
  const fails = await engine.enqueue('fails', {}, { maxAttempts: 2 });
  const runner = engine.runner();
  await runner.start();
  await engine.until(fine.id, 'SUCCESS');
  await engine.until(fails.id, 'FAILED');
  await runner.stop();
  const read = await stored();
  const counts = Object.fromEntries(Object.entries(read).map(([key, { runs }]) => [key, runs]));
  expect(counts).toMatchObject({
    'fine duration': 1,
    'fine wait': 1,
    'fails wait': 1,
    'fails retry': 1,
    ' duration': 1,
    ' wait': 2,
  });
  expect(counts).not.toHaveProperty('fails duration');
  expect(await ended()).toEqual([{ channel: 'default', success: 1, failed: 1, cancelled: 0 }]);
  for (const { runs, buckets } of Object.values(read)) expect(buckets.reduce((sum, n) => sum + n, 0)).toBe(runs);
});

it('keeps what could not be written, and adds it later to what was there', async () => {
  const { pool } = engine.database;
  const onError = vi.fn();
  let isAway = true;
  const query = (async (...parameters: Parameters<Sql['query']>) => {
    if (isAway) throw new Error('away');
    return pool.query(...parameters);
  }) as Sql['query'];
  const histograms = new Histograms({ sql: { query }, onError });
  histograms.add('a', 'duration', 100);
  histograms.addEnded('mail', 'success');
  await histograms.flush();
  expect(onError).toHaveBeenCalledOnce();
  isAway = false;
  histograms.add('a', 'duration', 300.4);
  histograms.addEnded('mail', 'cancelled');
  await histograms.flush();
  histograms.add('a', 'duration', 7);
  await histograms.flush();
  await histograms.flush();
  const { 'a duration': ofJob, ' duration': ofAll } = await stored();
  expect(ofJob).toMatchObject({ runs: 3, total: 407, max: 300 });
  expect(ofAll).toEqual(ofJob);
  expect(await ended()).toEqual([{ channel: 'mail', success: 1, failed: 0, cancelled: 1 }]);
});

it('adds the histograms of many runners up, whatever order they have their jobs in', async () => {
  const { pool } = engine.database;
  const add = async (names: string[]) => {
    const histograms = new Histograms({
      sql: pool,
      onError: (error) => {
        throw error;
      },
    });
    for (const name of names) histograms.add(name, 'wait', 50);
    await histograms.flush();
  };
  const names = ['fine', 'fails', 'a'];
  await Promise.all(Array.from({ length: 10 }, (_, n) => add(n % 2 === 0 ? names : names.toReversed())));
  const read = await stored();
  expect(read[' wait']?.runs).toBe(30);
  expect(read['fine wait']).toMatchObject({ runs: 10, total: 500 });
});

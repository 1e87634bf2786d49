import { randomUUID } from 'node:crypto';
import { beat } from '@job-manager/engine/queue/transitions/beat';
import { registerRunner } from '@job-manager/engine/store/runners';
import { takeSample } from '@job-manager/engine/store/samples';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { describeSpread, percentile, spreadOf } from '../percentile.js';

const RUNNERS = 50;
/** Of the defaults: a runner beats, and the queue is sampled, once in so long. */
const BEAT_EVERY_MS = 30_000;
const SAMPLE_EVERY_MS = 60_000;
/** Runs that each runner holds. */
const HELD = 5;
const QUEUED = 10_000;
const BEATS_EACH = 60;
const SAMPLES = 60;
/** Waiting at once, and how long the sample of it may take. */
const LONG_QUEUE = 1_000_000;
const MAX_SAMPLE_MS = 150;
const LONG_SAMPLES = 15;

/**
 * What heartbeats of fifty runners and the samples of the queue take of a processor, here and in PostgreSQL. They are made one after
 * the other, as fast as they go, and set against how often they come: processor time depends little on what else the machine does.
 */
export const beatsAndSamples: EnginePart = {
  id: 'beats-and-samples',
  measure: async (bench) => {
    const database = await bench.newDatabase();
    try {
      const runners = await addRunners(database);
      await database.pool.query(QUEUE, [QUEUED]);
      await database.pool.query('VACUUM (ANALYZE) "JobRun"');
      const beats = RUNNERS * BEATS_EACH;
      // The first of each prepares what the others use.
      await beatAll(database, runners, 1);
      await takeSample(database.pool);
      const beatMs = await cpuOfEach(bench, beats, () => beatAll(database, runners, BEATS_EACH));
      const sampleMs = await cpuOfEach(bench, SAMPLES, async () => {
        for (let sample = 0; sample < SAMPLES; sample += 1) await takeSample(database.pool);
      });
      const emptyMs = await cpuOfEach(bench, beats, async () => {
        for (let query = 0; query < beats; query += 1) await database.pool.query('SELECT 1');
      });
      const [beating, sampling] = [(RUNNERS * beatMs) / BEAT_EVERY_MS, sampleMs / SAMPLE_EVERY_MS];
      return [
        {
          name: `Heartbeats of ${RUNNERS} runners and samples of the queue, processor`,
          value: 100 * (beating + sampling),
          unit: '% of a core',
          most: 5,
          details: [
            `heartbeats ${(100 * beating).toFixed(3)} %: ${beatMs.toFixed(2)} ms each with ${HELD} runs held, ${(beatMs / emptyMs).toFixed(1)} times an empty query`,
            `samples ${(100 * sampling).toFixed(3)} %: ${sampleMs.toFixed(2)} ms each over ${QUEUED.toLocaleString('en')} queued runs in 10 channels, ${(sampleMs / emptyMs).toFixed(1)} times an empty query`,
            `processor time of this process and of all processes of PostgreSQL, of ${beats.toLocaleString('en')} heartbeats and ${SAMPLES} samples`,
          ],
        },
        await sampleLongQueue(bench, database),
      ];
    } finally {
      await database.drop();
    }
  },
};

async function sampleLongQueue(bench: EngineBench, { pool }: BenchDatabase): Promise<Figure> {
  await pool.query(QUEUE, [LONG_QUEUE - QUEUED]);
  // As autovacuum would within a minute.
  await pool.query('VACUUM (ANALYZE) "JobRun"');
  const [times, counts]: [number[], number[]] = [[], []];
  const timed = async (all: number[], work: () => Promise<unknown>) => {
    const from = performance.now();
    await work();
    all.push(performance.now() - from);
  };
  const cpuMs = await cpuOfEach(bench, LONG_SAMPLES, async () => {
    for (let sample = 0; sample < LONG_SAMPLES; sample += 1) await timed(times, () => takeSample(pool));
  });
  for (let count = 0; count < LONG_SAMPLES; count += 1) await timed(counts, () => pool.query(COUNT));
  const [sampleMs, countMs] = [percentile(times, 50), percentile(counts, 50)];
  return {
    name: `Sample of ${LONG_QUEUE.toLocaleString('en')} queued runs`,
    value: sampleMs,
    unit: 'ms',
    most: MAX_SAMPLE_MS,
    details: [
      `${describeSpread(spreadOf(times))}; median, by the clock`,
      `${cpuMs.toFixed(0)} ms of a processor each; ${(sampleMs / countMs).toFixed(1)} times a bare count of the same runs`,
    ],
  };
}

const COUNT = `SELECT count(*) FROM "JobRun" WHERE status = 'QUEUED' AND "finishedAt" IS NULL`;

interface HoldingRunner {
  runnerId: string;
  leases: { id: string; leaseToken: string }[];
}

async function addRunners({ pool }: BenchDatabase): Promise<HoldingRunner[]> {
  const ids = Array.from({ length: RUNNERS }, () => randomUUID());
  for (const [pid, id] of ids.entries())
    await registerRunner(pool, { id, kind: 'WORKER', host: 'bench', pid, version: '1', concurrency: 10 });
  const { rows } = await pool.query<{ runnerId: string; id: string; leaseToken: string }>(HOLD, [ids, HELD]);
  return ids.map((runnerId) => ({ runnerId, leases: rows.filter((row) => row.runnerId === runnerId) }));
}

const HOLD = `
INSERT INTO "JobRun" ("jobName", status, "startedAt", "lastHeartbeatAt", "runnerId", "leaseToken", attempt, "claimNo")
SELECT 'held', 'RUNNING', clock_timestamp(), clock_timestamp(), runner, gen_random_uuid(), 1, 1
FROM unnest($1::uuid[]) AS runner, generate_series(1, $2::int) RETURNING "runnerId"::text, id::text, "leaseToken"::text`;

const QUEUE = `INSERT INTO "JobRun" ("jobName", channel) SELECT 'queued', 'channel-' || n % 10 FROM generate_series(1, $1::int) n`;

async function beatAll({ pool }: BenchDatabase, runners: readonly HoldingRunner[], times: number): Promise<void> {
  const vitals = { latencyMs: 2, endedRuns: 1, cpuPercent: 3, rssBytes: 90_000_000 };
  for (let time = 0; time < times; time += 1)
    for (const runner of runners)
      await beat(pool, { ...runner, loopLagMs: 1, lastClaimAgoMs: 10, lastProgressAgoMs: 10, vitals });
}

/** Processor time that each of so many took, in milliseconds. */
async function cpuOfEach({ postgresCpuMs }: EngineBench, count: number, work: () => Promise<void>): Promise<number> {
  const [before, postgresBefore] = [process.cpuUsage(), await postgresCpuMs()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1_000 + (await postgresCpuMs()) - postgresBefore) / count;
}

import type { Sql } from '@job-manager/engine/store/sql';
import { readFailureCauses } from '@job-manager/server/metrics/failure-causes';
import { readMetrics } from '@job-manager/server/metrics/read-metrics';
import { spanOf } from '@job-manager/server/metrics/span';
import type { MetricMeasure } from '@job-manager/shared/metrics';
import type { EnginePart, Figure } from '../figure.js';
import { describeSpread, percentile, spreadOf } from '../percentile.js';
import { fillFigures } from './kept-figures.js';

const READS = 100;
const WARM_UP = 5;
const DAY_MS = 86_400_000;

interface Question {
  name: string;
  /** Milliseconds that it may take. */
  most: number;
  measures: MetricMeasure[];
  jobNames?: string[] | null;
  groupBy?: 'job' | 'channel';
}

const QUESTIONS: Question[] = [
  { name: 'Volume of 90 days by job', most: 30, measures: ['completed'], groupBy: 'job' },
  { name: 'Failures of 90 days by job', most: 30, measures: ['failed'], groupBy: 'job' },
  {
    name: 'Percentiles of one job over 90 days',
    most: 20,
    measures: ['took.p50', 'took.p95', 'took.p99'],
    jobNames: ['job-7'],
  },
  { name: 'Percentiles of all jobs over 90 days', most: 50, measures: ['took.p50', 'took.p95', 'took.p99'] },
  {
    name: 'All charts of a job’s page over 90 days',
    most: 50,
    measures: [
      'completed',
      'failed',
      'cancelled',
      'failureRate',
      'took.p50',
      'took.p95',
      'took.p99',
      'waited.p95',
      'cpu.p95',
      'memory.p95',
    ],
    jobNames: ['job-7'],
  },
  { name: 'Depth of 10 channels over 90 days', most: 20, measures: ['depth'], groupBy: 'channel' },
];

/** How long charts of 90 days take, with the counters, samples and histograms of 10,000,000 runs of 200 jobs. */
export const metricsReads: EnginePart = {
  id: 'metrics-reads',
  measure: async (bench) => {
    const database = await bench.newDatabase();
    try {
      bench.showDetail('  writing the figures of 10,000,000 runs in 90 days');
      await fillFigures(database.pool);
      const figures: Figure[] = [];
      for (const question of QUESTIONS)
        figures.push(await measure(database.pool, question, (sql) => readFigures(sql, question)));
      figures.push(await measure(database.pool, CAUSES, readCauses));
      return figures;
    } finally {
      await database.drop();
    }
  },
};

const CAUSES = { name: 'Causes of failures of a day', most: 15 };

const readCauses = (sql: Sql) =>
  readFailureCauses(sql, { since: new Date(Date.now() - DAY_MS), jobName: null, state: null, limit: 10 });

function readFigures(sql: Sql, { measures, jobNames = null, groupBy }: Question) {
  const now = Date.now();
  const span = spanOf({ from: new Date(now - 90 * DAY_MS).toISOString() }, now);
  return readMetrics(sql, {
    measures,
    span,
    subjects: { jobNames, channels: null, groupBy: groupBy ?? null },
    compare: false,
  });
}

/** What the machine takes for a fixed piece of work, in turn with the reads: a busy one needs longer for both. */
const REFERENCE = 'SELECT sum(n::float8) FROM generate_series(1, 50000) n';

async function measure(
  sql: Sql,
  { name, most }: Pick<Question, 'name' | 'most'>,
  read: (sql: Sql) => Promise<unknown>,
): Promise<Figure> {
  const samples: number[] = [];
  const references: number[] = [];
  for (let n = -WARM_UP; n < READS; n += 1) {
    const [reference, taken] = [await timeOf(() => sql.query(REFERENCE)), await timeOf(() => read(sql))];
    if (n < 0) continue;
    references.push(reference);
    samples.push(taken);
  }
  const spread = spreadOf(samples);
  const ratio = percentile(samples, 50) / percentile(references, 50);
  return {
    name: `${name}, p95`,
    value: spread.p95,
    unit: 'ms',
    most,
    aim: most / 2,
    details: [
      describeSpread(spread),
      `half of them within ${ratio.toFixed(2)} × the sum of 50,000 numbers, ${await countBlocks(sql, read)} blocks of 8 kB`,
    ],
  };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

interface Explained {
  'QUERY PLAN': [{ Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } }];
}

/** What the statements of a read touch. */
async function countBlocks(sql: Sql, read: (sql: Sql) => Promise<unknown>): Promise<number> {
  let blocks = 0;
  const query = (async (text: string, values: unknown[]) => {
    const { rows } = await sql.query<Explained>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    blocks += (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
    return sql.query(text, values);
  }) as Sql['query'];
  await read({ query });
  return blocks;
}

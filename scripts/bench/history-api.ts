import { terminalStatuses } from '@job-manager/shared/run';
import type { Bench } from './bench.js';
import { now } from './clock.js';
import type { Figure, Part } from './figure.js';
import { COMMON_JOB, RARE_JOB } from './history-rows.js';
import { describeSpread, type Spread, spreadOf } from './percentile.js';

const PAGE_SIZE = 50;
const ROUNDS = 80;
const MAX_MS = 50;
/** The first answers of each kind don't count: the server's connections still plan their statements. */
const WARM_UP = 3;

interface Case {
  name: string;
  path: string;
  samples: number[];
}

/** Answers of history and stats over many finished runs, as a program gets them. */
export const historyApi: Part = {
  id: 'history-api',
  measure: async (bench) => {
    const history = (await Promise.all(FILTERS.map((filter) => pagesOf(bench, filter)))).flat();
    const stats: Case = { name: 'stats', path: '/admin/jobs/stats?refresh=true', samples: [] };
    // In turns, so that a busy moment of the machine falls on all of them alike.
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      for (const each of [...history, stats]) {
        const ms = await timeOf(bench, each.path);
        if (round >= 0) each.samples.push(ms);
      }
    }
    const runs = await countRuns(bench);
    return [
      figureOf(`History of ${runs} runs, slowest page, p95`, history),
      figureOf(`Stats (refresh=true) of ${runs} runs, p95`, [stats]),
    ];
  },
};

const FILTERS: Record<string, string>[] = [
  {},
  { jobName: COMMON_JOB },
  { jobName: RARE_JOB },
  ...terminalStatuses.map((status) => ({ status })),
  { jobName: COMMON_JOB, status: 'SUCCESS' },
];

/** The first page, the one in the middle and the last. */
async function pagesOf(bench: Bench, filter: Record<string, string>): Promise<Case[]> {
  const pathOf = (page: number) =>
    `/admin/jobs/history?${new URLSearchParams({ ...filter, page: String(page), pageSize: String(PAGE_SIZE) })}`;
  const { total } = JSON.parse(await bench.call('GET', pathOf(1))) as { total: number };
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const filtered = Object.values(filter).join(' and ') || 'all';
  return [1, Math.ceil(last / 2), last].map((page) => ({
    name: `${filtered}, page ${page} of ${last}`,
    path: pathOf(page),
    samples: [],
  }));
}

async function timeOf(bench: Bench, path: string): Promise<number> {
  const from = now();
  await bench.call('GET', path);
  return now() - from;
}

async function countRuns({ pool }: Bench): Promise<string> {
  const { rows } = await pool.query('SELECT count(*)::int AS runs FROM "JobRun" WHERE "finishedAt" IS NOT NULL');
  return Number(rows[0]?.runs).toLocaleString('en');
}

function figureOf(name: string, cases: Case[]): Figure {
  const spreads: [string, Spread][] = cases.map((each) => [each.name, spreadOf(each.samples)]);
  spreads.sort(([, a], [, b]) => b.p95 - a.p95);
  const value = spreads[0]?.[1].p95 ?? Number.NaN;
  const details = spreads.map(([what, spread]) => `${what}: ${describeSpread(spread)}`);
  return { name, value, unit: 'ms', most: MAX_MS, details };
}

import { terminalStatuses } from '@job-manager/shared/run';
import type { EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { COMMON_JOB, RARE_JOB } from '../history-rows.js';
import { describeSpread, type Spread, spreadOf } from '../percentile.js';
import { callerOf } from '../product.js';
import { type ApiServer, withServer } from './api-server.js';
import { LONGEST, makeHistory } from './long-history.js';
import { addPastCauses } from './past-causes.js';
import { type History, PAST_RUNNER } from './past-runs.js';

/** How many answers are measured, and what the slowest may take in milliseconds; fewer of those that may take seconds. */
const INDEXED = { answers: 40, most: 15 };
const WALKED = { answers: 8, most: 2_000 };
const LOOKUPS = { answers: 60, most: 100 };
/** The first answers of each don't count: connections plan their statements, and pages come from the disk. */
const WARM_UP = 2;
const DAY_MS = 86_400_000;

/** What the caller is called, where it is limited, and how it calls the API. */
type Caller = [name: string, call: ApiServer['call']];

interface Question {
  name: string;
  path: string;
}

/** Jobs that API tokens are limited to: one, several by a pattern, the most and the least frequent, and none that has run. */
const LIMITS = [[RARE_JOB], ['media-*'], [COMMON_JOB, RARE_JOB], ['absent-*']];

/** How long the filters of the history and the job lookup take over HTTP, for all jobs and for tokens that are limited to some. */
export const historyFilters: EnginePart = {
  id: 'history-filters',
  measure: async (bench) => {
    const history = await makeHistory(bench, LONGEST * bench.runs);
    try {
      return await measureFilters(bench, history);
    } finally {
      await history.database.drop();
    }
  },
};

async function measureFilters(bench: EngineBench, history: History): Promise<Figure[]> {
  const { pool } = history.database;
  bench.showDetail('  noting the causes of what failed');
  const fingerprint = await addPastCauses(pool);
  await pool.query(RUNNER, [PAST_RUNNER]);
  return withServer(bench, history.database, async ({ url, call }) => {
    const all: Caller[] = [['', call]];
    const limited = await limitedCallers({ url, call });
    const indexed = indexedFilters(fingerprint);
    const parts: [string, Measurement][] = [
      ['Single indexed filter', { ...INDEXED, callers: all, questions: indexed }],
      ['Other filter', { ...WALKED, callers: all, questions: WALKED_QUESTIONS }],
      ['Single indexed filter within a job limit', { ...INDEXED, callers: limited, questions: indexed }],
      ['Other filter within a job limit', { ...WALKED, callers: limited, questions: WALKED_QUESTIONS }],
      ['Job lookup', { ...LOOKUPS, callers: [...all, ...limited], questions: lookups(history.runs) }],
    ];
    const figures: Figure[] = [];
    const runs = history.runs.toLocaleString('en');
    for (const [what, filters] of parts)
      figures.push(await figureOf(bench, `${what}, history of ${runs} runs over HTTP, slowest, p95`, filters));
    return figures;
  });
}

async function limitedCallers({ url, call }: Pick<ApiServer, 'url' | 'call'>): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (const jobPatterns of LIMITS) {
    const name = jobPatterns.join(', ');
    const { token } = JSON.parse(await call('POST', '/admin/tokens', { name, permissions: ['view'], jobPatterns }));
    callers.push([name, callerOf(url, token)]);
  }
  return callers;
}

const RUNNER = `
INSERT INTO "Runner" (id, kind, status, host, pid, version, concurrency, "stoppedAt", labels)
VALUES ($1, 'WORKER', 'STOPPED', 'bench', 1, '1.0.0', 10, now(), '{"region": "eu-west"}') ON CONFLICT DO NOTHING`;

/** As the address of the call has it. */
type Filter = Record<string, string>;

const inHistory = (filter: Filter): Question => ({
  name:
    Object.entries(filter)
      .map(([field, value]) => `${field} ${value}`)
      .join(', ') || 'all',
  path: `/admin/jobs/history?${new URLSearchParams(filter)}`,
});

function indexedFilters(cause: string): Question[] {
  const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
  const filters: Filter[] = [
    {},
    { jobName: COMMON_JOB },
    { jobName: RARE_JOB },
    { jobName: 'absent' },
    ...terminalStatuses.map((status) => ({ status })),
    { from: ago(1) },
    { from: ago(7) },
    { to: ago(30) },
    { from: ago(60), to: ago(59.9) },
    { cause },
    { correlationId: 'order-1000' },
    { correlationId: 'absent' },
  ];
  return filters.map(inHistory);
}

/** Some that most runs match, some that few do, and some that none does: those are looked for to the end of what one answer may walk. */
const walkedFilters: Filter[] = [
  { trigger: 'CRON' },
  { trigger: 'EVENT' },
  { channel: 'mail' },
  { channel: 'absent' },
  { channel: 'default', not: 'channel' },
  { jobName: COMMON_JOB, not: 'jobName' },
  { by: 'system' },
  { by: 'absent@example.com' },
  { tookMinMs: '19990' },
  { waitedMinMs: '100000' },
  { attemptsMin: '2' },
  { has: 'warnings' },
  { has: 'errors' },
  { runner: 'bench:1' },
  { region: 'us-east' },
  { scope: 'tenant-7' },
  { param: 'userId=8' },
  { param: 'userId=absent' },
  { text: 'no profile' },
  { text: 'absent' },
  { version: '2.0.0' },
  { jobName: RARE_JOB, param: 'userId=absent' },
];
const WALKED_QUESTIONS = walkedFilters.map(inHistory);

const lookups = (runs: number): Question[] =>
  [`${Math.floor(runs / 2)}`, 'order-1000', `order-${Math.floor(runs / 600)}`, 'absent', 'nightly'].map((q) => ({
    name: q,
    path: `/admin/jobs/lookup?${new URLSearchParams({ q })}`,
  }));

interface Measurement {
  answers: number;
  most: number;
  callers: Caller[];
  questions: Question[];
}

/** Each question of each caller in turn, so that a busy moment of the machine falls on all of them alike. */
async function figureOf(
  { signal }: EngineBench,
  name: string,
  { answers, most, callers, questions }: Measurement,
): Promise<Figure> {
  const cases = callers.flatMap(([caller, call]) =>
    questions.map((question) => ({
      ...question,
      name: caller ? `${caller}: ${question.name}` : question.name,
      call,
      samples: [] as number[],
    })),
  );
  for (let round = -WARM_UP; round < answers; round += 1) {
    for (const { call, path, samples } of cases) {
      signal.throwIfAborted();
      const from = performance.now();
      await call('GET', path);
      if (round >= 0) samples.push(performance.now() - from);
    }
  }
  const spreads = cases.map(({ name: what, samples }): [string, Spread] => [what, spreadOf(samples)]);
  spreads.sort(([, a], [, b]) => b.p95 - a.p95);
  const details = spreads.slice(0, 12).map(([what, spread]) => `${what}: ${describeSpread(spread)}`);
  return { name, value: spreads[0]?.[1].p95 ?? Number.NaN, unit: 'ms', most, details };
}

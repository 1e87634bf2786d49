import { readHistory } from '@job-manager/engine/store/history';
import { type TerminalStatus, terminalStatuses } from '@job-manager/shared/run';
import type { EngineBench } from '../engine-bench.js';
import type { Figure } from '../figure.js';
import { COMMON_JOB, RARE_JOB } from '../history-rows.js';
import { describeSpread, spreadOf } from '../percentile.js';
import { withServer } from './api-server.js';
import type { History } from './past-runs.js';

const PAGE_SIZE = 50;
/** Pages of each filter: so many that a twentieth of them is more than one. */
const SAMPLES = 60;
/** The first answers of each filter don't count: connections plan their statements, and pages come from the disk. */
const WARM_UP = 5;

interface Filter {
  jobName?: string;
  status?: TerminalStatus;
}

/** All that the panel and the API can request by job or by status. */
const FILTERS: Filter[] = [
  {},
  { jobName: COMMON_JOB },
  { jobName: RARE_JOB },
  ...terminalStatuses.map((status) => ({ status })),
];
/** Read from two indexes, none of which has both. */
const BOTH: Filter[] = [
  { jobName: COMMON_JOB, status: 'SUCCESS' },
  { jobName: COMMON_JOB, status: 'FAILED' },
  { jobName: RARE_JOB, status: 'CANCELLED' },
];

interface Question {
  filter: Filter;
  pages: number;
  samples: number[];
}

/** How long a page of the history takes, at any depth: its queries alone, and as an answer of the API. */
export async function historyPages(bench: EngineBench, history: History): Promise<Figure[]> {
  const { pool } = history.database;
  const countPages = async (filter: Filter) =>
    Math.max(1, Math.ceil((await readHistory(pool, { ...filter, page: 1, pageSize: PAGE_SIZE })).total / PAGE_SIZE));
  const measure = async (filters: Filter[], how: ReadPage) => {
    const questions: Question[] = [];
    for (const filter of filters) questions.push({ filter, pages: await countPages(filter), samples: [] });
    await readInTurn(bench, questions, how);
    return questions;
  };
  const bySql: ReadPage = (filter, page) => readHistory(pool, { ...filter, page, pageSize: PAGE_SIZE });
  return withServer(bench, history.database, async ({ call }) => {
    const byHttp: ReadPage = (filter, page) => call('GET', `/admin/jobs/history?${addressOf(filter, page)}`);
    const runs = history.runs.toLocaleString('en');
    const name = (what: string) => `Page of a history of ${runs} runs, any depth, p95, ${what}`;
    return [
      { ...figureOf(name('queries'), await measure(FILTERS, bySql)), most: 3, aim: 2 },
      { ...figureOf(name('over HTTP'), await measure(FILTERS, byHttp)), most: 12, aim: 8 },
      figureOf(name('job and status together, over HTTP'), await measure(BOTH, byHttp)),
    ];
  });
}

type ReadPage = (filter: Filter, page: number) => Promise<unknown>;

function addressOf(filter: Filter, page: number): string {
  return String(new URLSearchParams({ ...filter, page: String(page), pageSize: String(PAGE_SIZE) }));
}

/** In turns, so that a busy moment of the machine falls on all of them alike. */
async function readInTurn({ signal }: EngineBench, questions: Question[], measure: ReadPage): Promise<void> {
  for (let round = -WARM_UP; round < SAMPLES; round += 1) {
    for (const { filter, pages, samples } of questions) {
      signal.throwIfAborted();
      const page = 1 + Math.floor(Math.random() * pages);
      const from = performance.now();
      await measure(filter, page);
      if (round >= 0) samples.push(performance.now() - from);
    }
  }
}

/** All of them together, as a person who turns pages meets them; each by itself in the details. */
function figureOf(name: string, questions: Question[]): Figure {
  const all = spreadOf(questions.flatMap(({ samples }) => samples));
  const details = questions.map(({ filter, pages, samples }) => {
    const what = Object.values(filter).join(' and ') || 'all';
    return `${what}, ${pages.toLocaleString('en')} pages: ${describeSpread(spreadOf(samples))}`;
  });
  return { name, value: all.p95, unit: 'ms', details: [`all: ${describeSpread(all)}`, ...details] };
}

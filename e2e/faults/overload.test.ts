import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isFull, size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addHistory } from '../../scripts/bench/history-rows.js';
import { percentile } from '../../scripts/bench/percentile.js';
import { type Exchange, endExchanges, exchange } from './fuzz/exchange.js';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const HISTORY = size(5_000, 150_000);
/** The rest is past its time and removed meanwhile: the history is one of 60 days. */
const KEEP_DAYS = 20;
const LOAD_MS = size(3_000, 20_000);
const ENQUEUERS = size(8, 16);
const READERS = 2;
/** Connections that send the head of a request one character at a time. */
const DAWDLERS = size(20, 100);
const SIGNING_IN = 2;
/** Enqueued so many times faster than what the runner gets done; a busy machine enqueues slowly. */
const OVERLOAD = size(3, 10);
const RUN_MS = 2_000;
const PLACES = size(1, 4);
const MAX_GROWTH_MB = 100;
/** The aim is 500 ms with the machine to itself. */
const MAX_READ_MS = size(5_000, 1_000);

let world: World;
const dawdlers: Socket[] = [];
beforeAll(async () => {
  const keep = ['SUCCESS', 'FAILED', 'CANCELLED'].map((status) => [`JOBS_KEEP_${status}_DAYS`, String(KEEP_DAYS)]);
  world = await World.create({ JOBS_MAINTENANCE_MS: '1000', ...Object.fromEntries(keep) });
});
afterAll(async () => {
  for (const socket of dawdlers) socket.destroy();
  endExchanges();
  await world?.close();
});

it(`continues to serve under ${OVERLOAD} times its capacity`, async () => {
  await addHistory(world.database, HISTORY);
  world.historyUpTo = await newestRun();
  await world.startRunners(1, { concurrency: PLACES });
  for (let socket = 0; socket < DAWDLERS; socket++) dawdlers.push(dawdle());

  const until = performance.now() + LOAD_MS;
  const load = new Load(world);
  const watching = rssOver(until);
  await Promise.all([
    ...Array.from({ length: ENQUEUERS }, () => load.enqueueUntil(until)),
    ...Array.from({ length: READERS }, () => load.readUntil(until)),
    ...Array.from({ length: SIGNING_IN }, () => load.signInUntil(until)),
  ]);
  const growthMb = await watching;
  const { started, removed } = await countMeanwhile();
  await world.startRunners(2, { concurrency: 100 });

  const verdict = await world.expectAllRight();
  expect(load.wrong.slice(0, 10)).toEqual([]);
  const read = percentile(load.reads, 99);
  expectWithin('reading under overload', read, MAX_READ_MS, 'ms');
  // Within the seconds of the small form a server is still warming up.
  if (isFull) expectWithin('growth of the server’s memory', growthMb, MAX_GROWTH_MB, 'MB');
  const injected = [
    { what: 'runs queued', count: load.queued, target: OVERLOAD * started },
    { what: 'old runs removed meanwhile', count: removed, target: HISTORY / (isFull ? 20 : 50) },
    { what: 'dawdling connections', count: dawdlers.length, target: DAWDLERS },
  ];
  reportFinding('overload', injected, verdict, [
    `${started} runs were begun meanwhile, over a history of ${HISTORY.toLocaleString('en')}`,
    `read p99 ${read.toFixed(0)} ms of ${load.reads.length}`,
    `answers ${Object.entries(load.statuses)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ')}`,
    `server grew by ${growthMb.toFixed(0)} MB`,
  ]);
});

/** Sends more requests than a server can process, and records its answers. */
class Load {
  readonly #world: World;
  readonly reads: number[] = [];
  readonly statuses: Record<number, number> = {};
  readonly wrong: string[] = [];
  queued = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async enqueueUntil(until: number): Promise<void> {
    const body = JSON.stringify({ jobName: 'fragile', parameters: { ms: RUN_MS } });
    while (performance.now() < until) {
      const answer = await this.#send('POST', '/api/admin/jobs/enqueue', body);
      if (answer?.status !== 201) continue;
      const { jobRunId } = JSON.parse(answer.text) as { jobRunId: string };
      this.#world.enqueuer.acknowledged.set(`overload ${jobRunId}`, jobRunId);
      this.queued += 1;
    }
  }

  async readUntil(until: number): Promise<void> {
    const paths = ['history', 'history?status=FAILED&page=3', 'active', 'stats?refresh=true', this.#world.historyUpTo];
    for (let at = 0; performance.now() < until; at++) {
      const answer = await this.#send('GET', `/api/admin/jobs/${paths[at % paths.length]}`);
      if (answer?.status === 200) this.reads.push(answer.ms);
      await delay(10);
    }
  }

  async signInUntil(until: number): Promise<void> {
    for (let at = 0; performance.now() < until; at++) {
      const body = JSON.stringify({ email: `${at}@nobody.test`, password: 'wrong but long enough' });
      await this.#send('POST', '/api/auth/token', body, {});
      await delay(20);
    }
  }

  async #send(method: string, path: string, body?: string, as = this.#operator): Promise<Exchange | undefined> {
    const headers = { ...(body !== undefined && { 'content-type': 'application/json' }), ...as };
    const call = { name: path, method, path, headers, body, isMeantWell: true };
    const answer = await exchange(this.#world.url, call).catch((error: Error) => error);
    if (answer instanceof Error) this.wrong.push(`${method} ${path}: ${answer.message}`);
    if (answer instanceof Error) return undefined;
    this.statuses[answer.status] = (this.statuses[answer.status] ?? 0) + 1;
    const isDeferred = [429, 503].includes(answer.status) && answer.retryAfter !== undefined;
    const isRefused = answer.status === 401 && path.startsWith('/api/auth');
    if (answer.status >= 300 && !isDeferred && !isRefused)
      this.wrong.push(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return answer;
  }

  get #operator(): Record<string, string> {
    return { authorization: `Bearer ${this.#world.token}` };
  }
}

/** A connection that takes its time, until the server has had enough of it. */
function dawdle(): Socket {
  const { hostname, port } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  socket.write('GET /api/admin/jobs/history HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const timer = setInterval(() => socket.write('x'), 200);
  socket.on('error', () => {});
  socket.on('close', () => clearInterval(timer));
  return socket;
}

/** By how much the server's memory grew from the first third of a time to its end. */
async function rssOver(until: number): Promise<number> {
  const from = performance.now();
  const seen: { at: number; mb: number }[] = [];
  while (performance.now() < until) {
    seen.push({ at: performance.now() - from, mb: (await world.server.vitals()).rssMb });
    await delay(250);
  }
  const most = (some: typeof seen) => Math.max(0, ...some.map(({ mb }) => mb));
  const third = (until - from) / 3;
  return most(seen) - most(seen.filter(({ at }) => at < third));
}

async function newestRun(): Promise<string> {
  const { rows } = await world.database.pool.query<{ id: string }>('SELECT max(id)::text AS id FROM "JobRun"');
  return rows[0]?.id ?? '0';
}

async function countMeanwhile(): Promise<{ started: number; removed: number }> {
  const { rows } = await world.database.pool.query<{ started: number; left: number }>(
    `SELECT count(*) FILTER (WHERE id > $1 AND "claimNo" > 0)::int AS started, count(*) FILTER (WHERE id <= $1)::int AS left FROM "JobRun"`,
    [world.historyUpTo],
  );
  const { started = 0, left = 0 } = rows[0] ?? {};
  return { started, removed: HISTORY - left };
}

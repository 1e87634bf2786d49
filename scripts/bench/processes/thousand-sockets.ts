import { setTimeout as delay } from 'node:timers/promises';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { cpuOf } from '../process-cpu.js';
import { OPERATOR } from '../product.js';
import { type ApiServer, withServer } from '../scale/api-server.js';
import { drainQueued } from '../scale/queued-drain.js';
import { describeRates, ratioFigure } from '../scale/ratio.js';
import { type SocketClients, withClients } from './socket-clients.js';
import { latencyAt, type Received } from './socket-times.js';
import { changeSteadily } from './steady-changes.js';
import { startBenchWorker, withWorkers } from './worker.js';

const CLIENTS = 1_000;
const CHANGES_A_SECOND = 1_000;
const WARM_UP_MS = 3_000;
const WATCHED_MS = 15_000;
/** Messages under way when the changes end have arrived by then. */
const GRACE_MS = 500;

/** A thousand open panels, a thousand changes of state a second sent to each, and what they cost a drain. */
export const thousandSockets: EnginePart = {
  id: 'thousand-sockets',
  measure: async (bench) => {
    const database = await bench.newDatabase();
    try {
      return await withServer(bench, database, async (server) => {
        const token = await tokenFor(server);
        return withClients({ url: server.url, token }, async (clients) => [
          ...(await watchChanges(bench, { database, server, clients })),
          await drainBeside(bench, database, clients),
        ]);
      });
    } finally {
      await database.drop();
    }
  },
};

interface Scene {
  database: BenchDatabase;
  server: ApiServer;
  clients: SocketClients;
}

async function watchChanges(
  { signal, showDetail }: EngineBench,
  { database, server, clients }: Scene,
): Promise<Figure[]> {
  await clients.open(CLIENTS);
  await changeSteadily(database, { forMs: WARM_UP_MS, signal });
  await clients.report();
  showDetail(`  ${CHANGES_A_SECOND} changes a second, ${CLIENTS} clients`);
  const [from, cpuBefore] = [performance.now(), await cpuOf(server.pid)];
  const changes = await changeSteadily(database, { forMs: WATCHED_MS, signal });
  const cpu = (100 * ((await cpuOf(server.pid)) - cpuBefore)) / (performance.now() - from);
  const seconds = (performance.now() - from) / 1_000;
  await delay(GRACE_MS, undefined, { signal });
  const received = await clients.report();
  await clients.close();
  return figuresOf(received, { cpu, seconds, changes });
}

function figuresOf(received: Received, made: { cpu: number; seconds: number; changes: number }): Figure[] {
  const { cpu, seconds, changes } = made;
  const changesPerClient = received.changes / CLIENTS;
  const perSecond = (count: number) => Math.round(count / seconds).toLocaleString('en');
  const details = [
    `${perSecond(changes)} changes a second made, ${perSecond(changesPerClient)} sent to each of ${CLIENTS.toLocaleString('en')} clients in ${(received.messages / CLIENTS / seconds).toFixed(1)} messages`,
    `${perSecond(received.messages)} messages and ${(received.bytes / seconds / 1e6).toFixed(0)} MB a second in all`,
  ];
  const at = (percent: number) => latencyAt(received, percent);
  return [
    {
      name: 'Change to 1,000 sockets, p99',
      value: at(99),
      unit: 'ms',
      most: 100,
      aim: 60,
      details: [
        `from the statement to the message in the client, by the oldest change in it: p50 ${at(50)}, p95 ${at(95)}, p99 ${at(99)} ms`,
        ...details,
      ],
    },
    {
      // With fewer messages than changes a client was left behind, and the other figures are worth nothing.
      name: 'Changes sent to each of 1,000 sockets, of those made',
      value: (100 * changesPerClient) / changes,
      unit: '%',
      least: 95,
      details,
    },
    { name: 'Server with 1,000 sockets, processor', value: cpu, unit: '% of a core', most: 30, aim: 20, details },
  ];
}

/** One drain without clients and one with all of them, in turn. */
async function drainBeside(bench: EngineBench, database: BenchDatabase, clients: SocketClients): Promise<Figure> {
  await database.pool.query(`DELETE FROM "JobRun" WHERE status = 'RUNNING'`);
  const rates = { watched: [] as number[], alone: [] as number[] };
  const drain = () => drainQueued(database, { runs: bench.runs, signal: bench.signal });
  await withWorkers([startBenchWorker(database.url)], async () => {
    // The first compiles and opens what the others find; it doesn't count.
    await drain();
    for (let round = 1; round <= bench.rounds; round += 1) {
      bench.showDetail(`  round ${round} of ${bench.rounds} of drains`);
      rates.alone.push(await drain());
      await clients.open(CLIENTS);
      rates.watched.push(await drain());
      await clients.close();
    }
  });
  const figure = ratioFigure(
    { name: 'Drain with 1,000 sockets, times without', least: 0.9 },
    rates.watched,
    rates.alone,
  );
  const rest = `with ${describeRates(rates.watched)}; without ${describeRates(rates.alone)}; the clients are on the same machine`;
  return { ...figure, details: [...figure.details, rest] };
}

async function tokenFor({ url }: ApiServer): Promise<string> {
  const answer = await fetch(`${url}/api/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(OPERATOR),
  });
  return ((await answer.json()) as { token: string }).token;
}

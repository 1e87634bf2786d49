import { parentPort, workerData } from 'node:worker_threads';
import type pg from 'pg';
import { schemaStatement } from '../database/schema.js';
import { clientClassFor } from '../database/transaction-pooling.js';
import { Alarm } from './alarm.js';
import type { HeartbeatNews, HeartbeatOptions, HeartbeatOrder } from './heartbeat.js';
import { beat, type Lease } from './transitions/beat.js';

/** Without a beat for this part of the lease the runs are given up here, before others take them. */
const GIVE_UP_AT = 0.8;

const options = workerData as HeartbeatOptions;
const port = parentPort;
if (!port) throw new Error('heartbeat-thread runs as a thread of a runner');

interface HeldLease extends Lease {
  heldAt: number;
}

const leases = new Map<string, HeldLease>();
const alarm = new Alarm();
let isStopping = false;
let pulse = { loopLagMs: 0, lastClaimAgoMs: null as number | null, lastProgressAgoMs: null as number | null };
let lastPulseAt = performance.now();
let client: pg.Client | undefined;
let lastBeatAt = performance.now();
let isUnreachable = false;

port.on('message', (order: HeartbeatOrder) => {
  if (order.type === 'hold') hold(order.ids.split(' '), order.leaseTokens.split(' '));
  if (order.type === 'drop') for (const token of order.leaseTokens.split(' ')) leases.delete(token);
  if (order.type === 'pulse') {
    pulse = order;
    lastPulseAt = performance.now();
  }
  if (order.type === 'stop') isStopping = true;
  if (order.type === 'stop' || order.type === 'beat') alarm.ring();
});

// Apart from the beats: in a dead network one may wait for its answer longer than a short lease lasts.
setInterval(giveUpSilent, Math.min(options.intervalMs, 1_000)).unref();

while (!isStopping) {
  alarm.reset();
  await tick();
  // After a failure soon again: the lease runs.
  const pauseMs = isUnreachable ? Math.min(options.intervalMs, 1_000) : options.intervalMs;
  await alarm.sleep(pauseMs);
}
await client?.end().catch(() => {});
port.close();

function hold(ids: string[], tokens: string[]): void {
  const heldAt = performance.now();
  for (const [index, leaseToken] of tokens.entries())
    leases.set(leaseToken, { id: ids[index] ?? '', leaseToken, heldAt });
}

async function tick(): Promise<void> {
  try {
    client ??= await connect();
    const sent = [...leases.values()];
    // Not when the answer came, which may be long after the database noted the beat.
    const sentAt = performance.now();
    const answer = await beat(client, { runnerId: options.runnerId, leases: sent, ...pulseNow() });
    tellBack();
    lastBeatAt = sentAt;
    const lost = sent.filter((lease) => !answer.held.has(lease.leaseToken) && leases.has(lease.leaseToken));
    if (lost.length > 0) giveUp(lost);
    if (answer.cancelRequested.length > 0) tell({ type: 'cancelRequested', tokens: answer.cancelRequested });
  } catch (error) {
    tellUnreachable(error as Error);
  }
}

/** The last pulse, as it is to be read now: one that is overdue says that the runner's event loop is blocked. */
function pulseNow() {
  const ageMs = performance.now() - lastPulseAt;
  const since = (agoMs: number | null) => (agoMs === null ? null : agoMs + ageMs);
  return {
    loopLagMs: Math.max(pulse.loopLagMs, ageMs - options.pulseMs),
    lastClaimAgoMs: since(pulse.lastClaimAgoMs),
    lastProgressAgoMs: since(pulse.lastProgressAgoMs),
  };
}

async function connect(): Promise<pg.Client> {
  const fresh = new (clientClassFor(options.url))({
    connectionString: options.url,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  fresh.on('error', () => {
    if (client === fresh) client = undefined;
  });
  await fresh.connect();
  const schema = schemaStatement(options.url);
  if (schema !== null) await fresh.query(schema);
  return fresh;
}

/** Lets go of what others may take soon. */
function giveUpSilent(): void {
  const now = performance.now();
  const isSilent = ({ heldAt }: HeldLease) => now - Math.max(heldAt, lastBeatAt) > GIVE_UP_AT * options.stalledAfterMs;
  giveUp([...leases.values()].filter(isSilent));
}

function giveUp(lost: Lease[]): void {
  for (const lease of lost) leases.delete(lease.leaseToken);
  if (lost.length > 0) tell({ type: 'lost', tokens: lost.map((lease) => lease.leaseToken) });
}

function tellUnreachable(error: Error): void {
  client?.end().catch(() => {});
  client = undefined;
  if (!isUnreachable) tell({ type: 'unreachable', message: error.message });
  isUnreachable = true;
}

function tellBack(): void {
  if (isUnreachable) tell({ type: 'back', afterMs: performance.now() - lastBeatAt });
  isUnreachable = false;
}

function tell(news: HeartbeatNews): void {
  port?.postMessage(news);
}

// @ts-check
// Sends the heartbeats of a runner from a thread of its own. Plain JavaScript: the TypeScript loader would cost each
// runner 20 MB and a fifth of a second of a processor during its start.
import { parentPort, workerData } from 'node:worker_threads';
import { LeaseTable, sharedNow } from './lease-table.mjs';

/** Without a heartbeat for this part of the lease the runner drops its runs, before other runners take them. */
const DROP_AT = 0.8;
/**
 * The runner itself releases runs that could not begin in half of this time; a run that waits for longer waits for a
 * blocked event loop.
 */
const RELEASE_AFTER_MS = 1_000;

/**
 * The first heartbeat can wait, because the runner has just registered: loading its modules would take a processor from
 * the first runs.
 */
const FIRST_BEAT_MS = 1_000;

/** A statement that meets so many conflicts is not sent again. */
const MAX_TRIES = 20;

/** @typedef {import('./heartbeat.js').HeartbeatReport} Report */
/** @typedef {import('./lease-table.mjs').HeldLease} HeldLease */

/** @type {import('./heartbeat.js').HeartbeatThreadData} */
const options = workerData;
const port = parentPort;
if (!port) throw new Error('heartbeat-thread runs as a thread of a runner');

const leases = new LeaseTable(options.leases);
/** By place, the mark of the run that was dropped there last: another runner may have it. */
const dropped = new Int32Array(leases.places);
let isStopping = false;
/** @type {Omit<Extract<import('./heartbeat.js').HeartbeatOrder, { type: 'pulse' }>, 'type'>} */
let pulse = { loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null, endedRuns: 0 };
let lastPulseAt = performance.now();
/** @typedef {import('../database/own-client.mjs').OwnClient} OwnClient */
/** @type {OwnClient | undefined} */
let client;
let lastBeatAt = sharedNow();
/** Round trip of the last answered heartbeat. @type {number | null} */
let latencyMs = null;
let cpu = { usage: process.cpuUsage(), at: performance.now() };
let isUnreachable = false;
let isRung = false;
/**
 * The queue of statements on the connection.
 * @type {Promise<unknown>}
 */
let pending = Promise.resolve();
/** @type {() => void} */
let wake = () => {};

port.on('message', (/** @type {import('./heartbeat.js').HeartbeatOrder} */ order) => {
  if (order.type === 'pulse') {
    pulse = order;
    lastPulseAt = performance.now();
  }
  if (order.type === 'stop') isStopping = true;
  if (order.type === 'stop' || order.type === 'beat') ring();
});

// Independent of the heartbeats: in a broken network one may wait for its answer longer than a short lease lasts.
setInterval(dropExpired, Math.min(options.intervalMs, 1_000)).unref();
setInterval(() => void inTurn(releaseWaiting), RELEASE_AFTER_MS / 2).unref();

await sleep(Math.min(options.intervalMs, FIRST_BEAT_MS));
while (!isStopping) {
  isRung = false;
  await inTurn(tick);
  // Tries again soon after a failure, because the lease expires.
  await sleep(isUnreachable ? Math.min(options.intervalMs, 1_000) : options.intervalMs);
}
await inTurn(async () => client?.end().catch(() => {}));
port.close();

function ring() {
  isRung = true;
  wake();
}

/**
 * With some jitter, and cut short by a ring.
 * @param {number} ms
 */
async function sleep(ms) {
  if (isRung) return;
  await new Promise((/** @type {(value: void) => void} */ resolve) => {
    const timer = setTimeout(resolve, ms * (0.75 + Math.random() / 2));
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** The leases that are held and were not dropped. */
function held() {
  return leases.held().filter(isOurs);
}

/** @param {HeldLease} lease */
function isOurs(lease) {
  return leases.has(lease) && dropped[lease.place] !== lease.mark;
}

/**
 * Does work on the connection after the work before it: a connection takes one statement at a time.
 * @param {() => Promise<void>} work
 */
function inTurn(work) {
  pending = pending.then(work);
  return pending;
}

/**
 * Releases runs that wait for a blocked event loop, for other runners. A run whose release is lost is recovered when
 * its lease ends.
 */
async function releaseWaiting() {
  if (!client) return;
  const now = sharedNow();
  const returned = held().filter((lease) => now - lease.heldAt > RELEASE_AFTER_MS && leases.reclaim(lease));
  if (returned.length === 0) return;
  const values = [returned.map(({ id }) => id), returned.map(({ leaseToken }) => leaseToken), options.release.reason];
  try {
    await send(client, { text: options.release.text, values });
    await client.query({
      text: "SELECT pg_notify(name, '') FROM unnest($1::text[]) AS name",
      values: [options.channels],
    });
  } catch (error) {
    reportUnreachable(/** @type {Error} */ (error));
  }
}

async function tick() {
  try {
    client ??= await connect();
    const sent = held();
    // The time before sending: the answer may come long after the database noted the heartbeat.
    const sentAt = sharedNow();
    const { rows } = await send(client, beatOf(sent));
    reportReachable();
    latencyMs = sharedNow() - sentAt;
    lastBeatAt = sentAt;
    const beaten = new Map(rows.map(({ token, cancelRequested }) => [token, cancelRequested]));
    drop(sent.filter((lease) => !beaten.has(lease.leaseToken) && isOurs(lease)));
    const cancelled = sent.filter(({ leaseToken }) => beaten.get(leaseToken));
    if (cancelled.length > 0) post({ type: 'cancelRequested', leases: cancelled.map(placeOf) });
  } catch (error) {
    reportUnreachable(/** @type {Error} */ (error));
  }
}

/**
 * The statement of `transitions/beat.ts`, with the last pulse adjusted to now: an overdue pulse means that the runner's
 * event loop is blocked.
 * @param {HeldLease[]} sent
 */
function beatOf(sent) {
  const ageMs = performance.now() - lastPulseAt;
  const since = (/** @type {number | null} */ agoMs) => (agoMs === null ? null : agoMs + ageMs);
  return {
    ...options.statement,
    values: [
      sent.map(({ id }) => id),
      sent.map(({ leaseToken }) => leaseToken),
      options.runnerId,
      Math.max(pulse.loopLagMs, ageMs - options.pulseMs),
      since(pulse.lastClaimAgoMs),
      since(pulse.lastProgressAgoMs),
      latencyMs,
      pulse.endedRuns,
      readCpuPercent(),
      process.memoryUsage.rss(),
    ],
  };
}

/** Of one core, since it was last read; of the whole process, all of its threads. */
function readCpuPercent() {
  const before = cpu;
  cpu = { usage: process.cpuUsage(), at: performance.now() };
  const { user, system } = process.cpuUsage(before.usage);
  return (user + system) / 10 / Math.max(1, cpu.at - before.at);
}

/**
 * Retries on conflicts, such as with a statement that has just ended one of these runs.
 * @param {OwnClient} connection
 * @param {import('pg').QueryConfig} statement
 */
async function send(connection, statement) {
  for (let tries = 1; ; tries++) {
    try {
      return await connection.query(statement);
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error);
      if ((code !== '40001' && code !== '40P01') || tries === MAX_TRIES) throw error;
    }
  }
}

async function connect() {
  const { OwnClient } = await import('../database/own-client.mjs');
  const fresh = new OwnClient({
    connectionString: options.url,
    session: options.session,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  fresh.on('error', () => {
    if (client === fresh) client = undefined;
  });
  await fresh.connect();
  return fresh;
}

/** Drops runs that other runners may take soon. */
function dropExpired() {
  const now = sharedNow();
  const lastAt = (/** @type {HeldLease} */ { heldAt }) => Math.max(heldAt, lastBeatAt);
  drop(held().filter((lease) => now - lastAt(lease) > DROP_AT * options.stalledAfterMs));
}

/** @param {HeldLease[]} lost */
function drop(lost) {
  for (const { place, mark } of lost) dropped[place] = mark;
  if (lost.length > 0) post({ type: 'lost', leases: lost.map(placeOf) });
}

/**
 * @param {HeldLease} lease
 * @returns {import('./lease-table.mjs').HeldPlace}
 */
function placeOf({ place, mark }) {
  return { place, mark };
}

/** @param {Error} error */
function reportUnreachable(error) {
  client?.end().catch(() => {});
  client = undefined;
  if (!isUnreachable) post({ type: 'unreachable', message: error.message });
  isUnreachable = true;
}

function reportReachable() {
  if (isUnreachable) post({ type: 'back', afterMs: sharedNow() - lastBeatAt });
  isUnreachable = false;
}

/** @param {Report} message */
function post(message) {
  port?.postMessage(message);
}

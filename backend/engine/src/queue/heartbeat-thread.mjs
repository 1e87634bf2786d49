// @ts-check
// The beats of a runner, from a thread of its own. Plain JavaScript: the TypeScript loader would cost each runner 20 MB
// and a fifth of a second of a processor more, just when it is to begin.
import { parentPort, workerData } from 'node:worker_threads';
import { LeaseTable, sharedNow } from './lease-table.mjs';

/** Without a beat for this part of the lease the runs are given up here, before others take them. */
const GIVE_UP_AT = 0.8;
/** The runner hands back what could not begin in half of this time; what waits for longer has a blocked event loop before it. */
const RETURN_AFTER_MS = 1_000;

/** The runner has just registered, so the first beat has time: what it loads would take a processor from the first runs. */
const FIRST_BEAT_MS = 1_000;

/** A statement that others are in the way of so often is given up. */
const MAX_TRIES = 20;

/** @typedef {import('./heartbeat.js').HeartbeatNews} News */
/** @typedef {import('./lease-table.mjs').HeldLease} HeldLease */

/** @type {import('./heartbeat.js').HeartbeatThreadData} */
const options = workerData;
const port = parentPort;
if (!port) throw new Error('heartbeat-thread runs as a thread of a runner');

const leases = new LeaseTable(options.leases);
/** By place, the mark of the run that was given up there last: others may have it. */
const givenUp = new Int32Array(leases.places);
let isStopping = false;
/** @type {Omit<Extract<import('./heartbeat.js').HeartbeatOrder, { type: 'pulse' }>, 'type'>} */
let pulse = { loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null, endedRuns: 0 };
let lastPulseAt = performance.now();
/** @typedef {import('../database/own-client.mjs').OwnClient} OwnClient */
/** @type {OwnClient | undefined} */
let client;
let lastBeatAt = sharedNow();
/** Round trip of the last beat that was answered. @type {number | null} */
let latencyMs = null;
let cpu = { usage: process.cpuUsage(), at: performance.now() };
let isUnreachable = false;
let isRung = false;
/**
 * What is done on the connection, one after the other.
 * @type {Promise<unknown>}
 */
let asking = Promise.resolve();
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

// Apart from the beats: in a dead network one may wait for its answer longer than a short lease lasts.
setInterval(giveUpSilent, Math.min(options.intervalMs, 1_000)).unref();
setInterval(() => void inTurn(handBackWaiting), RETURN_AFTER_MS / 2).unref();

await sleep(Math.min(options.intervalMs, FIRST_BEAT_MS));
while (!isStopping) {
  isRung = false;
  await inTurn(tick);
  // After a failure soon again: the lease runs.
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

/** What is held just now and was not given up. */
function held() {
  return leases.held().filter(isOurs);
}

/** @param {HeldLease} lease */
function isOurs(lease) {
  return leases.has(lease) && givenUp[lease.place] !== lease.mark;
}

/**
 * Does work on the connection when what came before is done: a connection takes one statement at a time.
 * @param {() => Promise<void>} work
 */
function inTurn(work) {
  asking = asking.then(work);
  return asking;
}

/** Hands back what waits behind a job that blocks the event loop, for others to run. Lost on the way, it comes back with its lease. */
async function handBackWaiting() {
  if (!client) return;
  const now = sharedNow();
  const returned = held().filter((lease) => now - lease.heldAt > RETURN_AFTER_MS && leases.takeBack(lease));
  if (returned.length === 0) return;
  const values = [returned.map(({ id }) => id), returned.map(({ leaseToken }) => leaseToken), options.release.reason];
  try {
    await send(client, { text: options.release.text, values });
    await client.query({
      text: "SELECT pg_notify(name, '') FROM unnest($1::text[]) AS name",
      values: [options.channels],
    });
  } catch (error) {
    tellUnreachable(/** @type {Error} */ (error));
  }
}

async function tick() {
  try {
    client ??= await connect();
    const sent = held();
    // Not when the answer came, which may be long after the database noted the beat.
    const sentAt = sharedNow();
    const { rows } = await send(client, beatOf(sent));
    tellBack();
    latencyMs = sharedNow() - sentAt;
    lastBeatAt = sentAt;
    const beaten = new Map(rows.map(({ token, cancelRequested }) => [token, cancelRequested]));
    giveUp(sent.filter((lease) => !beaten.has(lease.leaseToken) && isOurs(lease)));
    const cancelled = sent.filter(({ leaseToken }) => beaten.get(leaseToken));
    if (cancelled.length > 0) tell({ type: 'cancelRequested', leases: cancelled.map(placeOf) });
  } catch (error) {
    tellUnreachable(/** @type {Error} */ (error));
  }
}

/**
 * The statement of `transitions/beat.ts`, with the last pulse as it is to be read now: one that is overdue says that
 * the runner's event loop is blocked.
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
 * Again and again while other statements are in the way: one that has just ended a run that this one means.
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

/** Lets go of what others may take soon. */
function giveUpSilent() {
  const now = sharedNow();
  const lastAt = (/** @type {HeldLease} */ { heldAt }) => Math.max(heldAt, lastBeatAt);
  giveUp(held().filter((lease) => now - lastAt(lease) > GIVE_UP_AT * options.stalledAfterMs));
}

/** @param {HeldLease[]} lost */
function giveUp(lost) {
  for (const { place, mark } of lost) givenUp[place] = mark;
  if (lost.length > 0) tell({ type: 'lost', leases: lost.map(placeOf) });
}

/**
 * @param {HeldLease} lease
 * @returns {import('./lease-table.mjs').HeldPlace}
 */
function placeOf({ place, mark }) {
  return { place, mark };
}

/** @param {Error} error */
function tellUnreachable(error) {
  client?.end().catch(() => {});
  client = undefined;
  if (!isUnreachable) tell({ type: 'unreachable', message: error.message });
  isUnreachable = true;
}

function tellBack() {
  if (isUnreachable) tell({ type: 'back', afterMs: sharedNow() - lastBeatAt });
  isUnreachable = false;
}

/** @param {News} news */
function tell(news) {
  port?.postMessage(news);
}

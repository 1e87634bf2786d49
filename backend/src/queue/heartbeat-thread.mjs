// @ts-check
// The beats of a runner, from a thread of its own. Plain JavaScript: the TypeScript loader would cost each runner 20 MB
// and a fifth of a second of a processor more, just when it is to begin.
import { parentPort, workerData } from 'node:worker_threads';
import '../database/light-pg.mjs';
import pg from 'pg';

/** Without a beat for this part of the lease the runs are given up here, before others take them. */
const GIVE_UP_AT = 0.8;
/** The runner hands back what could not begin in half of this time; what waits for longer has a blocked event loop before it. */
const RETURN_AFTER_MS = 1_000;
/** What is added to the mark of a run that is handed back; see `begin-marks.ts`. */
const RETURNED = 2;

/** @typedef {import('./heartbeat.js').HeartbeatNews} News */
/** @typedef {import('./transitions/beat.js').Lease & { heldAt: number, place: number, mark: number }} HeldLease */

/** @type {import('./heartbeat.js').HeartbeatThreadData} */
const options = workerData;
const port = parentPort;
if (!port) throw new Error('heartbeat-thread runs as a thread of a runner');

/** @type {Map<string, HeldLease>} */
const leases = new Map();
let isStopping = false;
/** @type {{ loopLagMs: number, lastClaimAgoMs: number | null, lastProgressAgoMs: number | null }} */
let pulse = { loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null };
let lastPulseAt = performance.now();
/** @type {pg.Client | undefined} */
let client;
let lastBeatAt = performance.now();
let isUnreachable = false;
let isRung = false;
/** @type {() => void} */
let wake = () => {};

port.on('message', (/** @type {import('./heartbeat.js').HeartbeatOrder} */ order) => {
  if (order.type === 'hold') hold(order.ids.split(' '), order.leaseTokens.split(' '), order.marks);
  if (order.type === 'drop') for (const token of order.leaseTokens.split(' ')) leases.delete(token);
  if (order.type === 'pulse') {
    pulse = order;
    lastPulseAt = performance.now();
  }
  if (order.type === 'stop') isStopping = true;
  if (order.type === 'stop' || order.type === 'beat') ring();
});

// Apart from the beats: in a dead network one may wait for its answer longer than a short lease lasts.
setInterval(giveUpSilent, Math.min(options.intervalMs, 1_000)).unref();
setInterval(handBackWaiting, RETURN_AFTER_MS / 2).unref();

while (!isStopping) {
  isRung = false;
  await tick();
  // After a failure soon again: the lease runs.
  await sleep(isUnreachable ? Math.min(options.intervalMs, 1_000) : options.intervalMs);
}
await client?.end().catch(() => {});
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

/**
 * @param {string[]} ids
 * @param {string[]} tokens
 * @param {Int32Array} marks
 */
function hold(ids, tokens, marks) {
  const heldAt = performance.now();
  for (const [index, leaseToken] of tokens.entries()) {
    const [place = -1, mark = 0] = marks.subarray(2 * index, 2 * index + 2);
    leases.set(leaseToken, { id: ids[index] ?? '', leaseToken, heldAt, place, mark });
  }
}

/** Hands back what waits behind a job that blocks the event loop, for others to run. Lost on the way, it comes back with its lease. */
async function handBackWaiting() {
  if (!client) return;
  const now = performance.now();
  const returned = [...leases.values()].filter((lease) => now - lease.heldAt > RETURN_AFTER_MS && take(lease));
  if (returned.length === 0) return;
  for (const { leaseToken } of returned) leases.delete(leaseToken);
  const values = [returned.map(({ id }) => id), returned.map(({ leaseToken }) => leaseToken), options.release.reason];
  try {
    await client.query({ text: options.release.text, values });
    await client.query({
      text: "SELECT pg_notify(name, '') FROM unnest($1::text[]) AS name",
      values: [options.channels],
    });
  } catch (error) {
    tellUnreachable(/** @type {Error} */ (error));
  }
}

/**
 * Keeps a run from beginning here; false when it has begun.
 * @param {HeldLease} lease
 */
function take({ place, mark }) {
  return place >= 0 && Atomics.compareExchange(options.marks, place, mark, mark + RETURNED) === mark;
}

async function tick() {
  try {
    client ??= await connect();
    const sent = [...leases.values()];
    // Not when the answer came, which may be long after the database noted the beat.
    const sentAt = performance.now();
    const { rows } = await client.query(beatOf(sent));
    tellBack();
    lastBeatAt = sentAt;
    const held = new Set(rows.map(({ token }) => token));
    giveUp(sent.filter(({ leaseToken }) => !held.has(leaseToken) && leases.has(leaseToken)));
    const cancelled = rows.filter(({ cancelRequested }) => cancelRequested);
    if (cancelled.length > 0) tell({ type: 'cancelRequested', tokens: cancelled.map(({ token }) => token) });
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
    ],
  };
}

async function connect() {
  const fresh = new pg.Client({
    connectionString: options.url,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  fresh.on('error', () => {
    if (client === fresh) client = undefined;
  });
  await fresh.connect();
  if (options.schemaStatement !== null) await fresh.query(options.schemaStatement);
  return fresh;
}

/** Lets go of what others may take soon. */
function giveUpSilent() {
  const now = performance.now();
  const lastAt = (/** @type {HeldLease} */ { heldAt }) => Math.max(heldAt, lastBeatAt);
  giveUp([...leases.values()].filter((lease) => now - lastAt(lease) > GIVE_UP_AT * options.stalledAfterMs));
}

/** @param {HeldLease[]} lost */
function giveUp(lost) {
  for (const lease of lost) leases.delete(lease.leaseToken);
  if (lost.length > 0) tell({ type: 'lost', tokens: lost.map((lease) => lease.leaseToken) });
}

/** @param {Error} error */
function tellUnreachable(error) {
  client?.end().catch(() => {});
  client = undefined;
  if (!isUnreachable) tell({ type: 'unreachable', message: error.message });
  isUnreachable = true;
}

function tellBack() {
  if (isUnreachable) tell({ type: 'back', afterMs: performance.now() - lastBeatAt });
  isUnreachable = false;
}

/** @param {News} news */
function tell(news) {
  port?.postMessage(news);
}

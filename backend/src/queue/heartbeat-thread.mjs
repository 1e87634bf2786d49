// @ts-check
// The beats of a runner, from a thread of its own. Plain JavaScript: the TypeScript loader would cost each runner 20 MB
// and a fifth of a second of a processor more, just when it is to begin.
import { parentPort, workerData } from 'node:worker_threads';
import { OwnClient } from '../database/own-client.mjs';

/** Without a beat for this part of the lease the runs are given up here, before others take them. */
const GIVE_UP_AT = 0.8;
/** The runner hands back what could not begin in half of this time; what waits for longer has a blocked event loop before it. */
const RETURN_AFTER_MS = 1_000;
/** What is added to the mark of a run that is handed back; see `begin-marks.ts`. */
const RETURNED = 2;
/** Marks are multiples of it: the rest says what became of a run that is held. */
const STEP = 4;

/** @typedef {import('./heartbeat.js').HeartbeatNews} News */
/** @typedef {import('./transitions/beat.js').Lease & { heldAt: number, place: number, mark: number }} HeldLease */

/** @type {import('./heartbeat.js').HeartbeatThreadData} */
const options = workerData;
const port = parentPort;
if (!port) throw new Error('heartbeat-thread runs as a thread of a runner');

/** @typedef {Extract<import('./heartbeat.js').HeartbeatOrder, { type: 'hold' }> & { heldAt: number }} Batch */

/** @type {Map<string, HeldLease>} */
const leases = new Map();
/**
 * What the runner has taken since it was last read. Most runs have gone by then, and nothing of them is read.
 * @type {Batch[]}
 */
let unread = [];
let isStopping = false;
/** @type {{ loopLagMs: number, lastClaimAgoMs: number | null, lastProgressAgoMs: number | null }} */
let pulse = { loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null };
let lastPulseAt = performance.now();
/** @type {OwnClient | undefined} */
let client;
let lastBeatAt = performance.now();
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
  if (order.type === 'hold') unread.push({ ...order, heldAt: performance.now() });
  if (order.type === 'drop') {
    readBatches();
    leases.delete(order.leaseToken);
  }
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

/** What is held just now. */
function held() {
  readBatches();
  for (const lease of leases.values()) if (hasGone(lease)) leases.delete(lease.leaseToken);
  return [...leases.values()];
}

function readBatches() {
  for (const batch of unread) readBatch(batch);
  unread = [];
}

/** @param {Batch} batch */
function readBatch({ ids, leaseTokens, marks, heldAt }) {
  /** @type {{ index: number, place: number, mark: number }[]} */
  const here = [];
  for (let index = 0; index < marks.length / 2; index++) {
    const [place = -1, mark = 0] = [marks[2 * index], marks[2 * index + 1]];
    if (!hasGone({ place, mark })) here.push({ index, place, mark });
  }
  if (here.length === 0) return;
  const [allIds, tokens] = [ids.split(' '), leaseTokens.split(' ')];
  for (const { index, place, mark } of here) {
    const [id = '', leaseToken = ''] = [allIds[index], tokens[index]];
    leases.set(leaseToken, { id, leaseToken, heldAt, place, mark });
  }
}

/**
 * Whether the runner has let go of a run; of one without a place it says so.
 * @param {{ place: number, mark: number }} lease
 */
function hasGone({ place, mark }) {
  if (place < 0) return false;
  const now = Atomics.load(options.marks, place);
  return now - (now % STEP) !== mark;
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
  const now = performance.now();
  const returned = held().filter((lease) => now - lease.heldAt > RETURN_AFTER_MS && take(lease));
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
    const sent = held();
    // Not when the answer came, which may be long after the database noted the beat.
    const sentAt = performance.now();
    const { rows } = await client.query(beatOf(sent));
    tellBack();
    lastBeatAt = sentAt;
    const ours = new Set(rows.map(({ token }) => token));
    giveUp(sent.filter((lease) => !ours.has(lease.leaseToken) && leases.has(lease.leaseToken) && !hasGone(lease)));
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
  const now = performance.now();
  const lastAt = (/** @type {HeldLease} */ { heldAt }) => Math.max(heldAt, lastBeatAt);
  giveUp(held().filter((lease) => now - lastAt(lease) > GIVE_UP_AT * options.stalledAfterMs));
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

import type { ServerMessage } from '@job-manager/shared/live';
import { type Frame, type FrameSocket, openFrames, textOf } from './frame-socket.js';
import { nothingReceived, type Received, record } from './socket-times.js';

export type ClientsOrder = { type: 'open'; count: number; url: string; token: string } | { type: 'close' | 'report' };
export type ClientsAnswer = { type: 'opened' | 'closed' } | { type: 'received'; received: Received };

// All the clients in a process of their own: what they take of the processor is not the server's.
process.on('SIGINT', () => {});
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());

let clients: FrameSocket[] = [];
let received = nothingReceived();
/** The changes in a message, read once for all clients that receive the same one. */
const timesOf = new Map<string, number[]>();

process.on('message', async (order: ClientsOrder) => {
  if (order.type === 'open') await open(order);
  if (order.type === 'close') {
    for (const client of clients) client.close();
    clients = [];
  }
  if (order.type === 'report') {
    answer({ type: 'received', received });
    received = nothingReceived();
    return;
  }
  answer({ type: order.type === 'open' ? 'opened' : 'closed' });
});

/** Some at a time, as people come: a storm of them is another test. */
async function open({ count, url, token }: Extract<ClientsOrder, { type: 'open' }>): Promise<void> {
  const AT_ONCE = 50;
  while (clients.length < count) {
    const welcomes = Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, () => openOne(url, token));
    await Promise.all(welcomes);
  }
}

function openOne(url: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = openFrames(url, token, (frame) => {
      resolve();
      const at = Date.now();
      record(received, timesIn(frame), { at, bytes: frame.payload.length });
    });
    clients.push(client);
    void client.closed.then((status) => reject(new Error(`A socket was closed (${status ?? 'without a status'})`)));
  });
}

function timesIn(frame: Frame): number[] {
  // Number and type stand first, never compressed; of two messages with the same number only one has this length.
  const key = `${frame.payload.toString('latin1', 0, 64)}${frame.payload.length}`;
  const known = timesOf.get(key);
  if (known) return known;
  if (timesOf.size > 10_000) timesOf.clear();
  const times = changesOf(JSON.parse(textOf(frame)) as ServerMessage);
  timesOf.set(key, times);
  return times;
}

/** When the changes in a message were made. */
function changesOf({ type, data }: ServerMessage): number[] {
  if (type === 'server.admin.jobs_snapshot') return [];
  const runs = type === 'server.admin.jobs_changed' ? data.runs : 'run' in data ? [data.run] : [];
  return runs.map((run) => Date.parse(run.finishedAt ?? run.startedAt ?? '')).filter((time) => !Number.isNaN(time));
}

const answer = (message: ClientsAnswer) => process.send?.(message);

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import type { ClientsAnswer, ClientsOrder } from './socket-clients-process.js';
import type { Received } from './socket-times.js';
import { stopProcess } from './worker.js';

const ENTRY = fileURLToPath(new URL('./socket-clients-process.ts', import.meta.url));

/** Clients of the live socket, all of them in one process of their own. */
export interface SocketClients {
  open(count: number): Promise<void>;
  close(): Promise<void>;
  /** What they received since the report before. */
  report(): Promise<Received>;
}

/** Works with clients of this server, and ends them in any case. */
export async function withClients<T>(
  at: { url: string; token: string },
  work: (clients: SocketClients) => Promise<T>,
): Promise<T> {
  const child = fork(ENTRY, { execArgv: typescriptArgs, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    return await work({
      open: async (count) => void (await request(child, { type: 'open', count, ...at })),
      close: async () => void (await request(child, { type: 'close' })),
      report: async () => {
        const answer = await request(child, { type: 'report' });
        if (answer.type !== 'received') throw new Error('The clients answered something else');
        return answer.received;
      },
    });
  } finally {
    await stopProcess(child);
  }
}

function request(child: ChildProcess, order: ClientsOrder): Promise<ClientsAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) => reject(new Error(`The clients ended by themselves, with code ${code}.`));
    child.once('exit', fail);
    child.once('message', (answer: ClientsAnswer) => {
      child.off('exit', fail);
      resolve(answer);
    });
    child.send(order);
  });
}

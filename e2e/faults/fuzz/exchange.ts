import { Agent, type IncomingMessage, request } from 'node:http';
import type { FuzzCall } from './call.js';

export interface Exchange {
  status: number;
  type: string;
  text: string;
  retryAfter?: string;
  ms: number;
}

/** Far beyond what any call may take: an answer that takes longer counts as a hang. */
const HANG_MS = 20_000;
/** A connection that is reset while a refused body is still being sent, or that was about to be closed as idle. */
const TRIES = 4;

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** Sends a request as it stands and takes the whole answer. Rejects when none comes. */
export async function exchange(url: string, call: FuzzCall): Promise<Exchange> {
  for (let tries = 1; ; tries++) {
    try {
      return await exchangeOnce(url, call, tries === 1);
    } catch (error) {
      const isReset = ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!isReset || tries === TRIES) throw error;
    }
  }
}

function exchangeOnce(url: string, { method, path, headers, body }: FuzzCall, mayReuse: boolean): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const isChunked = headers['transfer-encoding'] !== undefined;
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const length = bytes === undefined || isChunked ? {} : { 'content-length': String(bytes.length) };
    const sent = request(
      { hostname, port, method, path, headers: { ...length, ...headers }, agent: mayReuse ? agent : false },
      (answer: IncomingMessage) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const type = answer.headers['content-type'] ?? '';
          const text = Buffer.concat(chunks).toString();
          const retryAfter = answer.headers['retry-after'];
          resolve({ status: answer.statusCode ?? 0, type, text, retryAfter, ms: performance.now() - startedAt });
        });
      },
    );
    sent.on('upgrade', (_answer, socket) => {
      socket.destroy();
      resolve({ status: 101, type: '', text: '', ms: performance.now() - startedAt });
    });
    sent.setTimeout(HANG_MS, () => sent.destroy(new Error(`No answer within ${HANG_MS} ms`)));
    sent.on('error', reject);
    sent.end(bytes);
  });
}

/** Closes the connections that are kept for the next request. */
export function endExchanges(): void {
  agent.destroy();
}

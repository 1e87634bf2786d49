import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 25;
const PATHS = ['history?pageSize=5', 'active', 'stats?refresh=true', 'schedules', 'batches', 'health'];

/** Calls several paths of the server without a break, and notes what no client should ever see. */
export class ApiProbe {
  readonly #url: string;
  readonly #token: string;
  #isOver = false;
  readonly #calling: Promise<void>;
  /** How often each status was answered. */
  readonly answers: Record<number, number> = {};
  /** Answers that neither serve nor contain when to retry, and requests without an answer. */
  readonly wrong: string[] = [];

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
    this.#calling = this.#callRepeatedly();
  }

  /** How often the server answered that it is not available. */
  get refused(): number {
    return this.answers[503] ?? 0;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#calling;
  }

  async #callRepeatedly(): Promise<void> {
    for (let at = 0; !this.#isOver; at++) {
      const path = PATHS[at % PATHS.length] ?? '';
      await this.#read(path).catch((error) => this.wrong.push(`${path}: ${error}`));
      await delay(PAUSE_MS);
    }
  }

  async #read(path: string): Promise<void> {
    const answer = await fetch(`${this.#url}/api/admin/jobs/${path}`, {
      headers: { authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    this.answers[answer.status] = (this.answers[answer.status] ?? 0) + 1;
    const isSent = answer.status === 200;
    const isDeferred = answer.status === 503 && answer.headers.has('retry-after');
    if (!isSent && !isDeferred) this.wrong.push(`${path}: ${answer.status} ${text.slice(0, 200)}`);
  }
}

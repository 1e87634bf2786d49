import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const RETRY_MS = 50;
const GIVE_UP_MS = 120_000;
/** What a database or server that is away looks like; anything else is an answer. */
const AWAY = [429, 502, 503, 504];

/** Queues runs over the API as a careful program does: with a key for each, sent again until it is answered. */
export class Enqueuer {
  /** The run that each request was acknowledged with, by the request's key. */
  readonly acknowledged = new Map<string, string>();
  /** Requests that had to be sent more than once. */
  repeated = 0;
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Returns the run's id once the server acknowledged it. */
  async enqueue(jobName: string, parameters: Record<string, unknown>): Promise<string> {
    const key = randomUUID();
    const deadline = performance.now() + GIVE_UP_MS;
    for (let sent = 1; ; sent++) {
      const answer = await this.#send(key, { jobName, parameters });
      if (answer?.status === 201) {
        const { jobRunId } = (await answer.json()) as { jobRunId: string };
        this.acknowledged.set(key, jobRunId);
        if (sent > 1) this.repeated += 1;
        return jobRunId;
      }
      if (answer && !AWAY.includes(answer.status)) {
        throw new Error(`Enqueuing was answered ${answer.status}: ${await answer.text()}`);
      }
      if (performance.now() > deadline) throw new Error('Nobody acknowledged a run for two minutes');
      await delay(RETRY_MS);
    }
  }

  /** Undefined when no answer came. */
  async #send(key: string, body: object): Promise<Response | undefined> {
    try {
      return await fetch(`${this.#url}/api/admin/jobs/enqueue`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(40_000),
      });
    } catch {
      return undefined;
    }
  }
}

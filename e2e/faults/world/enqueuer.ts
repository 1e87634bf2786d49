import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '@job-manager/engine/store/sql';
import { limits } from '@job-manager/shared/limits';
import { createClient, type JobClient, type RunRequest } from '../../../backend/client/src/index.js';

const RETRY_MS = 50;
const GIVE_UP_MS = 120_000;
/** What a database or server that is away looks like; anything else is an answer. */
const AWAY = [429, 502, 503, 504];

/**
 * Queues runs as careful programs do: over the API with a key for each, sent again until it is answered, or many at
 * once through the client.
 */
export class Enqueuer {
  /** The run that each request was acknowledged with, by the request's key. */
  readonly acknowledged = new Map<string, string>();
  /** Requests that had to be sent more than once. */
  repeated = 0;
  /** How often the server answered that it is not available. */
  refused = 0;
  readonly #url: string;
  readonly #token: string;
  readonly #client: JobClient;

  constructor(url: string, token: string, sql: Sql) {
    this.#url = url;
    this.#token = token;
    this.#client = createClient({ sql });
  }

  /** Queues them in as few statements as may be, for tests in which the database is always there. Returns their ids. */
  async enqueueMany(requests: RunRequest[]): Promise<string[]> {
    const ids: string[] = [];
    for (let from = 0; from < requests.length; from += limits.batchRuns) {
      const queued = await this.#client.enqueueMany(requests.slice(from, from + limits.batchRuns));
      for (const { jobRunId } of queued) this.acknowledged.set(randomUUID(), jobRunId);
      ids.push(...queued.map(({ jobRunId }) => jobRunId));
    }
    return ids;
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
      if (answer?.status === 503) this.refused += 1;
      if (answer && (!AWAY.includes(answer.status) || !hasRetryAfter(answer))) {
        throw new Error(`Enqueuing was answered ${answer.status}: ${await answer.text()}`);
      }
      if (performance.now() > deadline) throw new Error('No run was acknowledged for two minutes');
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

const hasRetryAfter = ({ headers }: Response): boolean => headers.has('retry-after');

import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import type { Attempts } from './attempts.js';
import type { QueueEvents } from './events.js';
import type { HeldRuns } from './held-runs.js';
import type { MessageWriter } from './message-writer.js';
import type { Prefetch } from './prefetch.js';
import type { RunExecution } from './run-execution.js';
import { RELEASE_AFTER_MS } from './slots.js';
import { type ReleaseReason, releaseRuns } from './transitions/release.js';

interface RunReleaserOptions {
  sql: Sql;
  held: HeldRuns;
  events: QueueEvents;
  notifier: Notifier;
  messages: Pick<MessageWriter, 'flush'>;
  attempts: Pick<Attempts, 'forget'>;
  prefetch: Pick<Prefetch, 'released'>;
}

/** Releases held runs. A run whose release is lost is recovered when its lease ends. */
export class RunReleaser {
  readonly #options: RunReleaserOptions;

  constructor(options: RunReleaserOptions) {
    this.#options = options;
  }

  /** Releases runs that never began. Never rejects. */
  async releaseUnbegun(executions: RunExecution[], reason: ReleaseReason): Promise<void> {
    if (executions.length === 0) return;
    const { attempts, notifier, prefetch } = this.#options;
    prefetch.released(RELEASE_AFTER_MS);
    await this.#release(executions, reason);
    for (const execution of executions) attempts.forget(execution);
    notifier.queued();
    notifier.changed();
  }

  /**
   * Releases all runs that are still held, after writing their messages until `deadline` at the latest; returns how
   * many. Never rejects.
   */
  async releaseRest(deadline: Promise<unknown>): Promise<number> {
    const { held, messages, attempts, notifier } = this.#options;
    const executions = held.all();
    if (executions.length === 0) return 0;
    await Promise.race([Promise.all(executions.map(({ run }) => messages.flush(run.leaseToken))), deadline]);
    // Forgotten before the database releases them, or the next heartbeat would report them as lost.
    for (const execution of executions) attempts.forget(execution);
    await this.#release(executions, 'stopped');
    notifier.queued();
    await notifier.flush();
    return executions.length;
  }

  #release(executions: RunExecution[], reason: ReleaseReason): Promise<void> {
    const { sql, events } = this.#options;
    const leases = executions.map(({ run: { id, leaseToken } }) => ({ id, leaseToken }));
    return releaseRuns(sql, leases, reason).catch((error) => {
      events.emit('internalError', { during: 'releasing runs', error });
    });
  }
}

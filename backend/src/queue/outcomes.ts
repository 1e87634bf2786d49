import type { Sql } from '../store/sql.js';
import { Completions } from './completions.js';
import type { QueueEvents } from './events.js';
import type { ExecutionResult, RunExecution } from './executor.js';
import type { Reachability } from './reachability.js';
import { timeOutHeldRun } from './transitions/time-out.js';

/** How an execution ended that is to have an outcome. */
export type ExecutionOutcome = Exclude<ExecutionResult, { status: 'interrupted' }>;

export interface OutcomesOptions {
  sql: Sql;
  events: QueueEvents;
  database: Reachability;
}

/** Records how executions ended; every way out of an execution that ends its run leads through `record`. */
export class Outcomes {
  readonly #options: OutcomesOptions;
  readonly #completions: Completions;

  constructor(options: OutcomesOptions) {
    const { sql, events, database } = options;
    this.#options = options;
    this.#completions = new Completions({
      sql,
      onUnreachable: (error) => database.noteUnreachable('recording outcomes', error),
      onFault: (error) => events.emit('fault', { during: 'recording outcomes', error }),
    });
  }

  /** Resolves once the outcome is recorded, however long the database is away: false when the lease had gone. */
  record(execution: RunExecution, result: ExecutionOutcome): Promise<boolean> {
    return result.isTimeOut ? this.#timeOut(execution, result) : this.#finish(execution, result);
  }

  #finish(execution: RunExecution, result: ExecutionOutcome): Promise<boolean> {
    const { run } = execution;
    return this.#completions.record({
      id: run.id,
      leaseToken: run.leaseToken,
      status: result.status,
      error: result.error,
      errorStack: result.errorStack,
      metadata: result.json,
      metadataTruncated: result.truncated,
      usage: execution.usage,
      ...execution.progressAtEnd(result.status),
    });
  }

  /** The engine's own word on a run, so it leaves a message and an audit entry. */
  async #timeOut(execution: RunExecution, result: ExecutionOutcome): Promise<boolean> {
    const { sql, events, database } = this.#options;
    const remains = { ...result, ...execution.progressAtEnd('FAILED'), usage: execution.usage };
    let isAccepted = false;
    try {
      await database.untilDone('recording a time-out', async () => {
        isAccepted = await timeOutHeldRun(sql, execution.run, remains);
      });
      return isAccepted;
    } catch (error) {
      events.emit('fault', { during: 'recording a time-out', error });
      return this.#finish(execution, result);
    }
  }
}

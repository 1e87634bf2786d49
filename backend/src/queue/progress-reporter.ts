import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import type { ClaimedRun } from './transitions/claim.js';
import { type ProgressReport, writeProgress } from './transitions/progress.js';

/** On the wire at most once in this time per run; the first after a silence goes at once. */
const WIRE_MS = 100;
/** Into the row at most once in this time per run. */
const ROW_MS = 1_000;

interface Pending extends ProgressReport {
  claimNo: number;
  wireAt: number;
  rowAt: number;
  wireDue: boolean;
  rowDue: boolean;
}

/** Carries progress from jobs to screens and rows. However often a job reports, the newest wins and the cost stays flat. */
export class ProgressReporter {
  readonly #sql: Sql;
  readonly #notifier: Notifier;
  readonly #runs = new Map<string, Pending>();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #isWriting = false;
  lastProgressAt: number | null = null;

  constructor(sql: Sql, notifier: Notifier) {
    this.#sql = sql;
    this.#notifier = notifier;
  }

  report(run: ClaimedRun, percent: number | null, message: string | null): void {
    const known = this.#runs.get(run.leaseToken);
    const pending = known ?? newPending(run);
    Object.assign(pending, { percent, message, wireDue: true, rowDue: true });
    if (!known) this.#runs.set(run.leaseToken, pending);
    this.lastProgressAt = performance.now();
    this.#flushAt(Math.min(...dueTimes(pending, !this.#isWriting)));
  }

  /** Forgets an execution that ended; its outcome says the rest. */
  forget(leaseToken: string): void {
    this.#runs.delete(leaseToken);
  }

  #schedule(): void {
    this.#flushAt(Math.min(...[...this.#runs.values()].flatMap((run) => dueTimes(run, !this.#isWriting))));
  }

  /** Unless a flush is due sooner: one that waits for a row must not hold up what is due on the wire. */
  #flushAt(due: number): void {
    if (due >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = due;
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, due - performance.now()));
  }

  #flush(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (const run of this.#runs.values()) {
      if (!run.wireDue || now < run.wireAt + WIRE_MS) continue;
      run.wireDue = false;
      run.wireAt = now;
      this.#notifier.progressed({ id: run.id, claimNo: run.claimNo, percent: run.percent, message: run.message });
    }
    const rows = [...this.#runs.values()].filter((run) => run.rowDue && now >= run.rowAt + ROW_MS);
    if (rows.length > 0 && !this.#isWriting) this.#write(rows, now);
    this.#schedule();
  }

  #write(rows: Pending[], now: number): void {
    for (const row of rows) Object.assign(row, { rowDue: false, rowAt: now });
    this.#isWriting = true;
    writeProgress(this.#sql, rows)
      .then(() => this.#notifier.changed())
      // The next report brings what this one lost.
      .catch(() => {})
      .finally(() => {
        this.#isWriting = false;
        this.#schedule();
      });
  }
}

function newPending(run: ClaimedRun): Pending {
  const { id, leaseToken, claimNo } = run;
  return { id, leaseToken, claimNo, percent: null, message: null, wireAt: 0, rowAt: 0, wireDue: false, rowDue: false };
}

function dueTimes(run: Pending, mayWrite: boolean): number[] {
  return [...(run.wireDue ? [run.wireAt + WIRE_MS] : []), ...(run.rowDue && mayWrite ? [run.rowAt + ROW_MS] : [])];
}

import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import type { Redaction } from './redaction.js';
import type { ProgressState } from './run-progress.js';
import { storableProgress, storableSteps } from './storable.js';
import type { Lease } from './transitions/beat.js';
import type { ClaimedRun } from './transitions/claim.js';
import { type ProgressReport, writeProgress } from './transitions/progress.js';

/** The shortest interval of notifications per run; the first after a longer pause is sent at once. */
const WIRE_MS = 100;
/** The shortest interval of writes to the row per run. */
const ROW_MS = 1_000;

interface ProgressReporterOptions {
  sql: Sql;
  notifier: Pick<Notifier, 'progressed' | 'changed' | 'wroteMessages'>;
  redaction: Redaction;
}

interface Pending extends Lease, ProgressState {
  claimNo: number;
  /** The steps as they stand in the row. */
  written: ProgressState['steps'];
  wireAt: number;
  rowAt: number;
  wireDue: boolean;
  rowDue: boolean;
}

/**
 * Sends progress of jobs to screens and rows. However often a job reports, the newest wins and the cost stays the same.
 */
export class ProgressReporter {
  readonly #options: ProgressReporterOptions;
  readonly #runs = new Map<string, Pending>();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #isWriting = false;
  lastProgressAt: number | null = null;

  constructor(options: ProgressReporterOptions) {
    this.#options = options;
  }

  report(run: ClaimedRun, state: ProgressState): void {
    const known = this.#runs.get(run.leaseToken);
    const pending = known ?? newPending(run);
    pending.percent = state.percent;
    pending.message = state.message;
    pending.steps = state.steps;
    this.lastProgressAt = performance.now();
    // It is sent with the flush that is already due.
    if (pending.wireDue && pending.rowDue) return;
    pending.wireDue = true;
    pending.rowDue = true;
    if (!known) this.#runs.set(run.leaseToken, pending);
    this.#flushAt(Math.min(...dueTimes(pending, !this.#isWriting)));
  }

  /** Removes an execution that ended; its outcome has the final progress. */
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
      const { id, claimNo, percent } = run;
      this.#options.notifier.progressed({ id, claimNo, percent, message: this.#redacted(run.message) });
    }
    const rows = [...this.#runs.values()].filter((run) => run.rowDue && now >= run.rowAt + ROW_MS);
    if (rows.length > 0 && !this.#isWriting) void this.#write(rows, now);
    this.#schedule();
  }

  /** Never rejects: what could not be written is written with the next. */
  async #write(rows: Pending[], now: number): Promise<void> {
    for (const row of rows) Object.assign(row, { rowDue: false, rowAt: now });
    this.#isWriting = true;
    const reports = rows.map((row) => ({ row, steps: row.steps, report: this.#reportOf(row) }));
    const sent = reports.map(({ report }) => report);
    const written = await writeProgress(this.#options.sql, sent).catch(() => new Set<string>());
    for (const { row, steps, report } of reports) {
      // Lost, or skipped because the row was locked.
      row.rowDue ||= !written.has(row.leaseToken);
      if (report.steps === null || !written.has(row.leaseToken)) continue;
      row.written = steps;
      this.#options.notifier.wroteMessages(row.id);
    }
    this.#options.notifier.changed();
    this.#isWriting = false;
    this.#schedule();
  }

  #reportOf({ id, leaseToken, percent, message, steps, written }: Pending): ProgressReport {
    const changed = steps === null || steps === written ? null : storableSteps(steps, this.#options.redaction);
    return { id, leaseToken, percent, message: this.#redacted(message), steps: changed };
  }

  #redacted(text: string | null): string | null {
    return text && storableProgress(text, this.#options.redaction);
  }
}

function newPending(run: ClaimedRun): Pending {
  const { id, leaseToken, claimNo } = run;
  const state = { percent: null, message: null, steps: null, written: null };
  return { id, leaseToken, claimNo, ...state, wireAt: 0, rowAt: 0, wireDue: false, rowDue: false };
}

function dueTimes(run: Pending, mayWrite: boolean): number[] {
  return [...(run.wireDue ? [run.wireAt + WIRE_MS] : []), ...(run.rowDue && mayWrite ? [run.rowAt + ROW_MS] : [])];
}

import { writeSync } from 'node:fs';
import type { Execution } from '../executor.js';
import type { ProgressState } from '../run-progress.js';
import { type ChildReport, REPORTS_FD } from './wire.js';

/** Progress and metadata are sent at most once in this time: the newest wins. */
const MIN_INTERVAL_MS = 100;

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Sends a report to the runner; returns when it is written to the pipe, so that a later crash can't lose it. */
export function sendReport(report: ChildReport): void {
  const bytes = Buffer.from(`${JSON.stringify(report)}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(REPORTS_FD, bytes, written);
    } catch (error) {
      // Without a runner this process is of no use.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') process.exit(1);
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

/** Sends the progress and metadata of a run, however often that changes. */
export class RunReports {
  readonly #execution: () => Execution;
  #state: ProgressState | undefined;
  #sentSteps: ProgressState['steps'] = null;
  #hasMetadata = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(execution: () => Execution) {
    this.#execution = execution;
  }

  progress(state: ProgressState): void {
    this.#state = state;
    this.#sendSoon();
  }

  metadata(): void {
    this.#hasMetadata = true;
    this.#sendSoon();
  }

  /** Sends now what is still to be sent. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = performance.now();
    if (this.#state) this.#sendProgress(this.#state);
    if (this.#hasMetadata) sendReport({ type: 'metadata', ...this.#execution().output.metadataSoFar() });
    this.#hasMetadata = false;
  }

  #sendSoon(): void {
    const waitMs = this.#sentAt + MIN_INTERVAL_MS - performance.now();
    if (waitMs <= 0) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), waitMs);
  }

  #sendProgress({ percent, message, steps }: ProgressState): void {
    const isSame = steps === this.#sentSteps;
    sendReport({ type: 'progress', percent, message, ...(!isSame && { steps: steps && [...steps] }) });
    this.#sentSteps = steps;
    this.#state = undefined;
  }
}

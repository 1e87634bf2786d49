import type { AttemptUsage } from '@job-manager/shared/contract/message';

/** Where nobody measures. */
/** Milliseconds of microseconds, as far as the database's integers go: 24 days of a processor. */
export const cpuMsOf = (microseconds: number): number => Math.min(Math.round(microseconds / 1_000), 2_147_483_647);

export const notMeasured: AttemptUsage = { childPid: null, cpuMs: null, peakMemoryBytes: null, maxLoopLagMs: null };

/** Measures what attempts take. */
export interface Meter {
  begin(): Measurement;
}

/** What one attempt takes, from its begin on. */
export interface Measurement {
  read(): AttemptUsage;
  /** What is read from now on stands as it was now. */
  end(): void;
}

const SAMPLE_MS = 100;

interface Sampled {
  beganAt: number;
  peakMemoryBytes: number;
  maxLoopLagMs: number;
}

/**
 * Measures the attempts that run in this process, all with one timer: however many there are, the cost is a look
 * at the process ten times a second. What they take can't be told apart, so each is told what the whole process
 * took while it ran.
 */
export class ProcessMeter implements Meter {
  readonly #measured = new Set<Sampled>();
  #timer: NodeJS.Timeout | undefined;
  #sampledAt = 0;
  #memoryBytes = 0;

  begin(): Measurement {
    this.#timer ??= this.#start();
    const sampled: Sampled = { beganAt: performance.now(), peakMemoryBytes: this.#memoryBytes, maxLoopLagMs: 0 };
    this.#measured.add(sampled);
    const before = process.cpuUsage();
    let ended: AttemptUsage | undefined;
    const read = (): AttemptUsage => {
      const { user, system } = process.cpuUsage(before);
      const { peakMemoryBytes, maxLoopLagMs } = sampled;
      const cpuMs = cpuMsOf(user + system);
      return { childPid: null, cpuMs, peakMemoryBytes, maxLoopLagMs: Math.round(maxLoopLagMs) };
    };
    return {
      read: () => ended ?? read(),
      end: () => {
        // The loop stood still since the last sample, and the attempt ends before the next.
        if (this.#lagSince(sampled.beganAt) > 0) this.#sample();
        ended ??= read();
        this.#measured.delete(sampled);
      },
    };
  }

  #start(): NodeJS.Timeout {
    this.#sampledAt = performance.now();
    this.#memoryBytes = process.memoryUsage.rss();
    return setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  #sample(): void {
    if (this.#measured.size === 0) {
      this.#pause();
      return;
    }
    this.#memoryBytes = process.memoryUsage.rss();
    for (const sampled of this.#measured) {
      sampled.maxLoopLagMs = Math.max(sampled.maxLoopLagMs, this.#lagSince(sampled.beganAt));
      sampled.peakMemoryBytes = Math.max(sampled.peakMemoryBytes, this.#memoryBytes);
    }
    this.#sampledAt = performance.now();
  }

  /** An idle runner isn't woken for nothing. */
  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** How late the next sample is; what was before an attempt isn't its own. */
  #lagSince(beganAt: number): number {
    return Math.max(0, performance.now() - Math.max(this.#sampledAt, beganAt) - SAMPLE_MS);
  }
}

import type { AttemptUsage } from '@job-manager/shared/contract/message';

/** Milliseconds of microseconds, as far as the database's integers go: 24 days of a processor. */
export const cpuMsOf = (microseconds: number): number => Math.min(Math.round(microseconds / 1_000), 2_147_483_647);

/** Where nothing is measured. */
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
/** The shortest interval of reading the processor time: there may be thousands of short jobs. */
const LOOK_MS = 10;

/**
 * Measures the attempts that run in this process with one timer: however many there are, the cost is ten samples a
 * second. Their shares can't be separated, so each gets what the whole process took while it ran.
 */
export class ProcessMeter implements Meter {
  readonly #measured = new Set<Sampled>();
  #timer: NodeJS.Timeout | undefined;
  #sampledAt = 0;
  #memoryBytes = 0;
  #cpuMicros = 0;
  #cpuAt = Number.NEGATIVE_INFINITY;

  begin(): Measurement {
    this.#timer ??= this.#start();
    const sampled = new Sampled(this, this.#memoryBytes);
    this.#measured.add(sampled);
    return sampled;
  }

  /** Takes it out; the loop may have stood still since the last sample, and the attempt ends before the next. */
  end(sampled: Sampled): void {
    if (this.#lagSince(sampled.beganAt) > 0) this.#sample();
    this.#measured.delete(sampled);
  }

  /** CPU time of the process in microseconds. */
  cpuMicros(): number {
    const now = performance.now();
    if (now - this.#cpuAt >= LOOK_MS) {
      const { user, system } = process.cpuUsage();
      this.#cpuAt = now;
      this.#cpuMicros = user + system;
    }
    return this.#cpuMicros;
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
    for (const sampled of this.#measured) sampled.sample(this.#memoryBytes, this.#lagSince(sampled.beganAt));
    this.#sampledAt = performance.now();
  }

  /** An idle runner has no timer. */
  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** How late the next sample is; what was before an attempt isn't its own. */
  #lagSince(beganAt: number): number {
    return Math.max(0, performance.now() - Math.max(this.#sampledAt, beganAt) - SAMPLE_MS);
  }
}

/** One attempt among those that run in this process. */
class Sampled implements Measurement {
  readonly beganAt = performance.now();
  readonly #meter: ProcessMeter;
  readonly #cpuBefore: number;
  #peakMemoryBytes: number;
  #maxLoopLagMs = 0;
  #ended: AttemptUsage | undefined;

  constructor(meter: ProcessMeter, memoryBytes: number) {
    this.#meter = meter;
    this.#cpuBefore = meter.cpuMicros();
    this.#peakMemoryBytes = memoryBytes;
  }

  sample(memoryBytes: number, lagMs: number): void {
    this.#maxLoopLagMs = Math.max(this.#maxLoopLagMs, lagMs);
    this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, memoryBytes);
  }

  read(): AttemptUsage {
    return this.#ended ?? this.#read();
  }

  end(): void {
    if (this.#ended) return;
    this.#meter.end(this);
    this.#ended = this.#read();
  }

  #read(): AttemptUsage {
    const cpuMs = cpuMsOf(this.#meter.cpuMicros() - this.#cpuBefore);
    return {
      childPid: null,
      cpuMs,
      peakMemoryBytes: this.#peakMemoryBytes,
      maxLoopLagMs: Math.round(this.#maxLoopLagMs),
    };
  }
}

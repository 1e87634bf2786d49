import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { AttemptUsage } from '@job-manager/shared/contract/message';
import { cpuMsOf, type Measurement, type Meter } from '../meter.js';
import { SAMPLES_FD } from './wire.js';

/** What this process and its measuring thread share. */
export interface MeterThreadData {
  /** The number of the run that is measured; 0 between runs. */
  control: Int32Array;
  /**
   * 0: when the event loop is expected to turn at the latest, on the clock of `hrtime`; 1: the longest it was late
   * since the run began; 2: the CPU time of the process when it began; 3: the most memory since. Milliseconds and bytes.
   */
  figures: Float64Array;
  samplesFd: number;
  canReadPeak: boolean;
}

/** The event loop turns at least so often while a run goes on, to be seen to be late. */
const TURN_MS = 20;

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Measures the one run in this process, with a thread that reports to the runner meanwhile. */
export class ChildMeter {
  readonly #control = new Int32Array(new SharedArrayBuffer(4));
  readonly #figures = new Float64Array(new SharedArrayBuffer(32));
  readonly #canReadPeak = forgetPeak();

  constructor() {
    const workerData: MeterThreadData = {
      control: this.#control,
      figures: this.#figures,
      samplesFd: SAMPLES_FD,
      canReadPeak: this.#canReadPeak,
    };
    new Worker(new URL('./meter-thread.mjs', import.meta.url), { workerData, execArgv: [] }).unref();
  }

  of(runNo: number): Meter {
    return { begin: () => this.#begin(runNo) };
  }

  #begin(runNo: number): Measurement {
    if (this.#canReadPeak) forgetPeak();
    const before = process.cpuUsage();
    this.#figures.set([nowMs() + TURN_MS, 0, (before.user + before.system) / 1_000, process.memoryUsage.rss()]);
    this.#setRun(runNo);
    const timer = setInterval(() => this.#turn(), TURN_MS);
    let ended: AttemptUsage | undefined;
    const read = () => this.#read(before);
    return {
      read: () => ended ?? read(),
      end: () => {
        ended ??= read();
        clearInterval(timer);
        this.#setRun(0);
      },
    };
  }

  #setRun(runNo: number): void {
    Atomics.store(this.#control, 0, runNo);
    Atomics.notify(this.#control, 0);
  }

  #turn(): void {
    const now = nowMs();
    this.#figures[1] = Math.max(this.#lagMs, now - this.#expectedAt);
    this.#figures[0] = now + TURN_MS;
  }

  get #expectedAt(): number {
    return this.#figures[0] ?? 0;
  }

  get #lagMs(): number {
    return this.#figures[1] ?? 0;
  }

  #read(before: NodeJS.CpuUsage): AttemptUsage {
    const { user, system } = process.cpuUsage(before);
    const memoryBytes = process.memoryUsage.rss();
    return {
      childPid: process.pid,
      cpuMs: cpuMsOf(user + system),
      peakMemoryBytes: Math.max(this.#figures[3] ?? 0, memoryBytes, this.#canReadPeak ? readPeak() : 0),
      maxLoopLagMs: Math.round(Math.max(this.#lagMs, nowMs() - this.#expectedAt)),
    };
  }
}

/** Lets the system note the most memory of this process anew. False where it doesn't: only Linux does. */
function forgetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return readPeak() > 0;
  } catch {
    return false;
  }
}

function readPeak(): number {
  const found = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'));
  return found ? Number(found[1]) * 1024 : 0;
}

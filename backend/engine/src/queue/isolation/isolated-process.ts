import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { programAt, typescriptArgs } from '../../typescript-loader.js';
import type { Redaction } from '../redaction.js';
import type { StopReason } from '../run-execution.js';
import type { ClaimedRun } from '../transitions/claim.js';
import { ChildOutput, type OutputStream } from './child-output.js';
import { readLines } from './lines.js';
import { describeEnd, type ProcessExit } from './process-exit.js';
import { type ChildSample, parseSample } from './samples.js';
import {
  type ChildOrder,
  type ChildReport,
  type ChildSetup,
  childReport,
  MAX_REPORT_CHARS,
  REPORTS_FD,
  SAMPLES_FD,
} from './wire.js';

const PROGRAM = programAt(new URL('./child.ts', import.meta.url));
/** Makes it ignore stop signals while it starts. */
const DEAF = fileURLToPath(new URL('./ignore-stop-signals.cjs', import.meta.url));
/** Loading the jobs takes a second or two; a module that takes longer than this hangs. */
const BOOT_MS = 60_000;
/** A process that closes its services has ended by then, unless it hangs. */
const CLOSE_MS = 2_000;
/** The last output of a process arrives within this time after its end, unless a child of it keeps the pipe open. */
const LAST_OUTPUT_MS = 500;

export type RunEnd = Extract<ChildReport, { type: 'ended' }> | ProcessExit;

/** What a run reports through its process, as it comes. */
export interface RunListener {
  onReport(report: Extract<ChildReport, { type: 'line' | 'progress' | 'metadata' }>): void;
  /** It has received the stop request. */
  onStopping(): void;
  onSample(sample: ChildSample): void;
}

export interface IsolatedProcessOptions {
  setup: ChildSetup;
  redaction: Redaction;
  /** A line it wrote to a standard stream; `run` is the one that goes on, if any. */
  onOutput(line: { childPid: number; stream: OutputStream; text: string; run: ClaimedRun | undefined }): void;
}

interface CurrentRun {
  run: ClaimedRun;
  runNo: number;
  listener: RunListener;
  end(end: RunEnd): void;
}

/** The process ended before it was ready for a run. */
export class NotStartedError extends Error {
  /** A signal from outside stopped it, or the group it is in. */
  readonly isByStopSignal: boolean;

  constructor(exit: ProcessExit) {
    super(describeEnd(exit));
    const { signal, problem } = exit;
    this.isByStopSignal = problem === null && signal !== null && STOP_SIGNALS.includes(signal);
  }
}

const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A process that executes isolated runs, one at a time, seen from its runner. */
export class IsolatedProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #output: ChildOutput;
  /** Never rejects. */
  readonly exited: Promise<ProcessExit>;
  #current: CurrentRun | undefined;
  #onReady: (() => void)[] = [];
  #problem: string | null = null;
  #isReady = false;
  /** The jobs that it has, once it is ready. */
  jobNames: string[] = [];
  /** How many runs it has begun. */
  runs = 0;
  /** When it last waited for a run, and when it first did. */
  memoryBytes = 0;
  firstMemoryBytes = 0;
  /** Something was thrown in it and not caught. */
  isTainted = false;

  constructor(options: IsolatedProcessOptions) {
    const child = fork(PROGRAM, {
      execArgv: ['--require', DEAF, ...typescriptArgs],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.pid = child.pid ?? 0;
    const stdout = pipeOf(child, 1);
    const stderr = pipeOf(child, 2);
    const reports = pipeOf(child, REPORTS_FD);
    const samples = pipeOf(child, SAMPLES_FD);
    this.#output = new ChildOutput(
      { stdout, stderr },
      {
        redaction: options.redaction,
        onLine: (stream, text) => options.onOutput({ childPid: this.pid, stream, text, run: this.#current?.run }),
      },
    );
    readLines(reports, MAX_REPORT_CHARS, (line) => this.#onReportLine(line));
    readLines(samples, 200, (line) => this.#onSampleLine(line));
    this.exited = this.#untilExit([reports, samples, stderr]);
    this.#order({ type: 'setUp', setup: options.setup });
  }

  /** It has ended, though its last output may still be on its way. */
  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until it can take a run. Throws with the reason when it never will. */
  async ready(): Promise<void> {
    if (this.#isReady) return;
    const booted = new Promise<'ready'>((resolve) => this.#onReady.push(() => resolve('ready')));
    const timer = setTimeout(() => this.#break(`it was not ready for a run within ${BOOT_MS / 1_000} s`), BOOT_MS);
    const exit = await Promise.race([booted, this.exited]);
    clearTimeout(timer);
    if (exit !== 'ready') throw new NotStartedError(exit);
  }

  /** Executes a run; it must be ready. Resolves when the run or the process has ended. */
  async execute(run: ClaimedRun, listener: RunListener): Promise<RunEnd> {
    this.runs += 1;
    this.#isReady = false;
    this.#output.beginRun();
    const { leaseToken: _, ...ordered } = run;
    const ended = new Promise<RunEnd>((end) => {
      this.#current = { run, runNo: this.runs, listener, end };
    });
    this.#order({ type: 'run', runNo: this.runs, run: ordered });
    const end = await Promise.race([ended, this.exited]);
    this.#current = undefined;
    return end;
  }

  stop(reason: StopReason): void {
    this.#order({ type: 'stop', reason });
  }

  /** Ends it in any state; a process that waits for a run closes its services first. Resolves when it has ended. */
  async kill(): Promise<void> {
    if (this.#isReady && this.#child.connected) {
      this.#child.disconnect();
      await Promise.race([this.exited, delay(CLOSE_MS, undefined, { ref: false })]);
    }
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #order(order: ChildOrder): void {
    // An error of the channel also ends the process.
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  #onReportLine(line: string): void {
    const report = parseReport(line);
    if (!report) this.#break('it reported something that makes no sense');
    else if (report.type === 'loaded') this.jobNames = report.jobNames;
    else if (report.type === 'ready') this.#noteReady(report.memoryBytes);
    else if (report.type === 'unusable') this.#break(report.error);
    else if (report.type === 'ended') {
      this.isTainted ||= report.isTainted;
      this.#current?.end(report);
    } else if (report.type === 'stopping') {
      // The run before may have been notified, too late.
      if (report.runNo === this.#current?.runNo) this.#current.listener.onStopping();
    } else this.#current?.listener.onReport(report);
  }

  #onSampleLine(line: string): void {
    const sample = parseSample(line);
    if (sample && sample.runNo === this.#current?.runNo) this.#current.listener.onSample(sample);
  }

  #noteReady(memoryBytes: number): void {
    this.memoryBytes = memoryBytes;
    this.firstMemoryBytes ||= memoryBytes;
    this.#isReady = true;
    for (const resolve of this.#onReady.splice(0)) resolve();
  }

  #break(problem: string): void {
    this.#problem ??= problem;
    this.#child.kill('SIGKILL');
  }

  async #untilExit(streams: Readable[]): Promise<ProcessExit> {
    const ends = Promise.all(streams.map((stream) => new Promise((resolve) => stream.once('close', resolve))));
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      this.#child.once('exit', (...how) => resolve(how));
      this.#child.once('error', (error) => {
        this.#problem ??= error.message;
        if (this.pid === 0) resolve([null, null]);
      });
    });
    // Its last reports are still on their way.
    await Promise.race([ends, delay(LAST_OUTPUT_MS, undefined, { ref: false })]);
    return { type: 'exited', code, signal, output: this.#output.lastErrors, problem: this.#problem };
  }
}

/** Opened by `fork` as requested, whatever its type has. */
const pipeOf = (child: ChildProcess, fd: number) => child.stdio[fd] as Readable;

function parseReport(line: string): ChildReport | undefined {
  try {
    return childReport.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

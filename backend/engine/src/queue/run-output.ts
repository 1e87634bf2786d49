import { jsonForm } from '@job-manager/client/json-value';
import type { MessageLevel } from '@job-manager/shared/message';
import type { TerminalStatus } from '@job-manager/shared/run';
import type { QueueEvents } from './events.js';
import type { JobLog } from './job.js';
import { type MessageLine, messageFirst, messageLine } from './message-line.js';
import type { Redaction } from './redaction.js';
import { type ProgressState, RunProgress } from './run-progress.js';
import { type StorableMetadata, storableMetadata } from './storable.js';
import type { ClaimedRun } from './transitions/claim.js';
import type { LastProgress } from './transitions/finish.js';

export interface RunOutputOptions {
  events: QueueEvents;
  redaction: Redaction;
  onMessage(run: ClaimedRun, line: MessageLine): void;
  onProgress(run: ClaimedRun, state: ProgressState): void;
  /** There is metadata that the last read of it didn't have. */
  onMetadata?(): void;
}

/** What the code of a run reports: lines, progress and metadata. Most short jobs report nothing, so it is made at the first of them. */
export class RunOutput {
  readonly #run: ClaimedRun;
  readonly #options: RunOutputOptions;
  readonly #startedAt: number;
  #metadata: Record<string, unknown> | undefined;
  #progress: RunProgress | undefined;
  #log: JobLog | undefined;
  #isClosed = false;

  /** `startedAt` is when the execution began, by the process's own clock. */
  constructor(run: ClaimedRun, options: RunOutputOptions, startedAt: number) {
    this.#run = run;
    this.#options = options;
    this.#startedAt = startedAt;
  }

  /** The execution is over: later lines, progress and metadata only go to the log. */
  close(): void {
    this.#isClosed = true;
  }

  get log(): JobLog {
    this.#log ??= {
      info: (...given: unknown[]) => this.#write('info', given),
      warn: (...given: unknown[]) => this.#write('warn', given),
      error: (...given: unknown[]) => this.#write('error', given),
    };
    return this.#log;
  }

  get progress(): RunProgress {
    this.#progress ??= new RunProgress(
      (state) => {
        if (!this.#isClosed) this.#options.onProgress(this.#run, state);
      },
      this.#options.redaction,
      (mistake) => this.log.warn(mistake),
      this.#startedAt,
    );
    return this.#progress;
  }

  /** How far the run came, as it is kept once it has ended so. */
  progressAtEnd(status: TerminalStatus): LastProgress {
    return this.#progress?.atEnd(status, this.#options.redaction) ?? NO_PROGRESS;
  }

  /** Throws TypeError for what is no record. */
  setMetadata(values: Record<string, unknown>): void {
    const form = jsonForm(values, 'metadata');
    if (typeof form === 'string' || typeof form === 'number' || Array.isArray(form))
      throw new TypeError(
        `ctx.setMetadata takes names with values, not a ${Array.isArray(form) ? 'list' : typeof form}`,
      );
    this.#addMetadata(form);
    if (!this.#isClosed) this.#options.onMetadata?.();
  }

  /** Keeps what a job returned: a record as metadata, anything else as its `result`. Throws NotJsonError. */
  keepReturned(returned: unknown): void {
    const form = ArrayBuffer.isView(returned) ? returned : jsonForm(returned, 'result');
    const isRecord = typeof form === 'object' && form !== null && !Array.isArray(form);
    this.#addMetadata(isRecord && !ArrayBuffer.isView(form) ? form : { result: form });
  }

  /** Keeps what `summary` makes of the metadata as the last message. What it throws fails no run: the work is done. */
  summarize(summary: (metadata: Record<string, unknown>) => string): void {
    try {
      this.progress.summarize(String(summary({ ...this.#metadata })));
    } catch (error) {
      this.log.warn('The summary of the job could not be made', { error: String(error) });
    }
  }

  /** Metadata as it can be stored. Throws where it can't be. */
  storable(): StorableMetadata {
    return this.#metadata ? storableMetadata(this.#metadata, this.#options.redaction) : NO_METADATA;
  }

  /** The same, but none where it can't be stored. */
  metadataSoFar(): StorableMetadata {
    try {
      return this.storable();
    } catch {
      return { json: null, truncated: true };
    }
  }

  /** Without a prototype: a key `__proto__` is one like any other. */
  #addMetadata(values: unknown): void {
    this.#metadata ??= Object.create(null) as Record<string, unknown>;
    Object.assign(this.#metadata, values);
  }

  #write(level: keyof JobLog, given: unknown[]): void {
    const { events, redaction, onMessage } = this.#options;
    const { id: runId, jobName } = this.#run;
    const [message, data] = messageFirst(given);
    const line = messageLine(LEVELS[level], message, data, redaction);
    const logged = line.data === null ? undefined : JSON.parse(line.data);
    events.emit('runLogged', { runId, jobName, level, message: line.message, data: logged });
    if (!this.#isClosed) onMessage(this.#run, line);
  }
}

export const NO_METADATA: StorableMetadata = { json: null, truncated: false };
export const NO_PROGRESS: LastProgress = { progressPercent: null, progressMessage: null, steps: null };

const LEVELS = { info: 'INFO', warn: 'WARN', error: 'ERROR' } as const satisfies Record<string, MessageLevel>;

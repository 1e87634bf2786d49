import { type MessageLevel, messageLevels } from '@job-manager/shared/message';
import type { MessageLine } from './message-line.js';
import type { Lease } from './transitions/beat.js';
import type { MessageBatch } from './transitions/write-messages.js';

/** Characters that wait to be written, at most: a hundred thousand usual lines, or a few thousand of the longest. */
const MAX_WAITING_CHARS = 32 * 1024 * 1024;
/** What a line takes beside its text. */
const LINE_CHARS = 100;
/** In one statement. */
const MAX_LINES = 2_000;
const MAX_CHARS = 2 * 1024 * 1024;

interface Waiting extends Lease {
  lines: MessageLine[];
  chars: number;
  lost: Record<MessageLevel, number>;
}

/** Lines that wait to be written, by run and in their order, within a bounded memory. */
export class MessageBuffer {
  /** By lease token; in the order in which runs are served. */
  readonly #runs = new Map<string, Waiting>();
  /** Tokens of the runs whose lines are being written. */
  readonly #taken = new Set<string>();
  readonly #most: number;
  #chars = 0;
  #preferred: string | undefined;
  lines = 0;

  constructor(maxChars = MAX_WAITING_CHARS) {
    this.#most = maxChars;
  }

  add({ id, leaseToken }: Lease, line: MessageLine): void {
    const run = this.#runs.get(leaseToken) ?? {
      id,
      leaseToken,
      lines: [],
      chars: 0,
      lost: { INFO: 0, WARN: 0, ERROR: 0 },
    };
    this.#runs.set(leaseToken, run);
    run.lines.push(line);
    this.#count(run, 1, sizeOf(line));
    if (this.#chars > this.#most) this.#makeRoom();
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** Whether lines of this run wait, or are being written. */
  has(leaseToken: string): boolean {
    return this.#runs.has(leaseToken) || this.#taken.has(leaseToken);
  }

  /** Serves this run first. */
  prefer(leaseToken: string): void {
    this.#preferred = leaseToken;
  }

  /** Takes what one statement carries; until `settle`, it counts as being written. */
  take(): Omit<MessageBatch, 'callKey'>[] {
    const batches: Omit<MessageBatch, 'callKey'>[] = [];
    const room = { lines: MAX_LINES, chars: MAX_CHARS };
    for (const run of this.#inOrder()) {
      if (room.lines <= 0 || room.chars <= 0) break;
      batches.push({ id: run.id, leaseToken: run.leaseToken, lost: run.lost, lines: this.#takeLines(run, room) });
      this.#taken.add(run.leaseToken);
      this.#runs.delete(run.leaseToken);
      // After the others, so that a run with many lines never holds them up.
      if (run.lines.length > 0) this.#runs.set(run.leaseToken, { ...run, lost: { INFO: 0, WARN: 0, ERROR: 0 } });
    }
    return batches;
  }

  settle(): void {
    this.#taken.clear();
  }

  forget(leaseToken: string): void {
    const run = this.#runs.get(leaseToken);
    if (run) this.#count(run, -run.lines.length, -run.chars);
    this.#runs.delete(leaseToken);
  }

  clear(): void {
    for (const leaseToken of [...this.#runs.keys()]) this.forget(leaseToken);
  }

  #inOrder(): Waiting[] {
    const runs = [...this.#runs.values()];
    const first = runs.filter(({ leaseToken }) => leaseToken === this.#preferred);
    return [...first, ...runs.filter(({ leaseToken }) => leaseToken !== this.#preferred)];
  }

  #takeLines(run: Waiting, room: { lines: number; chars: number }): MessageLine[] {
    let count = 0;
    let chars = 0;
    for (const line of run.lines) {
      if (count >= room.lines || chars >= room.chars) break;
      count += 1;
      chars += sizeOf(line);
    }
    this.#count(run, -count, -chars);
    room.lines -= count;
    room.chars -= chars;
    return run.lines.splice(0, count);
  }

  /** Drops the oldest of the least severe lines of the run with the most, a tenth of all that may wait at once. */
  #makeRoom(): void {
    let surplus = this.#most / 10;
    const largest = [...this.#runs.values()].reduce((most, run) => (run.chars > most.chars ? run : most));
    for (const level of messageLevels) {
      if (surplus <= 0) return;
      largest.lines = largest.lines.filter((line) => {
        if (line.level !== level || surplus <= 0) return true;
        surplus -= sizeOf(line);
        largest.lost[level] += 1;
        this.#count(largest, -1, -sizeOf(line));
        return false;
      });
    }
  }

  #count(run: Waiting, lines: number, chars: number): void {
    run.chars += chars;
    this.#chars += chars;
    this.lines += lines;
  }
}

const sizeOf = ({ message, data }: MessageLine): number => LINE_CHARS + message.length + (data?.length ?? 0);

import type { TerminalStatus } from '@job-manager/shared/run';
import { escapeControls, printableJson } from '@job-manager/shared/terminal-text';
import pc from 'picocolors';

interface RunStart {
  runId: string;
  jobName: string;
  parameters: Record<string, unknown>;
}

export interface RunEnd {
  runId: string;
  status: TerminalStatus | 'LOST' | 'SNOOZED';
  error: string | null;
  metadata: unknown;
}

/** Reports to a person or a program how a run goes: what it produced to `out`, all else to `err`. */
export interface Report {
  queued(run: RunStart): void;
  started(run: RunStart): void;
  /** Percent 0 to 100; called as often as the job likes. */
  progress(percent: number | null, message: string | null): void;
  log(level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>): void;
  note(text: string): void;
  ended(run: RunEnd): void;
}

export interface ReportStreams {
  out: Pick<NodeJS.WriteStream, 'write'>;
  err: Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number };
  /** Milliseconds, from any start. */
  now(): number;
}

const REDRAW_MS = 100;
const PLAIN_EVERY_MS = 2_000;
const BAR_CELLS = 24;

/** Lines of JSON for programs; a progress bar on a terminal, plain lines elsewhere. */
export function createReport(streams: ReportStreams, { json }: { json: boolean }): Report {
  if (json) return jsonReport(streams);
  return streams.err.isTTY ? terminalReport(streams) : plainReport(streams);
}

function jsonReport({ out, now }: ReportStreams): Report {
  const startedAt = now();
  const write = (type: string, data: object) => {
    out.write(`${printableJson({ type, afterMs: Math.round(now() - startedAt), ...data })}\n`);
  };
  const isDue = atMostEvery(REDRAW_MS, now);
  return {
    queued: (run) => write('queued', run),
    started: (run) => write('started', run),
    progress: (percent, message) => {
      if (isDue() || percent === 100) write('progress', { percent, message });
    },
    log: (level, message, data) => write('log', { level, message, ...(data && { data }) }),
    note: (text) => write('note', { message: text }),
    ended: (run) => write('ended', run),
  };
}

function plainReport(streams: ReportStreams): Report {
  const { err, now } = streams;
  const isDue = atMostEvery(PLAIN_EVERY_MS, now);
  const line = (text: string) => void err.write(`${text}\n`);
  let last = '';
  return {
    ...formatterFor(streams, line),
    progress: (percent, message) => {
      const text = describeProgress(percent, message);
      if (text === last || (!isDue() && percent !== 100)) return;
      last = text;
      line(text);
    },
  };
}

function terminalReport(streams: ReportStreams): Report {
  const { err, now } = streams;
  const startedAt = now();
  const isDue = atMostEvery(REDRAW_MS, now);
  let bar = '';
  const erase = () => bar && err.write('\r\x1b[2K');
  const line = (text: string) => {
    erase();
    err.write(`${text}\n${bar}`);
  };
  const formatter = formatterFor(streams, line);
  return {
    ...formatter,
    progress: (percent, message) => {
      if (!isDue() && percent !== 100) return;
      erase();
      bar = drawBar(percent, message, now() - startedAt, err.columns ?? 80);
      err.write(bar);
    },
    ended: (run) => {
      erase();
      bar = '';
      formatter.ended(run);
    },
  };
}

function formatterFor({ out, err, now }: ReportStreams, line: (text: string) => void): Omit<Report, 'progress'> {
  const startedAt = now();
  // By the stream: some environments without a terminal, CI among them, count as coloured for the library.
  const colors = pc.createColors(pc.isColorSupported && err.isTTY === true);
  return {
    queued: ({ runId, jobName }) => {
      line(`Queued ${jobName} as run #${runId}`);
      out.write(`${runId}\n`);
    },
    started: ({ runId, jobName }) => line(`${jobName} is run #${runId}`),
    log: (level, message) => line(escapeControls(level === 'info' ? message : `${level}: ${message}`)),
    note: (text) => line(colors.dim(escapeControls(text))),
    ended: ({ runId, status, error, metadata }) => {
      const seconds = ((now() - startedAt) / 1_000).toFixed(1);
      const color = END_COLORS[status];
      line(
        colors[color](`Run #${runId} ended after ${seconds} s: ${status}${error ? `: ${escapeControls(error)}` : ''}`),
      );
      if (metadata !== null) out.write(`${printableJson(metadata, 2)}\n`);
    },
  };
}

const END_COLORS = { SUCCESS: 'green', FAILED: 'red', CANCELLED: 'yellow', LOST: 'red', SNOOZED: 'yellow' } as const;

function describeProgress(percent: number | null, message: string | null): string {
  const text = message === null ? null : escapeControls(message);
  return [percent === null ? '' : `${Math.floor(percent)} %`.padStart(5), text].filter(Boolean).join('  ');
}

/** One line, never wider than the terminal: a second row could not be erased. */
function drawBar(percent: number | null, message: string | null, ms: number, columns: number): string {
  const cells = Math.round(((percent ?? 0) / 100) * BAR_CELLS);
  const bar = pc.cyan('█'.repeat(cells)) + pc.dim('░'.repeat(BAR_CELLS - cells));
  const numbers = ` ${`${Math.floor(percent ?? 0)} %`.padStart(5)}  ${(ms / 1_000).toFixed(0)} s`;
  const room = Math.max(0, columns - BAR_CELLS - numbers.length - 3);
  return `${bar}${numbers}  ${[...escapeControls(message ?? '')].slice(0, room).join('').replace(/\s+/g, ' ')}`;
}

function atMostEvery(ms: number, now: () => number): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - last < ms) return false;
    last = now();
    return true;
  };
}

import type { Actor } from '@job-manager/client/actor';
import type { RunRow } from '../../store/run-row.js';
import type { Histograms } from '../histograms.js';
import {
  beatExternal,
  endExternalRun,
  type HeldRun,
  type ReportAnswer,
  readExternalProgress,
} from '../transitions/external.js';
import { type Ending, endingOf } from './ending.js';
import type { ExternalOptions } from './options.js';
import type { ProgressReport } from './progress.js';
import { type ReportedLease, refusalOf } from './refusal.js';
import { type ReportedLine, reportProgress, writeLines } from './report.js';
import { type ExternalStart, startRun } from './start.js';

/** What external programs can do with the runs they execute. Refusals are QueueErrors. */
export interface ExternalRuns {
  /** Begins a run that the caller executes: a program that knows its lease token may report on it. */
  start(request: ExternalStart, actor: Actor): Promise<HeldRun & { leaseToken: string }>;
  /** A heartbeat of the program, as every other report is too. */
  beat(lease: ReportedLease): Promise<ReportAnswer>;
  progress(lease: ReportedLease, report: ProgressReport): Promise<ReportAnswer>;
  /** Writes messages; those of one `callKey` once, however often they are sent. */
  write(lease: ReportedLease, lines: ReportedLine[], callKey?: string): Promise<ReportAnswer>;
  /** Ends the run. The same ending sent again by the same program answers the same. */
  end(lease: ReportedLease, ending: Ending, actor: Actor): Promise<RunRow>;
}

/** Creates the interface for programs that execute runs themselves. */
export function createExternalRuns(options: ExternalOptions): ExternalRuns {
  const { sql, notifier, redaction } = options;
  return {
    start: (request, actor) => startRun(options, request, actor),

    beat: async (lease) => {
      const answer = await beatExternal(sql, lease);
      if (!answer) throw await refusalOf(sql, lease);
      notifier.changed();
      return answer;
    },

    progress: (lease, report) => reportProgress(options, lease, report),

    write: (lease, lines, callKey) => writeLines(options, lease, lines, callKey ?? null),

    end: async (lease, ending, actor) => {
      const before = await readExternalProgress(sql, lease);
      const ended = await endExternalRun(sql, lease, endingOf(ending, before, redaction), actor);
      if (!ended) throw await refusalOf(sql, lease, ending.status);
      if (ended.isNew) {
        observeExternalEnd(options.histograms, ended.run);
        notifier.wroteMessages(lease.id);
        notifier.changed();
      }
      return ended.run;
    },
  };
}

/** Adds an ended run of an external program to the histograms of its job and its channel. */
function observeExternalEnd(
  histograms: Histograms | undefined,
  { jobName, channel, status, durationMs }: RunRow,
): void {
  if (status === 'SUCCESS' && durationMs !== null) histograms?.add(jobName, 'duration', durationMs);
  const how = { SUCCESS: 'success', FAILED: 'failed', CANCELLED: 'cancelled', QUEUED: null, RUNNING: null } as const;
  const ended = how[status];
  if (ended !== null) histograms?.addEnded(channel, ended);
}

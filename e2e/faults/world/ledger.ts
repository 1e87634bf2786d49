import { appendFileSync, readFileSync } from 'node:fs';
import type { JobContext } from '@job-manager/engine/queue/job';

/** What an execution notes of itself: that it began, came to its end, was requested to stop, or threw. */
type Phase = 'start' | 'end' | 'stop' | 'throw';

export interface LedgerLine {
  phase: Phase;
  runId: string;
  claimNo: number;
  attempt: number;
  pid: number;
  /** By the machine's monotonic clock, which all processes share and no test shifts. */
  atMs: number;
}

/** One execution of a run, as its process noted it. */
export interface Execution {
  runId: string;
  claimNo: number;
  attempt: number;
  pid: number;
  startedAtMs: number;
  /** The last note of it; none when its process ended first. */
  last: Exclude<Phase, 'start'> | null;
  lastAtMs: number;
}

/** Notes a phase outside the database, in one write that no kill can tear. */
export function note(file: string, phase: Phase, { runId, claimNo, attempt }: JobContext): void {
  const atMs = Number(process.hrtime.bigint() / 1_000n) / 1_000;
  appendFileSync(file, `${phase} ${runId} ${claimNo} ${attempt} ${process.pid} ${atMs}\n`);
}

/** All lines, in the order they were written. */
export function readLedger(file: string): LedgerLine[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [phase, runId, claimNo, attempt, pid, atMs] = line.split(' ');
    return {
      phase: phase as Phase,
      runId: runId ?? '',
      claimNo: Number(claimNo),
      attempt: Number(attempt),
      pid: Number(pid),
      atMs: Number(atMs),
    };
  });
}

/** The executions of each run in the order they began. */
export function executionsByRun(lines: LedgerLine[]): Map<string, Execution[]> {
  const byRun = new Map<string, Execution[]>();
  for (const { phase, runId, claimNo, attempt, pid, atMs } of lines) {
    const executions = byRun.get(runId) ?? [];
    byRun.set(runId, executions);
    if (phase === 'start') {
      executions.push({ runId, claimNo, attempt, pid, startedAtMs: atMs, last: null, lastAtMs: atMs });
      continue;
    }
    const own = executions.find((execution) => execution.claimNo === claimNo && execution.pid === pid);
    if (own) Object.assign(own, { last: phase, lastAtMs: atMs });
  }
  return byRun;
}

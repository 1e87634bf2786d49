import type { JobFigures } from '@job-manager/shared/contract/metrics';

/** What a job did, as its row of a table has it. */
export interface JobRow {
  /** Null for all that have no row of their own. */
  jobName: string | null;
  ended: number;
  endedBefore: number | null;
  /** Of all that ended. */
  share: number | null;
  failed: number;
  /** Of completed and failed. */
  success: number | null;
  p50: number | null;
  p95: number | null;
  /** Of the median, as a share of what it was. */
  slower: number | null;
  waitedP95: number | null;
  totalMs: number | null;
  cpuMs: number | null;
  memoryP95: number | null;
}

type Counts = Pick<JobFigures, 'success' | 'failed' | 'cancelled'>;
const sumOf = ({ success, failed, cancelled }: Counts): number => success + failed + cancelled;

/** The rows of jobs, with the part that each has of all. */
export function rowsOf(jobs: readonly JobFigures[]): JobRow[] {
  const all = jobs.reduce((sum, job) => sum + sumOf(job), 0);
  return jobs.map(({ jobName, before, took, tookBeforeP50, waitedP95, cpuMs, memoryP95, ...counts }) => {
    const ended = sumOf(counts);
    const judged = counts.success + counts.failed;
    const p50 = took?.p50 ?? null;
    return {
      ...{ jobName, ended, failed: counts.failed, waitedP95, cpuMs, memoryP95, p50 },
      endedBefore: before && sumOf(before),
      share: all === 0 ? null : ended / all,
      success: judged === 0 ? null : counts.success / judged,
      p95: took?.p95 ?? null,
      slower: p50 === null || !tookBeforeP50 ? null : p50 / tookBeforeP50 - 1,
      totalMs: took?.totalMs ?? null,
    };
  });
}

/** The rows as a CSV file has them: plain numbers, times in milliseconds. */
export function csvOf(rows: readonly JobRow[]): string {
  const columns = [
    ...(['jobName', 'ended', 'endedBefore', 'share', 'failed', 'success', 'p50', 'p95', 'slower'] as const),
    ...(['waitedP95', 'totalMs', 'cpuMs', 'memoryP95'] as const),
  ];
  const lines = rows.map((row) =>
    columns.map((name) => (name === 'jobName' ? (row.jobName ?? '(others)') : (row[name] ?? ''))).join(','),
  );
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

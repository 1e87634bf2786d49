import type { AttemptUsage } from '@job-manager/shared/contract/message';

/** What the measuring thread of an isolated run's process has measured so far. */
export interface ChildSample {
  /** Which of the runs of this process; 0 between them. */
  runNo: number;
  memoryBytes: number;
  usage: Pick<AttemptUsage, 'cpuMs' | 'peakMemoryBytes' | 'maxLoopLagMs'>;
}

/** Reads a line of `meter-thread.mjs`; undefined for one that is none. */
export function parseSample(line: string): ChildSample | undefined {
  const numbers = line.split(' ').map(Number);
  if (numbers.length !== 5 || !numbers.every(Number.isFinite)) return undefined;
  const [runNo = 0, memoryBytes = 0, cpuMs = 0, peakMemoryBytes = 0, maxLoopLagMs = 0] = numbers;
  return { runNo, memoryBytes, usage: { cpuMs, peakMemoryBytes, maxLoopLagMs } };
}

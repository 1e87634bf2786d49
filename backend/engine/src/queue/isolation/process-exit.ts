/** How a process ended. */
export interface ProcessExit {
  type: 'exited';
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr during the run. */
  output: string | null;
  /** The problem for which the runner ended it; null for none. */
  problem: string | null;
}

/** Describes how a process ended, for people. */
export function describeEnd({ code, signal, problem, output }: ProcessExit): string {
  if (problem) return `The job's process was ended: ${problem}`;
  if (signal === null) return `The job's process exited with code ${code ?? 'unknown'}`;
  const isHeapFull = signal === 'SIGABRT' && output?.includes('heap out of memory');
  return `The job's process crashed: ${signal}${isHeapFull ? ' (JavaScript heap out of memory)' : ''}`;
}

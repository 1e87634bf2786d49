/** How large anything that comes from outside may be. */
export const limits = {
  bodyBytes: 64 * 1024,
  jsonDepth: 32,
  parametersBytes: 32 * 1024,
  metadataBytes: 256 * 1024,
  /** A line of the log; what is longer is cut, with a note of how much. */
  messageChars: 8_000,
  /** What a run or a step is doing: one line, which travels in notifications and lists. */
  progressChars: 500,
  /** JSON beside a message. */
  messageDataBytes: 4 * 1024,
  /** Messages in one call of an external program. */
  messagesPerCall: 500,
  /** Messages in one answer or one socket message. */
  messagesPage: 5_000,
  /** Of text and data in one page of messages, about: 5,000 of the longest would be 60 MB. */
  messagesPageBytes: 4 * 1024 * 1024,
  /** Steps of a run, nested ones included. */
  steps: 1_000,
  stepLabelChars: 200,
  /** Why something was paused. */
  reasonChars: 500,
  errorChars: 4_000,
  /** Of an error in a browser. */
  clientErrorChars: 1_000,
  stackChars: 20_000,
  stackFrames: 50,
  pageSize: 200,
  uniqueKeyChars: 200,
  correlationChars: 100,
  /** -100 to 100. */
  priority: 100,
  attempts: 1_000,
  /** Of delays, timeouts, periods and times to come: ten years. What is longer must be a mistake. */
  farMs: 10 * 366 * 86_400_000,
  /** Time that a run may be given to stop by itself before it is force-failed. */
  forceFailGraceMs: 60_000,
  /** Runs that one run may wait for. */
  dependencies: 100,
  /** Runs in one call. */
  batchRuns: 10_000,
  /** Runs that one bulk operation touches: their ids are kept with it. */
  bulkRuns: 100_000,
  /** Runs in one export of the history. */
  exportedRuns: 100_000,
  /** Runs that a bulk operation names one by one. */
  bulkIds: 1_000,
  /** Of calls that bring many runs, or many lines. */
  largeBodyBytes: 8 * 1024 * 1024,
  queuedInSnapshot: 200,
  /** The longest running; each runner prefetches up to a thousand runs. */
  runningInSnapshot: 500,
  socketFrameBytes: 64 * 1024,
} as const;

/** Whether a JSON value is nested no deeper than `depth`; walks without recursion, so no input can exhaust the stack. */
export function isWithinDepth(value: unknown, depth: number = limits.jsonDepth): boolean {
  let level: unknown[] = [value];
  for (let remaining = depth; level.length > 0; remaining--) {
    const nested = level.filter((item): item is object => typeof item === 'object' && item !== null);
    if (nested.length > 0 && remaining === 0) return false;
    level = nested.flatMap((item) => Object.values(item));
  }
  return true;
}

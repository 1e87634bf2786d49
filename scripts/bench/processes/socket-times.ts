/** What clients received, all of them together. */
export interface Received {
  messages: number;
  changes: number;
  bytes: number;
  /** How many messages took so many milliseconds from the oldest change they contain, up to a limit. */
  latencies: number[];
}

/** What takes longer counts as this. */
export const LONGEST_MS = 5_000;

export const nothingReceived = (): Received => ({
  messages: 0,
  changes: 0,
  bytes: 0,
  latencies: new Array(LONGEST_MS + 1).fill(0),
});

/** Adds a message about changes made at these times. */
export function record(
  received: Received,
  times: readonly number[],
  { at, bytes }: { at: number; bytes: number },
): void {
  received.messages += 1;
  received.bytes += bytes;
  received.changes += times.length;
  if (times.length === 0) return;
  const latency = Math.min(LONGEST_MS, Math.max(0, at - Math.min(...times)));
  received.latencies[latency] = (received.latencies[latency] ?? 0) + 1;
}

/** The latency that `percent` of the messages don't exceed. Throws RangeError without any. */
export function latencyAt({ latencies }: Pick<Received, 'latencies'>, percent: number): number {
  const all = latencies.reduce((sum, count) => sum + count, 0);
  if (all === 0) throw new RangeError('Nothing was received');
  let passed = 0;
  for (const [latency, count] of latencies.entries()) {
    passed += count;
    if (passed >= (percent / 100) * all) return latency;
  }
  return LONGEST_MS;
}

import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { messageLevels } from '@job-manager/shared/message';

type Lines = readonly JobRunMessage[];

/** How far this side may be ahead of what the server has dropped before it drops the same. */
const SLACK = 5_000;

/** Two lists by number into one; of doubles the first is kept. Most often the second simply follows. */
export function mergeLines(before: Lines, added: Lines): Lines {
  const [first] = added;
  if (first === undefined) return before;
  if (first.seq > (before.at(-1)?.seq ?? 0)) return [...before, ...added];
  const known = new Set(before.map(({ seq }) => seq));
  const fresh = added.filter(({ seq }) => !known.has(seq));
  return fresh.length === 0 ? before : [...before, ...fresh].sort((a, b) => a.seq - b.seq);
}

/**
 * Drops what the server, which keeps `kept`, has dropped meanwhile: the oldest of the least severe. Without
 * it a talkative run would fill the tab's memory.
 */
export function withoutDropped(lines: Lines, kept: number): Lines {
  let excess = lines.length - kept;
  if (excess <= SLACK) return lines;
  let remaining = lines;
  for (const level of messageLevels) remaining = remaining.filter((line) => line.level !== level || excess-- <= 0);
  return remaining;
}

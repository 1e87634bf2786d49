import { expect, test } from 'vitest';
import { timelineOf } from './timeline';

const now = Date.parse('2026-11-20T12:00:00Z');
const iso = (days: number) => new Date(now + days * 86_400_000).toISOString();
const run = (days: number, status: 'SUCCESS' | 'FAILED' | 'RUNNING' | 'QUEUED') => ({
  ...{ jobRunId: String(days), status, dueAt: iso(days), durationMs: null },
  startedAt: status === 'QUEUED' ? null : iso(days),
  finishedAt: status === 'SUCCESS' || status === 'FAILED' ? iso(days + 0.7) : null,
});

test('places runs, skips and due times to scale in the past six days and the next one', () => {
  const skips = [
    { firstDueAt: iso(-3), lastDueAt: iso(-2), dueTimes: 4, reason: 'paused', at: iso(-2) },
    { firstDueAt: iso(-9), lastDueAt: iso(-8), dueTimes: 9, reason: 'paused', at: iso(-8) },
  ] as const;
  const runs = [run(-0.7, 'RUNNING'), run(-6, 'FAILED'), run(-7, 'SUCCESS')];
  const { marks, counts, now: line } = timelineOf({ runs, skips: [...skips], next: [iso(0.5), iso(2)] }, now);
  expect(counts).toEqual({ runs: 2, failed: 1, skipped: 4, next: 1 });
  expect(marks.map(({ kind, left, width }) => [kind, Math.round(left), Math.round(width)])).toEqual([
    ['skip', 43, 14],
    ['run', 76, 10],
    ['run', 0, 10],
    ['next', 93, 0],
  ]);
  expect(Math.round(line)).toBe(86);
});

test('draws a run that has not begun where it is due', () => {
  const [mark] = timelineOf({ runs: [run(-1, 'QUEUED')], skips: [], next: [] }, now).marks;
  expect(mark).toMatchObject({ at: iso(-1), width: 0 });
});

import type { JobSchedule, ScheduledRun } from '@job-manager/shared/contract/schedules';

const DAY_MS = 86_400_000;
/** The window: so many days back, and the next one. */
const PAST_DAYS = 6;
const FUTURE_DAYS = 1;
const SPAN_MS = (PAST_DAYS + FUTURE_DAYS) * DAY_MS;

/** A mark of the timeline; places and widths are percent of its width. */
export interface TimelineMark {
  kind: 'run' | 'skip' | 'next';
  left: number;
  width: number;
  status?: ScheduledRun['status'];
  at: string;
}

export interface Timeline {
  marks: TimelineMark[];
  /** Where days begin, and now. */
  days: { left: number; at: string }[];
  now: number;
  counts: { runs: number; failed: number; skipped: number; next: number };
}

/** What a schedule did in the last six days and will do in the next one, to scale. */
export function timelineOf(
  { runs, skips, next }: { runs: readonly ScheduledRun[]; skips: JobSchedule['skips']; next: readonly string[] },
  now: number,
): Timeline {
  const from = now - PAST_DAYS * DAY_MS;
  const place = (ms: number) => Math.min(100, Math.max(0, ((ms - from) / SPAN_MS) * 100));
  const mark = (kind: TimelineMark['kind'], first: string, lastMs: number, status?: ScheduledRun['status']) => {
    const left = place(Date.parse(first));
    return { kind, left, width: place(lastMs) - left, at: first, ...(status && { status }) };
  };
  const isIn = (iso: string) => Date.parse(iso) >= from && Date.parse(iso) <= from + SPAN_MS;
  const ran = runs.filter(({ dueAt }) => isIn(dueAt));
  const skipped = skips.filter(({ lastDueAt }) => isIn(lastDueAt));
  const coming = next.filter(isIn);
  return {
    marks: [
      ...skipped.map(({ firstDueAt, lastDueAt }) => mark('skip', firstDueAt, Date.parse(lastDueAt))),
      ...ran.map(({ dueAt, startedAt, finishedAt, status }) => {
        const endMs = finishedAt !== null ? Date.parse(finishedAt) : status === 'RUNNING' ? now : Date.parse(dueAt);
        return mark('run', startedAt ?? dueAt, endMs, status);
      }),
      ...coming.map((at) => mark('next', at, Date.parse(at))),
    ],
    days: daysIn(from, from + SPAN_MS).map((ms) => ({ left: place(ms), at: new Date(ms).toISOString() })),
    now: place(now),
    counts: {
      runs: ran.length,
      failed: ran.filter(({ status }) => status === 'FAILED').length,
      skipped: skipped.reduce((sum, { dueTimes }) => sum + dueTimes, 0),
      next: coming.length,
    },
  };
}

/** The midnights of the reader within a span; a day of a clock change has 23 or 25 hours. */
function daysIn(from: number, to: number): number[] {
  const days: number[] = [];
  const day = new Date(from);
  for (day.setHours(24, 0, 0, 0); day.getTime() < to; day.setDate(day.getDate() + 1)) days.push(day.getTime());
  return days;
}

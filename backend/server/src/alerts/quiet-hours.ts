import type { QuietHours } from '@job-manager/shared/contract/alerts/rules';

const DAY_MINUTES = 1_440;

/** For how many milliseconds a message has to wait for the end of quiet hours; 0 outside of them. To the minute. */
export function quietForMs({ from, to, timeZone }: QuietHours, now: Date): number {
  const [start, end, current] = [minutesOf(from), minutesOf(to), minutesOf(timeIn(timeZone, now))];
  const sinceStart = (current - start + DAY_MINUTES) % DAY_MINUTES;
  const length = (end - start + DAY_MINUTES) % DAY_MINUTES;
  if (sinceStart >= length) return 0;
  return (length - sinceStart) * 60_000 - (now.getTime() % 60_000);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return 60 * hours + minutes;
}

const timeIn = (timeZone: string, now: Date): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now);

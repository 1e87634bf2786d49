import cronstrue from 'cronstrue';
import type { TimingSpec } from './timing.js';

/** A timing in words: `At 03:00, Monday through Friday (Europe/Berlin)`, `Every 90 minutes`. */
export function timingInWords({ cron, everyMs, timeZone }: Omit<TimingSpec, 'anchorAt'>): string {
  if (cron === null) return everyInWords(everyMs ?? 0);
  return `${cronstrue.toString(cron, { use24HourTimeFormat: true })} (${timeZone})`;
}

const UNITS = [
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
  { name: 'second', ms: 1_000 },
];

/** In the largest unit that needs no fraction. */
function everyInWords(everyMs: number): string {
  const { name, ms } = UNITS.find((unit) => everyMs % unit.ms === 0) ?? { name: 'second', ms: 1_000 };
  const many = everyMs / ms;
  return many === 1 ? `Every ${name}` : `Every ${many.toLocaleString('en')} ${name}s`;
}

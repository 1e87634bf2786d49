const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time for people: `127ms`, `2.1s`, `34s`, `2m 5s`, `1h 4m`, `3d 2h`. */
export function formatDuration(ms: number): string {
  const length = Math.max(0, ms);
  if (length < SECOND) return `${Math.round(length)}ms`;
  if (length < 10 * SECOND) return `${(Math.floor(length / 100) / 10).toString()}s`;
  if (length < MINUTE) return `${Math.floor(length / SECOND)}s`;
  if (length < HOUR) return inTwo(length, MINUTE, 'm', SECOND, 's');
  if (length < DAY) return inTwo(length, HOUR, 'h', MINUTE, 'm');
  return inTwo(length, DAY, 'd', HOUR, 'h');
}

function inTwo(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)}${largeName}${rest > 0 ? ` ${rest}${smallName}` : ''}`;
}

/** How fast something answered: below ten milliseconds a tenth counts: `1.4ms`, `38ms`, `1.2s`. */
export const formatLatency = (ms: number): string =>
  ms >= SECOND ? formatDuration(ms) : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}ms`;

/** A value of a scale, on which tenths of a millisecond may lie apart: `0.4ms`, `5ms`, `1.2s`. */
export const formatScaleTime = (ms: number): string =>
  ms < 10 && !Number.isInteger(ms) ? formatLatency(ms) : formatDuration(ms);

/** How long after a start something happened, to be read in a column: `+0.12`, `+1:05.30`, `+2:01:05`. */
export function formatSince(ms: number): string {
  const sign = ms < 0 ? '−' : '+';
  const length = Math.abs(ms);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const [hours, minutes] = [Math.floor(length / HOUR), Math.floor((length % HOUR) / MINUTE)];
  const seconds = (length % MINUTE) / SECOND;
  if (hours > 0) return `${sign}${hours}:${two(minutes)}:${two(seconds)}`;
  const hundredths = two((length % SECOND) / 10);
  if (minutes > 0) return `${sign}${minutes}:${two(seconds)}.${hundredths}`;
  return `${sign}${Math.floor(seconds)}.${hundredths}`;
}

/** A limit as text, for sentences: `5 minutes`, `1 minute 30 seconds`, `1 hour`. */
export function spellDuration(ms: number): string {
  const units = [
    ['hour', HOUR],
    ['minute', MINUTE],
    ['second', SECOND],
  ] as const;
  let rest = Math.max(SECOND, Math.round(ms / SECOND) * SECOND);
  const parts: string[] = [];
  for (const [name, unit] of units) {
    const amount = Math.floor(rest / unit);
    rest %= unit;
    if (amount > 0) parts.push(`${amount} ${name}${amount === 1 ? '' : 's'}`);
  }
  return parts.join(' ');
}

/** How long ago, in one unit: `2s ago`, `3m ago`, `5h ago`, `12d ago`; a time to come: `in 3m`. */
export function formatAgo(ms: number): string {
  if (Math.abs(ms) < SECOND) return 'just now';
  return ms >= 0 ? `${inOne(ms)} ago` : `in ${inOne(toNearest(-ms))}`;
}

function inOne(length: number): string {
  const [unit, name] = unitOf(length);
  return `${Math.floor(length / unit)}${name}`;
}

/** What was set for 30 days just now comes in 30 days, not in 29 and a bit. */
function toNearest(length: number): number {
  const [unit] = unitOf(length);
  return Math.round(length / unit) * unit;
}

function unitOf(length: number): [number, string] {
  if (length < MINUTE) return [SECOND, 's'];
  if (length < HOUR) return [MINUTE, 'm'];
  return length < DAY ? [HOUR, 'h'] : [DAY, 'd'];
}

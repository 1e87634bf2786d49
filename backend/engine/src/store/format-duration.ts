/** The units of a duration, the largest first: from how many milliseconds, and how many make one. */
const UNITS = [
  { name: 'h', from: 7_200_000, ms: 3_600_000 },
  { name: 'min', from: 120_000, ms: 60_000 },
  { name: 's', from: 1_000, ms: 1_000 },
] as const;

/** Formats a duration: `2 h`, `30 min`, `90 s`, `2.5 s`, `500 ms`. */
export function formatDuration(ms: number): string {
  const unit = UNITS.find(({ from }) => ms >= from);
  return unit ? `${Math.round(ms / (unit.ms / 10)) / 10} ${unit.name}` : `${Math.round(ms)} ms`;
}

/** How long ago, in whole units: `2 h ago`, `30 min ago`. */
export function formatAgo(ms: number): string {
  const unit = UNITS.find(({ from }) => ms >= from);
  return `${formatDuration(unit ? Math.round(ms / unit.ms) * unit.ms : ms)} ago`;
}

/** The same as an SQL expression over one in milliseconds. */
export const formatDurationSql = (ms: string): string => {
  const cases = UNITS.map(
    ({ name, from, ms: one }) =>
      `WHEN (${ms})::numeric >= ${from} THEN trim_scale(round((${ms})::numeric / ${one}, 1)) || ' ${name}'`,
  );
  return `CASE ${cases.join(' ')} ELSE round((${ms})::numeric) || ' ms' END`;
};

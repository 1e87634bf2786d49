const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A size for people, in powers of 1,024: `512 B`, `12.3 kB`, `64 MB`, `3.4 GB`. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [Math.round(bytes), 0];
  // What would be rounded to 1,024 belongs to the next unit.
  while (value >= 1_023.95 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${(Math.round(value * 10) / 10).toLocaleString('en')} ${UNITS[unit]}`;
}

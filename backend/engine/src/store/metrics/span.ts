/** A range in steps. */
export interface Span {
  from: Date;
  /** Whole steps after `from`. */
  to: Date;
  /** Whole minutes below an hour, whole hours below a day, or whole days. */
  stepMs: number;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The step that a time falls into, as SQL; $1 is the range's begin, $3 the length of a step in milliseconds. */
export const stepAt = (time: string): string => `date_bin($3::float8 * interval '1 ms', ${time}, $1::timestamptz)`;

/** Which step a time read with `stepAt` is. */
export const indexOf = ({ from, stepMs }: Span, at: Date): number =>
  Math.round((at.getTime() - from.getTime()) / stepMs);

export const pointsOf = ({ from, to, stepMs }: Span): number => Math.round((to.getTime() - from.getTime()) / stepMs);

/**
 * The group of a row, as SQL: its own where it has one, null for the rest; '' for all where nothing is grouped. `groups` is an
 * array or null.
 */
export const groupOf = (column: string, groups: string): string =>
  `CASE WHEN ${groups}::text[] IS NULL THEN '' WHEN ${column} = ANY (${groups}::text[]) THEN ${column} END`;

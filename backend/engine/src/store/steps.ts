import { HOUR_MS } from './metrics/span.js';

/** The steps of time in which figures are kept: `FigureStep` of the schema. */
type FigureStep = 'BEAT' | 'MINUTE' | 'TEN_MINUTES' | 'HOUR' | 'DAY';

const STEPS = {
  BEAT: { ms: 30_000, length: '30 seconds' },
  MINUTE: { ms: 60_000, length: '1 minute' },
  TEN_MINUTES: { ms: 600_000, length: '10 minutes' },
  HOUR: { ms: HOUR_MS, length: '1 hour' },
  DAY: { ms: 24 * HOUR_MS, length: '1 day' },
} satisfies Record<FigureStep, { ms: number; length: string }>;

/** For how long each table keeps the rows of each step, the finest step first. */
export const KEPT = {
  QueueSample: { MINUTE: '7 days', HOUR: '400 days', DAY: '400 days' },
  SystemSample: { MINUTE: '7 days', HOUR: '400 days' },
  RunnerBeat: { BEAT: '24 hours', TEN_MINUTES: '30 days' },
  JobRunHistogram: { HOUR: '35 days', DAY: '400 days' },
  // An alert rule is tried on seven days of minutes, and reads a day back from each moment.
  JobRunEnded: { MINUTE: '8 days', DAY: '3 days' },
  // Those of ever, and removed runs of days, are kept for ever.
  JobRunRemoved: { HOUR: '400 days' },
  ChannelEnded: { MINUTE: '7 days', HOUR: '400 days' },
} satisfies Record<string, Partial<Record<FigureStep, string>>>;

type FigureTable = keyof typeof KEPT;

const stepsOf = (table: FigureTable): FigureStep[] => Object.keys(KEPT[table]) as FigureStep[];

/** The begin of the step that a time falls into, in UTC, as SQL. */
export const beginOf = (step: FigureStep, time: string): string =>
  `date_bin('${STEPS[step].length}', ${time}, 'epoch'::timestamptz)`;

/** The end of the last step that a table has a row of, as SQL: later figures are in rows of finer steps alone. */
const endOf = (table: FigureTable, step: FigureStep): string =>
  `(SELECT coalesce(max(at) + interval '${STEPS[step].length}', '-infinity') FROM "${table}" WHERE step = '${step}')`;

/** Selects the rows of one step that are summed up in a coarser one: those of its steps that are over and have no row yet. */
export const isDue = (table: FigureTable, from: FigureStep, to: FigureStep, delay = '0'): string =>
  `step = '${from}' AND at >= ${endOf(table, to)} AND at < (SELECT ${beginOf(to, `clock_timestamp() - interval '${delay}'`)})`;

/**
 * The rows from $1 to $2 in the coarsest step that is not above `stepMs`, and in finer ones since its last row, as SQL. Each has
 * its condition written out, so that PostgreSQL reads a range of the primary key for each.
 */
export function rowsOf(table: FigureTable, columns: string, stepMs: number, condition = 'true'): string {
  const [finest, ...coarser] = stepsOf(table);
  const steps = [...coarser.filter((step) => STEPS[step].ms <= stepMs).reverse(), finest];
  return steps
    .map((step, place) => {
      const coarse = steps[place - 1];
      return `SELECT ${columns} FROM "${table}" WHERE step = '${step}' AND at >= $1 AND at < $2 AND ${condition}${
        coarse ? ` AND at >= ${endOf(table, coarse)}` : ''
      }`;
    })
    .join('\n  UNION ALL ');
}

/** The first time that a table has a row of, as SQL: the first of each step is at one end of the primary key. */
export const firstOf = (table: FigureTable): string =>
  `least(${stepsOf(table)
    .map((step) => `(SELECT min(at) FROM "${table}" WHERE step = '${step}')`)
    .join(', ')})`;

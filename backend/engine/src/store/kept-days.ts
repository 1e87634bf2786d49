/**
 * For how many days rows are kept that no setting is about. Runs are kept as `retention.ts` has it, figures as
 * `figures.ts` has it.
 */
export const keptDays = {
  /** That have stopped or are lost. */
  runners: 7,
  runnerEvents: 30,
  clientErrors: 30,
  /** That are over. */
  incidents: 400,
  /** On many runs, that are over. */
  operations: 90,
} as const;

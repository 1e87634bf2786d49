/**
 * That a run of JobRun has not left its state since the statement began, as an SQL condition over its alias, for
 * statements that lock many runs and skip those that others have locked. SKIP LOCKED skips locked rows, but PostgreSQL
 * fails the statement at a row that has been moved to another partition since it began. `xmax` is read on the page as
 * it is just now: 0 as long as no other transaction has touched this version of the row, which is nearly always.
 */
export const isStill = (state: 'QUEUED' | 'RUNNING', run: string): string =>
  `(${run}.xmax = 0 OR job_manager_is_still('${state}', ${run}.id))`;

/** Of the longest id that this process has seen. */
let digits = 1;

/** A run that this process has to do with: ids are given in order, so the longest tells how many runs have come. */
export function noteId(id: string): void {
  if (id.length > digits) digits = id.length;
}

/**
 * The name of a prepared statement, for one that looks up runs by their ids. PostgreSQL keeps its plan, made for the
 * table as it was: while that was small, one that reads all of it. When autovacuum has counted the runs anew the plan
 * is made again, but ten thousand may come within that minute; so it is made again whenever ids get a digit more.
 */
export const planName = (statement: string): string => `${statement}-${digits}`;

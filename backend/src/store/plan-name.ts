/**
 * The name of a prepared statement, for one that looks up runs by their ids. PostgreSQL keeps its plan, made for the
 * table as it was: while that was small, one that reads all of it. When autovacuum has counted the runs anew the plan
 * is made again, but ten thousand may come within that minute; so it is made again whenever `id` has one digit more.
 */
export const planName = (statement: string, id: string): string => `${statement}-${id.length}`;

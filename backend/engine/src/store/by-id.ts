/**
 * The run `j` of JobRun that has an id of the sources before it and hasn't ended, as an item of a FROM: found by its
 * key, once for each. In a plain join PostgreSQL may read the whole table for the ids. It does so while its statistics
 * describe an empty table, as they do when ANALYZE ran before 60,000 runs came.
 */
export const activeRun = (id: string): string =>
  `LATERAL (SELECT * FROM "JobRun" WHERE id = ${id} AND "finishedAt" IS NULL OFFSET 0) j`;

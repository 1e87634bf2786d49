import type pg from 'pg';

/** A pool or a client: all that a query needs. */
export type Sql = Pick<pg.Pool, 'query'>;

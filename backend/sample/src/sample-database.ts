import { join } from 'node:path';
import { PRISMA } from '@job-manager/engine/assets';
import { migrate } from '@job-manager/engine/database/migrate';
import { schemaOf, withSchema } from '@job-manager/engine/database/schema';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from './generated/prisma/client.js';

/** Where the tables of the sample network are, beside those of Job Manager. */
export const SAMPLE_SCHEMA = 'sample';

const SAMPLE = {
  folder: join(PRISMA, 'sample/migrations'),
  remedy:
    'the sample network of this clone has its tables in a schema of that name: rename yours, or give the clone a database of its own; nothing was written',
};

/** The database of Job Manager's URL, for the tables of the sample network. */
export const sampleUrl = (databaseUrl: string): string => withSchema(databaseUrl, SAMPLE_SCHEMA);

/** Makes the tables of the sample network where they are missing, and returns the names of the migrations that were applied. */
export const migrateSample = (databaseUrl: string): Promise<string[]> =>
  migrate(sampleUrl(databaseUrl), { set: SAMPLE });

/** Prisma over a pool to `sampleUrl` that stays the caller's to close. */
export function createSampleClient(pool: pg.Pool): PrismaClient {
  // Prisma names the schema of each table, and takes no notice of the connection's.
  const schema = schemaOf(pool.options.connectionString ?? '');
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false, schema }) });
}

import { createPool } from '@job-manager/engine/database/client';
import { clearTables, createTestDatabase } from '@job-manager/engine/testing/database';
import type pg from 'pg';
import type { PrismaClient } from '../generated/prisma/client.js';
import { createSampleClient, migrateSample, sampleUrl } from '../sample-database.js';

/** A test database with the sample network's tables: all of this is about them alone. */
export interface SampleDatabase {
  /** Of Job Manager's tables. */
  url: string;
  pool: pg.Pool;
  readonly db: PrismaClient;
  clear(): Promise<void>;
  drop(): Promise<void>;
}

/** Use in `beforeAll`, drop in `afterAll`. */
export async function createSampleDatabase(): Promise<SampleDatabase> {
  const database = await createTestDatabase();
  await migrateSample(database.url);
  const pool = createPool(sampleUrl(database.url));
  const db = createSampleClient(pool);
  return {
    url: database.url,
    pool,
    db,
    clear: () => clearTables(pool),
    drop: async () => {
      await db.$disconnect();
      await pool.end();
      await database.drop();
    },
  };
}

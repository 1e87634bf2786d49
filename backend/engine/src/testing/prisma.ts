import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { schemaOf } from '../database/schema.js';
import { PrismaClient } from '../generated/prisma/client.js';

/** Prisma over a pool that stays the caller's to close. */
export function createPrisma(pool: pg.Pool): PrismaClient {
  // Prisma names the schema of each table, and takes no notice of the connection's.
  const schema = schemaOf(pool.options.connectionString ?? '');
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false, schema }) });
}

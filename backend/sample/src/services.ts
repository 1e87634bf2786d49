import { readConfig } from '@job-manager/engine/config';
import { createPool } from '@job-manager/engine/database/client';
import { schemaOf } from '@job-manager/engine/database/schema';
import { PrismaClient } from '@job-manager/engine/generated/prisma/client';
import type { ServicesContext } from '@job-manager/engine/queue/services';
import { PrismaPg } from '@prisma/adapter-pg';

/** What the jobs of the sample use, in each process that runs them. */
export interface SampleServices {
  readonly db: PrismaClient;
  /** The folder of the media files. */
  mediaDir: string;
}

declare module '../../engine/src/queue/job.js' {
  interface JobServices extends SampleServices {}
}

/** Makes them. The client is made when a job first asks for it: 10 MB that a runner with nothing to do has no use for. */
export function services({ databaseUrl, onClose }: ServicesContext): SampleServices {
  const config = readConfig();
  let db: PrismaClient | undefined;
  const open = () => {
    const pool = createPool(databaseUrl, { max: Math.min(config.JOBS_CONCURRENCY + 2, 20) });
    onClose(() => pool.end());
    const client = createClient(pool);
    onClose(() => client.$disconnect());
    return client;
  };
  return {
    get db() {
      db ??= open();
      return db;
    },
    mediaDir: config.MEDIA_DIR,
  };
}

function createClient(pool: ReturnType<typeof createPool>): PrismaClient {
  // Prisma names the schema of each table, and takes no notice of the connection's.
  const schema = schemaOf(pool.options.connectionString ?? '');
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false, schema }) });
}

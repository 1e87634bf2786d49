import { readConfig } from '@job-manager/engine/config';
import { createPool } from '@job-manager/engine/database/client';
import type { ServicesContext } from '@job-manager/engine/queue/services';
import type { PrismaClient } from './generated/prisma/client.js';
import { createSampleClient, sampleUrl } from './sample-database.js';

/** What the jobs of the sample use: the network's tables and files, in each process that runs them. */
export interface SampleServices {
  readonly db: PrismaClient;
  /** The folder of the media files. */
  mediaDir: string;
}

declare module '../../engine/src/queue/job.js' {
  interface JobServices extends SampleServices {}
}

/** Creates them. The client is created when a job first uses it: an idle runner saves 10 MB. */
export function services({ databaseUrl, onClose }: ServicesContext): SampleServices {
  const config = readConfig();
  let db: PrismaClient | undefined;
  const open = () => {
    const pool = createPool(sampleUrl(databaseUrl), { max: Math.min(config.JOBS_CONCURRENCY + 2, 20) });
    onClose(() => pool.end());
    const client = createSampleClient(pool);
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

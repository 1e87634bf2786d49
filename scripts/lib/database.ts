import type { Config } from '@job-manager/engine/config';
import type { createPool } from '@job-manager/engine/database/client';
import { withSchema } from '@job-manager/engine/database/schema';
import { checkConnection } from '@job-manager/server/cli/database';
import { Refusal } from '@job-manager/server/cli/refusal';
import { onStopSignals } from '@job-manager/server/cli/stop-signals';
import { ensurePrismaClient } from './client.js';

export interface Database {
  /** As the role of server, workers and job code. */
  url: string;
  /** As the role that owns the tables, for migrations and what else needs it. That of the embedded one may do more than `url`. */
  ownerUrl: string;
  /** What else this has changed on the machine. */
  notice?: string;
  isEmbedded: boolean;
  /** Leaves it; the last to leave the embedded one stops it. */
  release(): Promise<void>;
}

/** The database of the configuration, reachable: DATABASE_URL, or the embedded one, started or joined. */
export async function acquireDatabase(config: Config): Promise<Database> {
  if (config.DATABASE_URL) {
    await checkConnection(config.DATABASE_URL);
    const url = config.DATABASE_URL;
    return { url, ownerUrl: url, isEmbedded: false, release: async () => {} };
  }
  const { acquireEmbeddedDatabase } = await import('@job-manager/engine/database/embedded');
  try {
    const { url, applicationUrl, ...embedded } = await acquireEmbeddedDatabase({ dataDir: config.DATA_DIR });
    return {
      ...embedded,
      url: withSchema(applicationUrl, config.DATABASE_SCHEMA),
      ownerUrl: withSchema(url, config.DATABASE_SCHEMA),
      isEmbedded: true,
    };
  } catch (error) {
    throw new Refusal((error as Error).message);
  }
}

export interface OpenDatabase extends Database {
  pool: ReturnType<typeof createPool>;
}

/**
 * Makes the client, opens the database, works with it and leaves it, also when stopped by a signal (exit
 * 130). It is up to date unless `migrated` is false; `pool` connects as the application role unless `asOwner` is true.
 */
export async function withDatabase<T>(
  config: Config,
  work: (database: OpenDatabase) => Promise<T>,
  { migrated = true, asOwner = false }: { migrated?: boolean; asOwner?: boolean } = {},
): Promise<T> {
  await ensurePrismaClient();
  const database = await acquireDatabase(config);
  const leave = () => void database.release().finally(() => process.exit(130));
  const ignoreSignals = onStopSignals({ stop: leave, force: () => process.exit(130) });
  const { createPool } = await import('@job-manager/engine/database/client');
  const pool = createPool(asOwner ? database.ownerUrl : database.url, { max: 2 });
  try {
    if (migrated) await migrateDatabase(database);
    return await work({ ...database, pool });
  } finally {
    ignoreSignals();
    await pool.end();
    await database.release();
  }
}

/**
 * Applies the migrations that the database lacks, those of the sample network too, and returns their names. In the embedded one the application role gets its
 * rights on what there is now; in any other that is the owner's to do.
 */
export async function migrateDatabase({
  ownerUrl,
  isEmbedded,
}: Pick<Database, 'ownerUrl' | 'isEmbedded'>): Promise<string[]> {
  const { migrate } = await import('@job-manager/engine/database/migrate');
  const { migrateSample } = await import('@job-manager/sample/sample-database');
  // In this order: the first time, a migration of the engine hands the sample's tables over.
  const ours = await migrate(ownerUrl);
  const applied = [...ours, ...(await migrateSample(ownerUrl)).map((name) => `sample/${name}`)];
  if (isEmbedded) await grantRights(ownerUrl);
  return applied;
}

/** Gives the application role of an embedded database its rights on our tables and on those of the sample network. */
export async function grantRights(ownerUrl: string): Promise<void> {
  const [{ grantApplicationRights }, { sampleUrl }] = await Promise.all([
    import('@job-manager/engine/database/embedded-roles'),
    import('@job-manager/sample/sample-database'),
  ]);
  for (const url of [ownerUrl, sampleUrl(ownerUrl)]) await grantApplicationRights(url);
}

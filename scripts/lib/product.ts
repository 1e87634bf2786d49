import type { Config } from '@job-manager/engine/config';
import type { createPool } from '@job-manager/engine/database/client';
import { ensureOperator, type SignIn } from '@job-manager/server/auth/first-operator';
import type { Resources } from '@job-manager/server/cli/resources';
import type { RunningServer } from '@job-manager/server/main';
import { ensurePrismaClient } from './client.js';
import { acquireDatabase, type Database, migrateDatabase } from './database.js';
import { ensurePanel } from './panel.js';
import { type Phase, runPhases, type ShowDetail } from './phases.js';

type Pool = ReturnType<typeof createPool>;

export interface ProductOptions {
  config: Config;
  resources: Resources;
  /** Aborted when the start is to be given up. */
  signal: AbortSignal;
  /** Members of the sample network; its own default when not set. */
  sampleUsers?: number;
  /** Days of invented runs; their own default when not set. */
  historyDays?: number;
  /** False when another program serves the panel. */
  withPanel?: boolean;
}

export interface PreparedProduct {
  database: Database;
  signIn: SignIn;
}

/** Everything that must be there before a server can start, each slow part shown. */
export async function prepareProduct(options: ProductOptions): Promise<PreparedProduct> {
  const { config, resources, signal, withPanel = true } = options;
  let database: Database | undefined;
  let pool: Pool | undefined;
  let signIn: SignIn | undefined;
  const opened = () => {
    signal.throwIfAborted();
    if (!database || !pool) throw new Error('The database is used before it is open');
    return { database, pool };
  };

  const databasePhases: Phase[] = [
    { title: 'Prisma client', work: generate },
    {
      title: config.DATABASE_URL ? 'Connection to DATABASE_URL' : 'Embedded PostgreSQL',
      work: async () => {
        database = await resources.hold(acquireDatabase(config), (held) => held.release());
        const { createPool } = await import('@job-manager/engine/database/client');
        pool = createPool(database.ownerUrl, { max: 2 });
        return database.notice && `Embedded PostgreSQL: ${database.notice}`;
      },
    },
    { title: 'Migrations', work: () => bringUpToDate(opened().database) },
    ...(config.SAMPLE_DATA
      ? [{ title: 'Sample data', work: (showDetail: ShowDetail) => fill(opened().pool, options, showDetail) }]
      : []),
    {
      title: 'Operator account',
      work: async () => {
        signIn = await ensureOperator(opened().pool, config);
      },
    },
  ];
  const panel: Phase = { title: 'Panel', work: () => buildPanel(signal) };
  try {
    await runPhases([{ title: 'Database', work: databasePhases }, ...(withPanel ? [panel] : [])]);
  } finally {
    await pool?.end();
  }
  if (!signIn) throw new Error('The phase of the operator account did not run');
  return { database: opened().database, signIn };
}

export interface ServeOptions {
  config: Config;
  databaseUrl: string;
  resources: Resources;
}

/** Starts the server of a prepared product. */
export async function serve({ config, databaseUrl, resources }: ServeOptions): Promise<RunningServer> {
  const [{ startServer }, { createLog }, sample] = await Promise.all([
    import('@job-manager/server/main'),
    import('@job-manager/engine/log'),
    import('@job-manager/sample/registry'),
  ]);
  const log = createLog(config, 'server');
  return resources.hold(startServer({ config, databaseUrl, log, ...sample }), (server) => server.close());
}

async function generate(): Promise<string> {
  return (await ensurePrismaClient()) ? 'Prisma client generated' : 'Prisma client is current';
}

async function bringUpToDate(database: Database): Promise<string> {
  const applied = await migrateDatabase(database);
  return applied.length > 0 ? `Applied ${applied.length} migrations` : 'Migrations are current';
}

async function fill(pool: Pool, options: ProductOptions, showDetail: ShowDetail): Promise<string> {
  const { isEmpty, seedSampleData } = await import('../../prisma/seed/seed.js');
  if (!(await isEmpty(pool))) return 'Data is there already';
  const { sampleUsers: users, historyDays, config } = options;
  await seedSampleData({ pool, mediaDir: config.MEDIA_DIR, users, historyDays, onProgress: showDetail });
  return 'Sample data written';
}

async function buildPanel(signal: AbortSignal): Promise<string> {
  return (await ensurePanel(signal)) ? 'Panel built' : 'Panel is current';
}

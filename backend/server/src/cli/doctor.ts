import { reasonOf } from '@job-manager/engine/database/await-database';
import { createPool } from '@job-manager/engine/database/client';
import { isNeeded, readInstallation } from '@job-manager/engine/database/installation';
import { isPooled, listenUrlOf } from '@job-manager/engine/database/transaction-pooling';
import { Listener } from '@job-manager/engine/store/listener';
import { NotificationProbe } from '@job-manager/engine/store/notification-probe';
import { VERSION } from '@job-manager/engine/version';
import pc from 'picocolors';
import { readSettings } from './database.js';
import { printLine } from './terminal.js';

type Verdict = 'ok' | 'warning' | 'error';

/** What was looked at, how it is, and where it isn't well what to do. */
interface Finding {
  verdict: Verdict;
  text: string;
}

/** Clocks of two machines that are further apart make times in the panel hard to compare; nothing depends on them. */
const MAX_CLOCK_MS = 2_000;
const OLDEST_POSTGRESQL = 15;

/**
 * Checks what Job Manager needs of its database: that it can be reached, its version, migrations and tables,
 * notifications and the clock. Writes a line for each; true where no check fails. Changes nothing.
 */
export async function examine(): Promise<boolean> {
  const findings = await findAll();
  for (const { verdict, text } of findings) printLine(`${MARKS[verdict]} ${text}`);
  return findings.every(({ verdict }) => verdict !== 'error');
}

const MARKS: Record<Verdict, string> = { ok: pc.green('✓'), warning: pc.yellow('!'), error: pc.red('✗') };

async function findAll(): Promise<Finding[]> {
  const { config, databaseUrl } = readSettings();
  const node: Finding = { verdict: 'ok', text: `Job Manager ${VERSION} on Node ${process.versions.node}` };
  const pool = createPool(databaseUrl, { max: 2, statementTimeoutMs: 10_000 });
  try {
    return [
      node,
      await findServer(pool),
      await findTables(pool, config.DATABASE_SCHEMA),
      await findNotifications(pool, databaseUrl, config.DATABASE_LISTEN_URL),
      await findClock(pool),
      await findRunners(pool, config.DATABASE_SCHEMA),
    ];
  } catch (error) {
    return [node, { verdict: 'error', text: `The database can't be used: ${reasonOf(error)}` }];
  } finally {
    await pool.end();
  }
}

type Pool = ReturnType<typeof createPool>;

async function findServer(pool: Pool): Promise<Finding> {
  const { rows } = await pool.query<{ version: string; name: string; role: string }>(
    'SELECT current_setting($1) AS version, current_database() AS name, current_user AS role',
    ['server_version'],
  );
  const [{ version = '', name = '', role = '' } = {}] = rows;
  const text = `PostgreSQL ${version}, database ${name}, as ${role}`;
  if (Number.parseInt(version, 10) >= OLDEST_POSTGRESQL) return { verdict: 'ok', text };
  return { verdict: 'error', text: `${text}: PostgreSQL ${OLDEST_POSTGRESQL} or newer is needed` };
}

async function findTables(pool: Pool, schema: string): Promise<Finding> {
  const client = await pool.connect();
  try {
    const { pending, unknown, missing } = await readInstallation(client, schema);
    const place = `Schema ${schema}`;
    if (pending.length > 0)
      return {
        verdict: 'error',
        text: `${place}: ${pending.length} migrations are not applied; run job-manager migrate`,
      };
    const lacks = missing.filter(isNeeded);
    if (lacks.length > 0)
      return { verdict: 'error', text: `${place} lacks ${lacks.join(', ')}, which migrations made` };
    if (missing.length > 0)
      return { verdict: 'warning', text: `${place} lacks ${missing.join(', ')}: statements are slow` };
    if (unknown.length > 0)
      return { verdict: 'warning', text: `${place} has migrations of a newer version: ${unknown.join(', ')}` };
    return { verdict: 'ok', text: `${place}: all migrations are applied, no table, column or index is missing` };
  } finally {
    client.release();
  }
}

async function findNotifications(pool: Pool, url: string, direct: string | undefined): Promise<Finding> {
  const listenUrl = listenUrlOf(url, direct);
  if (listenUrl === null)
    return {
      verdict: 'warning',
      text: 'Notifications: a pooler stands before the database; set DATABASE_LISTEN_URL to reach it directly, or runs wait for the next poll',
    };
  const listener = new Listener(listenUrl, ['probe']);
  try {
    await listener.start();
    const ms = await new NotificationProbe(pool, listener).roundTrip();
    if (ms !== null) return { verdict: 'ok', text: `Notifications arrive, in ${ms.toFixed(1)} ms` };
    const reason = isPooled(url) ? '' : '; behind a pooler in transaction mode set DATABASE_LISTEN_URL';
    return { verdict: 'error', text: `Notifications do not arrive${reason}` };
  } finally {
    await listener.close();
  }
}

async function findClock(pool: Pool): Promise<Finding> {
  const before = Date.now();
  const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  const middle = (before + Date.now()) / 2;
  const awayMs = Math.round((rows[0]?.at.getTime() ?? middle) - middle);
  const text = `The clocks of this machine and the database differ by ${Math.abs(awayMs)} ms`;
  return { verdict: Math.abs(awayMs) > MAX_CLOCK_MS ? 'warning' : 'ok', text };
}

/** Runners of another version are usual during a deploy alone. */
async function findRunners(pool: Pool, schema: string): Promise<Finding> {
  const { rows: tables } = await pool.query(`SELECT to_regclass($1) IS NOT NULL AS "isThere"`, [
    `"${schema}"."Runner"`,
  ]);
  if (!tables[0]?.isThere) return { verdict: 'warning', text: 'Runners: none was ever started here' };
  const { rows } = await pool.query<{ version: string; runners: number }>(
    `SELECT version, count(*)::int AS runners FROM "Runner"
     WHERE status = 'ACTIVE' AND kind <> 'CLI' AND "lastHeartbeatAt" > clock_timestamp() - interval '5 minutes' GROUP BY 1 ORDER BY 1`,
  );
  if (rows.length === 0) return { verdict: 'warning', text: 'Runners: none is alive, so no run begins' };
  const text = `Runners: ${rows.map(({ version, runners }) => `${runners} of version ${version}`).join(', ')}`;
  return { verdict: rows.every(({ version }) => version === VERSION) ? 'ok' : 'warning', text };
}

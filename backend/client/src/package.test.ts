import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../engine/src/testing/database.js';

const run = promisify(execFile);
const CLIENT = dirname(dirname(fileURLToPath(import.meta.url)));
const ofClient = createRequire(join(CLIENT, 'package.json'));
const TSC = join(dirname(ofClient.resolve('typescript/package.json')), 'bin/tsc');

/** A program of another application, in JavaScript. */
const PROGRAM = `
import { createClient, QueueError } from '@job-manager/client';
import pg from 'pg';

const client = createClient({ connectionString: process.env.DATABASE_URL });
const first = await client.enqueue({ jobName: 'note', parameters: { n: 1 } });
const many = await client.enqueueMany([{ jobName: 'note', after: [first.jobRunId] }, { jobName: 'note', after: [{ index: 0 }] }]);
const refused = await client.enqueue({ jobName: 'none' }).catch((error) => [error instanceof QueueError, error.code]);
const misfit = await client.enqueue({ jobName: 'note', parameters: { n: 'x' } }).catch((error) => error.message);

const connection = new pg.Client(process.env.DATABASE_URL);
await connection.connect();
await connection.query('BEGIN');
await client.enqueue({ jobName: 'note' }, { sql: connection });
await connection.query('ROLLBACK');
await connection.end();
// An application may record traces by an API that isn't to be found from here.
globalThis[Symbol.for('opentelemetry.js.api.1')] = { trace: {} };
const traced = await client.enqueue({ jobName: 'note' });
await client.close();
console.log(JSON.stringify({ first: first.isNew, many: many.length, refused, misfit, traced: traced.isNew }));
`;

/** The same in TypeScript, with one mistake that the types must find. */
const TYPED = `
import { createClient, type Enqueued, prismaSql, QueueError, type RunRequest, type Sql } from '@job-manager/client';

const sql: Sql = { query: async () => ({ rows: [] }) };
const request: RunRequest = { jobName: 'note', unique: { key: 'k', onConflict: 'replace' }, retry: { backoffMs: 5 } };
const client = createClient({ sql });
export const added: Promise<Enqueued> = client.enqueue(request, { sql: prismaSql({ $queryRawUnsafe: async () => [] }) });
export const code = (error: QueueError): string => error.code;
const typed = createClient<{ note: { n: number } }>({ sql });
export const fits: Promise<Enqueued> = typed.enqueue({ jobName: 'note', parameters: { n: 1 } });
// @ts-expect-error: n is a number
export const misfits = typed.enqueue({ jobName: 'note', parameters: { n: 'x' } });
// @ts-expect-error: there is no such answer to a conflict
export const wrong: RunRequest = { jobName: 'note', unique: { key: 'k', onConflict: 'ignore' } };
`;

let database: TestDatabase;
let app: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`
    INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", definition)
    VALUES ('note', 'default', 0, '1', 3, 3, '{"parametersSchema": {"type": "object", "properties": {"n": {"type": "number"}}}}')`);
  app = await realpath(await mkdtemp(join(tmpdir(), 'job-manager-client-')));
  await install(app);
});
afterAll(async () => {
  await rm(app, { recursive: true, force: true });
  await database.drop();
});

/** As \`npm install\` of the packed package and of pg would leave it, without a registry. */
async function install(folder: string): Promise<void> {
  const ours = join(folder, 'node_modules/@job-manager/client');
  await mkdir(ours, { recursive: true });
  const env = { ...process.env, npm_config_update_notifier: 'false', npm_config_offline: 'true' };
  const packed = await run('npm', ['pack', '--pack-destination', folder], {
    cwd: CLIENT,
    env,
    shell: process.platform === 'win32',
  });
  await run('tar', [
    '-xzf',
    join(folder, packed.stdout.trim().split('\n').at(-1) ?? ''),
    '-C',
    ours,
    '--strip-components=1',
  ]);
  for (const name of ['pg', 'zod'])
    await symlink(dirname(ofClient.resolve(`${name}/package.json`)), join(folder, 'node_modules', name), 'junction');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
}

it('brings what it needs and nothing else', async () => {
  const inside = await readdir(join(app, 'node_modules/@job-manager/client'));
  expect(inside.sort()).toEqual(['README.md', 'dist', 'package.json']);
});

it('queues runs from plain JavaScript, without our repository', async () => {
  await writeFile(join(app, 'program.mjs'), PROGRAM);
  const { stdout } = await run(process.execPath, ['program.mjs'], {
    cwd: app,
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
  });
  const misfit = 'parameters.n: must be a number, not a text';
  expect(JSON.parse(stdout)).toEqual({ first: true, many: 2, refused: [true, 'UNKNOWN_JOB'], misfit, traced: true });
  const { rows } = await database.pool.query('SELECT "isBlocked" FROM "JobRun" ORDER BY id');
  expect(rows.map(({ isBlocked }) => isBlocked)).toEqual([false, true, true, false]);
});

it('has types that stand by themselves', async () => {
  await writeFile(join(app, 'typed.ts'), TYPED);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', ''];
  await run(process.execPath, [TSC, ...options, 'typed.ts'], { cwd: app }).catch(({ stdout }) =>
    expect(stdout).toBe(''),
  );
});

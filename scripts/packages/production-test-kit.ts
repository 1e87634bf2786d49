import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createPool } from '@job-manager/engine/database/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { environmentOf, type Hosts } from './hosts.js';

const run = promisify(execFile);
const HOST = fileURLToPath(new URL('./hosts/production', import.meta.url));
/** The user that owns nothing. */
const NOBODY = '65534';
/** Of a server with its runner, and of a worker. */
const MAX_MB = 250;
const WAIT = { timeout: 60_000, interval: 100 };

/**
 * The steps of the Dockerfile, where no container engine is at hand: a clean folder, installed for production alone,
 * no account may write to it, and the command is process 1 of an unprivileged user.
 */
export function describeProduction({ tarballs, npm, createDatabase }: Hosts): void {
  describe('an installation for production', () => {
    let place: string;
    let database: { url: string; drop(): Promise<void> };
    let pool: ReturnType<typeof createPool>;
    /** Needs a right that a container may lack; without it the command is a process as any other. */
    let canBeFirst: boolean;
    /** Processes that a test has left. */
    const left = new Set<number>();
    beforeAll(async () => {
      place = await mkdtemp(join(tmpdir(), 'job-manager-production-'));
      await cp(HOST, place, { recursive: true });
      const { testing: _notInstalled, ...packages } = tarballs();
      await npm(place, 'install', '--omit=dev', ...Object.values(packages), 'pg@8', 'zod@4');
      await run('chmod', ['-R', 'a-w,a+rX', place]);
      database = await createDatabase('host_production');
      pool = createPool(database.url, { max: 1 });
      canBeFirst = await run('unshare', [...UNSHARE, 'true']).then(
        () => true,
        () => false,
      );
      if (!canBeFirst) console.log('No process may be made the first of a namespace here');
    }, 240_000);
    afterAll(async () => {
      for (const pid of left) process.kill(pid, 'SIGKILL');
      await pool?.end();
      await database?.drop();
      await run('chmod', ['-R', 'u+w', place]);
      await rm(place, { recursive: true, force: true });
    });

    /** The process of the command, seen from here. */
    async function start(args: string[]): Promise<{ pid: number; child: ChildProcess; lines: string[] }> {
      const command = [
        ...(canBeFirst ? ['unshare', ...UNSHARE] : []),
        ...(process.getuid?.() === 0 ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []),
        join(place, 'node_modules/.bin/job-manager'),
        ...args,
      ];
      const [program = '', ...rest] = command;
      const child = spawn(program, rest, {
        cwd: place,
        env: {
          ...environmentOf(database.url),
          ...{ HOME: '/nonexistent', NODE_ENV: 'production', LOG_LEVEL: 'warn', PORT: '0' },
          ...{ JWT_SECRET: 'x'.repeat(32), ADMIN_PASSWORD: 'a long enough password' },
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
      const outer = child.pid ?? 0;
      const pid = await vi.waitFor(async () => {
        const [inner] = canBeFirst ? await childrenOf(outer) : [outer];
        expect(inner).toBeDefined();
        return inner ?? 0;
      }, WAIT);
      left.add(pid);
      child.once('exit', () => left.delete(pid));
      return { pid, child, lines };
    }

    const activeRunners = async (kind: string) =>
      (await pool.query(`SELECT FROM job_manager."Runner" WHERE kind::text = $1 AND status = 'ACTIVE'`, [kind]))
        .rowCount;

    /** Queues a run of three seconds and returns its number once it is under way. */
    async function startRun(): Promise<string> {
      const bin = join(place, 'node_modules/.bin/job-manager');
      const order = ['run', 'wait', '--ms=3000', '--enqueue'];
      // A runner is there a moment before its jobs are known.
      await vi.waitFor(() => run(bin, order, { cwd: place, env: environmentOf(database.url) }), WAIT);
      return vi.waitFor(async () => {
        const { rows } = await pool.query(`SELECT id FROM job_manager."JobRun" WHERE status = 'RUNNING'`);
        expect(rows).toHaveLength(1);
        return rows[0].id;
      }, WAIT);
    }

    it.each([
      ['serve', 'BUILT_IN'],
      ['worker', 'WORKER'],
    ])('runs `%s` as process 1 of another user in a read-only folder, and SIGTERM drains it', async (name, kind) => {
      const startedAt = performance.now();
      const { pid, child, lines } = await start([name, '--jobs', 'jobs/jobs.js']);
      if (name === 'serve') {
        const url = await vi.waitFor(() => {
          const [, found] = /runs at (http:\S+); sign in as admin@example\.com/.exec(lines.join('\n')) ?? [];
          expect(found).toBeDefined();
          return found;
        }, WAIT);
        const page = await fetch(`${url}/login`);
        expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>')]);
      } else await vi.waitFor(async () => expect(await activeRunners(kind)).toBe(1), WAIT);
      const readyMs = performance.now() - startedAt;
      await vi.waitFor(async () => expect(await activeRunners(kind)).toBe(1), WAIT);
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      expect(/^NSpid:.*\t(\d+)$/m.exec(status)?.[1]).toBe(canBeFirst ? '1' : String(pid));
      if (process.getuid?.() === 0) expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t/m);

      const id = await startRun();
      const mb = (await memoryOf(pid)) / 2 ** 20;
      console.log(`${name}: ready after ${(readyMs / 1_000).toFixed(1)} s, ${mb.toFixed(0)} MB in all its processes`);
      expect(mb).toBeLessThan(MAX_MB);

      const ended = new Promise((resolve) => child.once('exit', resolve));
      process.kill(pid, 'SIGTERM');
      expect(await ended).toBe(0);
      const { rows } = await pool.query(`SELECT status, attempt, metadata FROM job_manager."JobRun" WHERE id = $1`, [
        id,
      ]);
      expect(rows).toEqual([{ status: 'SUCCESS', attempt: 1, metadata: { waited: 3_000 } }]);
      expect(await activeRunners(kind)).toBe(0);
    });
  });
}

const UNSHARE = ['--pid', '--fork', '--mount-proc', '--kill-child'];

async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

/** Of a process and those that it started: what each has for itself, and its part of what they share. */
async function memoryOf(pid: number): Promise<number> {
  const [, kb = '0'] = /^Pss:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  const theirs = await Promise.all((await childrenOf(pid)).map(memoryOf));
  return theirs.reduce((sum, bytes) => sum + bytes, Number(kb) * 1_024);
}

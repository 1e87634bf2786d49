import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hosts } from './hosts.js';

const run = promisify(execFile);

const RECIPES = ['express-session', 'passport', 'jwt-cookie', 'jwt-header', 'fastify', 'nest'];

/** The applications of `docs/identify.md`: each identifies people in a way of its own, or is no Express application. */
export function describeRecipes({ folder, npm, createDatabase, end }: Hosts): void {
  describe('an application that', () => {
    const programs: ChildProcess[] = [];
    let place: string;
    let database: { url: string; drop(): Promise<void> };
    beforeAll(async () => {
      place = join(folder(), 'recipes');
      await npm(place, 'install');
      database = await createDatabase('host_recipes');
    }, 240_000);
    afterAll(async () => {
      await Promise.all(programs.map(end));
      await database?.drop();
    });

    const start = (command: string, args: string[], env: NodeJS.ProcessEnv, ready: RegExp): Promise<string> => {
      const given = { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: database.url };
      const child = spawn(command, args, {
        cwd: place,
        env: { ...given, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      programs.push(child);
      return new Promise((resolve, reject) => {
        createInterface({ input: child.stdout }).on('line', (line) => {
          const [, found] = ready.exec(line) ?? [];
          if (found !== undefined) resolve(found);
        });
        child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
      });
    };
    const startRecipe = (recipe: string) => start(process.execPath, [`${recipe}.mjs`], {}, /^\{"port":(\d+)\}$/);
    const callAs = async (port: string) =>
      JSON.parse((await run(process.execPath, ['call.mjs', port], { cwd: place })).stdout);

    it.each(RECIPES)('follows the recipe %s: its people reach API and socket, and no one else does', async (recipe) => {
      expect(await callAs(await startRecipe(recipe))).toEqual({
        anonymous: { me: 401, history: 401, queued: 401, socket: 4401 },
        ada: {
          me: { id: expect.any(Number), email: 'ada@example.com', role: 'SUPER_ADMIN' },
          ...{ history: 200, queued: expect.stringMatching(/^\d+$/), socket: 'server.admin.jobs_snapshot' },
        },
        bob: { me: expect.objectContaining({ role: 'USER' }), history: 403, queued: 403, socket: 4403 },
      });
      await Promise.all(programs.splice(0).map(end));
    });

    it('has no cookies gets the panel beside it, with accounts of its own', async () => {
      const { ada } = await callAs(await startRecipe('jwt-header'));
      const env = {
        ...{ DATABASE_SCHEMA: 'job_manager', JWT_SECRET: 'x'.repeat(32), PORT: '0', LOG_LEVEL: 'warn' },
        ADMIN_PASSWORD: 'a password of some length',
      };
      const bin = join(folder(), 'node_modules/.bin/job-manager');
      const url = await start(bin, ['serve'], env, /runs at (http:\S+);/);
      const credentials = { email: 'admin@example.com', password: env.ADMIN_PASSWORD };
      const signedIn = await fetch(`${url}/api/auth/login`, {
        ...{ method: 'POST', body: JSON.stringify(credentials) },
        headers: { origin: url, 'content-type': 'application/json' },
      });
      expect(signedIn.status).toBe(200);
      const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
      const seen = await fetch(`${url}/api/admin/jobs/${ada.queued}`, { headers: { cookie } });
      expect(await seen.json()).toMatchObject({ jobName: 'send-mail', triggeredBy: { email: 'ada@example.com' } });
    });
  });
}

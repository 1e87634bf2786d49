import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { TestEngine } from '@job-manager/engine/testing/engine';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import { afterAll, beforeAll, expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('createAdmin.ts', import.meta.url));

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([]);
});
afterAll(() => engine.close());

/** `pnpm admin:create` in a process of its own. */
async function createAdmin(args: string[], input = '') {
  const child = spawn(process.execPath, [...typescriptArgs, COMMAND, ...args], {
    env: { PATH: process.env.PATH, DATABASE_URL: engine.database.url },
    stdio: 'pipe',
  });
  child.stdin.end(input);
  const [output, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { output, complaint, code: code as number | null };
}

const roleOf = async (email: string) =>
  (await engine.database.pool.query<{ role: string }>('SELECT role FROM "User" WHERE email = $1', [email])).rows[0]
    ?.role;

it('creates an account with a password of the command line, which it warns of, or of standard input', async () => {
  const first = await createAdmin(['ada@example.com', 'Correct-horse-battery-1', 'ADMIN']);
  expect(first, first.complaint).toMatchObject({ code: 0 });
  expect(first.output).toContain('ada@example.com can sign in as ADMIN');
  expect(first.complaint).toContain('A password on a command line');
  expect(await roleOf('ada@example.com')).toBe('ADMIN');
  const second = await createAdmin(['bob@example.com', 'super_admin'], 'Correct-horse-battery-2\n');
  expect(second).toMatchObject({ code: 0, complaint: '' });
  expect(await roleOf('bob@example.com')).toBe('SUPER_ADMIN');
});

it('refuses a role that does not exist', async () => {
  const { code, complaint } = await createAdmin(['ada@example.com', 'KING'], 'Correct-horse-battery-3\n');
  expect(code).toBe(1);
  expect(complaint).toMatch(/role must be one of/);
});

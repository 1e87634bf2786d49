import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf, type Hosts } from './hosts.js';

const run = promisify(execFile);
const EXAMPLES = fileURLToPath(new URL('../../backend/testing/examples', import.meta.url));
const NODE_TEST = 'node-test.example';
const VITEST = 'vitest.example.test';

/**
 * Copies the examples of the test kit into an application: that of node:test among what it compiles, that of vitest beside
 * it, which takes TypeScript as it is.
 */
export async function copyExamples(place: string): Promise<void> {
  // In the clone the package of the client has nothing but its modules.
  const shop = (await readFile(join(EXAMPLES, 'shop.ts'), 'utf8'))
    .replace(/^\/\/ An application imports .*\n/, '')
    .replace("'@job-manager/client/client'", "'@job-manager/client'");
  for (const [folder, example] of [
    ['src/kit', NODE_TEST],
    ['test', VITEST],
  ] as const) {
    await mkdir(join(place, folder), { recursive: true });
    await writeFile(join(place, folder, 'shop.ts'), shop);
    await cp(join(EXAMPLES, `${example}.ts`), join(place, folder, `${example}.ts`));
  }
}

/** The test kit in the applications that have been installed and compiled. */
export function describeTestKit({ folder, createDatabase }: Hosts): void {
  describe('the test kit, installed in an application', () => {
    let database: { url: string; drop(): Promise<void> };
    beforeAll(async () => {
      database = await createDatabase('host_testing');
    });
    afterAll(() => database?.drop());

    /** Runs a program to its end; what it wrote where it failed. */
    const runTests = (kind: string, ...args: string[]) =>
      run(process.execPath, args, {
        cwd: join(folder(), kind),
        env: { ...environmentOf(database.url), TEST_DATABASE_URL: database.url },
      }).catch((error: { stdout: string; stderr: string }) => {
        throw new Error(`${args.join(' ')} failed in ${kind}:\n${error.stdout}${error.stderr}`);
      });

    it.each([
      ['commonjs', `dist/kit/${NODE_TEST}.js`, 4],
      ['modules', `dist/kit/${NODE_TEST}.js`, 4],
      ['javascript', 'jobs.test.cjs', 2],
    ])('of %s tests its jobs with node:test', async (kind, file, tests) => {
      const { stdout } = await runTests(kind, '--test', '--test-reporter=tap', file);
      expect(stdout).toMatch(new RegExp(`^# pass ${tests}$`, 'm'));
      expect(stdout).toMatch(/^# fail 0$/m);
    });

    it.each(['commonjs', 'modules'])('of %s tests its jobs with vitest', async (kind) => {
      const vitest = join(folder(), 'node_modules/vitest/vitest.mjs');
      const { stdout } = await runTests(kind, vitest, 'run', `test/${VITEST}.ts`);
      expect(stdout).toMatch(/Tests +4 passed \(4\)/);
    });
  });
}

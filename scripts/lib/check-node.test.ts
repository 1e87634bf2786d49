import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SCRIPTS = fileURLToPath(new URL('..', import.meta.url));
const OLD_NODE = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '18.20.8' })`;

it.each(readdirSync(SCRIPTS).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')))(
  'is the first thing that %s imports, and nothing beside it needs a new Node to be linked',
  (name) => {
    const text = readFileSync(`${SCRIPTS}/${name}`, 'utf8');
    expect(text.split('\n')[0]).toBe("import '@job-manager/server/cli/check-node';");
    expect(text).not.toMatch(/^import .*@clack/m);
  },
);

it('ends a program in one sentence', () => {
  const args = ['--import', 'tsx', '--import', OLD_NODE, `${SCRIPTS}/jobs.ts`, '--help'];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([
    1,
    '',
    'Job Manager needs Node 20.19 or newer, and this is Node 18.20.8.\n',
  ]);
});

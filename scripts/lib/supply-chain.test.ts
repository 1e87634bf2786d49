import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DOCUMENTS } from './documents.js';
import { ROOT } from './repository.js';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const json = (file: string) => JSON.parse(read(file));

it('no document shows a command with a password in it', () => {
  for (const document of DOCUMENTS) {
    const commands = read(document).match(/admin:create[^|`\n]*/g) ?? [];
    for (const command of commands) expect(command, document).not.toMatch(/passw|secret|<(?!e?mail|role)/i);
  }
  expect(read('scripts/createAdmin.ts')).not.toMatch(/\.argument\('[[<]passw/);
});

it('dependencies are pinned, days old, and no package of ours is taken for one that is published', () => {
  const days = Number(/^minimumReleaseAge: (\d+)$/m.exec(read('pnpm-workspace.yaml'))?.[1]) / 60 / 24;
  expect(days).toBeGreaterThanOrEqual(3);
  expect(json('package.json').packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/);
  for (const folder of [
    '.',
    'shared',
    ...['client', 'engine', 'sample', 'server', 'testing'].map((part) => `backend/${part}`),
    'frontend',
    'scripts/bench',
  ]) {
    const { private: isPrivate, dependencies = {}, devDependencies = {} } = json(join(folder, 'package.json'));
    expect(isPrivate, folder).toBe(true);
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(version, `${folder}: ${name}`).toMatch(/^(\d+\.\d+\.\d+[\w.-]*|workspace:\*)$/);
  }
});

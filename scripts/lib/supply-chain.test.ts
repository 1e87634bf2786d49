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

/** Of tests, of the benchmark and of a tool: nothing that a user of the product installs. */
const NEEDS_NEWER_NODE = [
  /^@inquirer\//,
  ...['mute-stream', '@prisma/streams-local', 'graphile-worker', 'pg-boss'].map((name) => new RegExp(`^${name}@`)),
];

it('what the product is made of runs on the oldest Node that it names', () => {
  const oldest = Number(/\d+/.exec(json('package.json').engines.node)?.[0]);
  const [packages = ''] = read('pnpm-lock.yaml').split('\nsnapshots:');
  const entries = [...packages.matchAll(/^ {2}'?([^'\s]+)'?:\n(?: {4}.*\n)*? {4}engines: \{.*?node: ([^}]*)\}/gm)];
  expect(entries.length).toBeGreaterThan(100);
  const newer = entries
    .filter(([, , engines = '']) => Math.min(...[...engines.matchAll(/(?<![.\d])\d+/g)].map(Number)) > oldest)
    .map(([, name = '']) => name);
  expect(newer.filter((name) => !NEEDS_NEWER_NODE.some((allowed) => allowed.test(name)))).toEqual([]);
});

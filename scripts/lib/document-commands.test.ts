import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { jobs } from '@job-manager/sample/registry';
import { parseArguments } from '@job-manager/server/cli/run-job/arguments';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandsOf, containerCommandsOf, DOCUMENTS, isPlaceholder, readDocument, wordsOf } from './documents.js';
import { createJobsProgram } from './jobs-program.js';
import { ROOT } from './repository.js';
import { createSeedProgram } from './seed-program.js';

const printed: [line: string, document: string][] = [
  ...DOCUMENTS.flatMap((document) =>
    commandsOf(readDocument(document)).map((line): [string, string] => [line, document]),
  ),
  ...['Dockerfile', 'compose.yaml'].flatMap((file) =>
    containerCommandsOf(readDocument(file)).map((line): [string, string] => [line, file]),
  ),
];

/** Scripts that `pnpm` runs in the root, in `backend` and in `frontend`. */
const SCRIPTS: Record<string, string> = Object.assign(
  {},
  ...['frontend', 'backend', '.'].map(
    (folder) => JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')).scripts,
  ),
);
const COMMAND = 'backend/server/src/cli/job-manager.ts';
/** Jobs of an application that documents use as examples. */
const definitions = createRegistry(jobs).definitions();

it('documents print commands', () => {
  expect(printed.length).toBeGreaterThan(100);
});

it.each(printed)('`%s` in %s can be typed', async (line) => {
  expect(await problemsOf(wordsOf(line))).toEqual([]);
});

describe('printed commands that are quickly done', () => {
  const lines = printed.map(([line]) => line).filter((line) => /runJobs\.ts .*(--list|--help)$/.test(line));

  it.each([...new Set(lines)])('%s runs', async (line) => {
    const [, ...args] = wordsOf(line.replace(/^npx /, ''));
    const { stdout } = await runScript(...args);
    expect(stdout).toContain('match-scores');
  });
});

/** What of a command line is not there: programs, scripts, files, commands and their options. */
async function problemsOf([first = '', ...rest]: string[]): Promise<string[]> {
  if (first === 'npx') return problemsOf(rest.filter((word) => word !== '--yes'));
  if (first === 'job-manager') return problemsOfPackage(rest);
  if (first === 'jobs') return problemsOfProgram(createJobsProgram(), rest);
  if (first === 'pnpm' || first === 'pnpm@10') return problemsOfPnpm(rest);
  if (first === 'tsx') return problemsOfScript(rest);
  if (first === 'node' && rest[1] === 'tsx') return problemsOfScript(rest.slice(2));
  // `--import` of a file of the application.
  if (first === 'node' && rest[0] === '--import') return [];
  if (first === 'npm' && rest[0] === 'pack') return existsSync(join(ROOT, rest[1] ?? '')) ? [] : rest;
  if (first === 'npm' && ['install', 'uninstall'].includes(rest[0] ?? '')) return [];
  return [first];
}

async function problemsOfPnpm([name = '', ...args]: string[]): Promise<string[]> {
  if (isPlaceholder(name)) return [];
  if (name === 'exec') return existsSync(join(ROOT, 'node_modules/.bin', args[0] ?? '')) ? [] : [name, ...args];
  const script = SCRIPTS[name];
  if (script === undefined) return [name];
  const file = /scripts\/\w+\.ts/.exec(script)?.[0];
  return file === undefined ? [] : problemsOfScript([file, ...args]);
}

async function problemsOfScript([file = '', ...args]: string[]): Promise<string[]> {
  if (!existsSync(join(ROOT, file))) return [file];
  if (file === 'scripts/jobs.ts') return problemsOfProgram(createJobsProgram(), args);
  if (file === 'scripts/seedDatabase.ts') return problemsOfProgram(createSeedProgram(), args);
  if (file === 'scripts/runJobs.ts') return problemsOfRun(args);
  return unknownOptions(args, [file]);
}

async function problemsOfPackage([command = '', ...args]: string[]): Promise<string[]> {
  if (isPlaceholder(command)) return [];
  if (command === 'jobs') return problemsOfProgram(createJobsProgram(), args);
  if (!(await helpOf(COMMAND)).includes(`\n  ${command} `)) return [command];
  return unknownOptions(args, [COMMAND, command]);
}

function problemsOfRun(args: string[]): string[] {
  // The example of the README and of CONTRIBUTING, which a reader adds first; a test runs it as it is printed.
  if (args[0] === 'sleepy-profiles') return [];
  try {
    parseArguments(args, definitions);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

/** Arguments that are neither a command, nor one of its options, nor a value. */
function problemsOfProgram(program: Command, words: string[]): string[] {
  let at = program;
  const problems: string[] = [];
  for (const word of words) {
    const below = at.commands.find((command) => command.name() === word);
    if (below) at = below;
    else if (word.startsWith('--') && !optionsOf(at).includes(word)) problems.push(word);
    else if (!word.startsWith('--') && !isPlaceholder(word) && at.commands.length > 0) problems.push(word);
  }
  return problems;
}

const optionsOf = (command: Command | null): (string | null | undefined)[] =>
  command === null ? ['--help'] : [...command.options.map(({ long }) => long), ...optionsOf(command.parent)];

async function unknownOptions(args: string[], program: string[]): Promise<string[]> {
  const options = args.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? word);
  if (options.length === 0) return [];
  const help = await helpOf(...program);
  return options.filter((option) => !help.includes(`${option} `) && !help.includes(`${option}\n`));
}

const helps = new Map<string, Promise<string>>();
/** Once for each program: to start one takes a second. */
function helpOf(...program: string[]): Promise<string> {
  const key = program.join(' ');
  const help = helps.get(key) ?? runScript(...program, '--help').then(({ stdout }) => stdout);
  helps.set(key, help);
  return help;
}

const runScript = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
  });

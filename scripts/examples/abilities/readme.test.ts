import { readdirSync, readFileSync } from 'node:fs';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { jobs } from '@job-manager/sample/registry';
import { parseArguments } from '@job-manager/server/cli/run-job/arguments';
import { listRoutes } from '@job-manager/server/http/routes';
import { contract } from '@job-manager/shared/contract/index';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createJobsProgram } from '../../lib/jobs-program.js';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const abilities = read('../../../docs/abilities.md');
const files = readdirSync(new URL('.', import.meta.url)).filter((file) => !file.endsWith('.test.ts'));

describe('the abilities in the documents', () => {
  it.each(files)('are shown as %s runs', (file) => {
    expect(abilities).toContain(`\`\`\`${file.endsWith('.sh') ? 'sh' : 'ts'}\n${snippetOf(file)}\`\`\``);
    expect(abilities).toContain(`](../scripts/examples/abilities/${file})`);
  });

  it('have no code that does not run', () => {
    expect(abilities.match(/^```\w+$/gm)).toHaveLength(files.length);
  });

  it('name calls of the API', () => {
    const known = listRoutes(contract).map(({ method, path }) => `${method} ${path}`);
    const named = found(/`((?:GET|POST|PUT) \/[^`]*)`/g).map((call) => call.replace(' /', ' /admin/jobs/'));
    expect(named.length).toBeGreaterThan(10);
    expect(known).toEqual(expect.arrayContaining(named));
  });

  it('name commands that there are', () => {
    const named = found(/`jobs ([^`]*)`/g);
    expect(named.length).toBeGreaterThan(5);
    for (const line of named) expect([line, ...faultsOf(line)]).toEqual([line]);
  });
});

it('shows command lines of jobs that are understood', () => {
  const definitions = createRegistry(jobs).definitions();
  const documents = ['README.md', 'docs/command-line.md', 'docs/jobs.md', 'docs/abilities.md'];
  const texts = documents.map((file) => read(`../../../${file}`)).join('\n');
  const lines = [...texts.matchAll(/npx tsx scripts\/runJobs\.ts ([^`\n]*)/g)].map(([, line = '']) => line.split(' '));
  expect(lines.length).toBeGreaterThan(4);
  for (const words of lines) expect(() => parseArguments(words, definitions)).not.toThrow();
});

const found = (pattern: RegExp): string[] => [...abilities.matchAll(pattern)].map(([, text = '']) => text);

/** The part of a program that is for readers; of commands all. */
function snippetOf(file: string): string {
  const text = read(file);
  if (file.endsWith('.sh')) return text;
  const [, snippet] = /\/\/ #region readme\n([\s\S]*?)\/\/ #endregion\n/.exec(text) ?? [];
  if (snippet === undefined) throw new Error(`${file} has no region for the README`);
  // A program elsewhere has the package; in the clone it isn't built.
  return snippet.replace("'../../../backend/client/src/index.js'", "'@job-manager/client'");
}

/** Words of a command line that are neither a command, nor one of its flags, nor a value. */
function faultsOf(line: string): string[] {
  let at: Command = createJobsProgram();
  const faults: string[] = [];
  for (const word of line.split(' ')) {
    const below = at.commands.find((command) => command.name() === word);
    if (below) at = below;
    else if (word.startsWith('--') && !at.options.some(({ long }) => long === word)) faults.push(word);
    else if (!word.startsWith('--') && at.commands.length > 0) faults.push(word);
  }
  return faults;
}

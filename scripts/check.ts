import '@job-manager/server/cli/check-node';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { ensurePrismaClient } from './lib/client.js';
import { programOf } from './lib/repository.js';
import { listSlowest } from './lib/suite-times.js';
import { listTroubles } from './lib/suite-troubles.js';
import {
  failSuite,
  runStaticCheck,
  runTestSuite,
  type StaticCheck,
  type SuiteResult,
  type TestSuite,
} from './lib/suites.js';

/**
 * With one checker, for two programs run at once: each of the four that are usual works out the types of libraries
 * again.
 */
const types = (name: string, project: string): StaticCheck => ({
  name: `types of ${name}`,
  command: [programOf('typescript', 'tsc'), '-p', project, '--checkers', '1'],
});

const STATIC_CHECKS: StaticCheck[] = [
  { name: 'format, lint, import boundaries', command: [programOf('@biomejs/biome', 'biome'), 'ci', '.'] },
  // One program for all that has the same options: each of several would check what it imports from the others again.
  types('server, scripts and tests', '.'),
  types('panel', 'frontend'),
  { name: 'unused code', command: [programOf('knip'), '--no-progress'] },
];

/**
 * By name: of several that are left out by `!`, vitest leaves out none. The fault suite and the packages have commands
 * of their own.
 */
const UNIT_PROJECTS = ['shared', 'engine', 'backend', 'backend-alone', 'frontend', 'frontend-alone'];

const TESTS: TestSuite = {
  name: 'unit and integration tests',
  tool: 'vitest',
  command: [
    programOf('vitest'),
    'run',
    ...UNIT_PROJECTS.map((project) => `--project=${project}`),
    '--reporter=default',
    '--reporter=json',
  ],
  args: (report) => [`--outputFile.json=${report}`],
};

const STORIES: TestSuite = {
  name: 'browser stories',
  tool: 'playwright',
  command: [programOf('@playwright/test', 'playwright'), 'test', '--config=e2e', '--reporter=list,json'],
  env: (report) => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: report }),
};

const { values } = parseArgs({ options: { browser: { type: 'boolean', default: false } } });

await ensurePrismaClient();
const results = await inPairs(STATIC_CHECKS, checkStatically);
// Beside each other: each waits for databases and pages, which leaves a processor to the other.
results.push(...(await Promise.all([runTestSuite(TESTS), ...(values.browser ? [runStories()] : [])])));
report(results);

async function checkStatically(check: StaticCheck): Promise<SuiteResult> {
  const result = await runStaticCheck(check);
  console.log(`${mark(result)} ${result.name} ${pc.dim(seconds(result))}`);
  if (result.failed > 0) console.log(result.output);
  return result;
}

async function runStories(): Promise<SuiteResult> {
  const { findChromium } = await import('./lib/chromium.js');
  try {
    process.env.CHROMIUM_PATH = await findChromium();
  } catch (error) {
    return failSuite(STORIES.name, (error as Error).message);
  }
  return runTestSuite(STORIES);
}

/** Two at a time: more only wait for each other on the small machines that run this most. */
async function inPairs<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const lane = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all([lane(), lane()]);
  return results;
}

function report(results: SuiteResult[]): void {
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log();
  for (const line of listTroubles(results.flatMap(({ troubles }) => troubles))) console.log(line);
  console.log();
  for (const result of results) {
    const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : '';
    const counts = `${result.passed} passed, ${result.failed} failed${skipped}`;
    console.log(`${mark(result)} ${result.name.padEnd(width)}  ${counts}  ${pc.dim(seconds(result))}`);
  }
  console.log('\nThe slowest files:');
  for (const line of listSlowest(results.flatMap(({ files }) => files))) console.log(pc.dim(line));
  const sum = (key: 'passed' | 'failed') => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}

function mark(result: SuiteResult): string {
  return result.failed > 0 ? pc.red('✗') : pc.green('✓');
}

function seconds(result: SuiteResult): string {
  return `${(result.ms / 1000).toFixed(1)} s`;
}

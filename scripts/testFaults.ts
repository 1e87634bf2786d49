import '@job-manager/server/cli/check-node';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { complain } from '@job-manager/server/cli/terminal';
import { Command } from 'commander';
import pc from 'picocolors';
import { countOf, type Finding } from '../e2e/faults/world/finding.js';
import { ensurePrismaClient } from './lib/client.js';
import { describeFaults } from './lib/faults-document.js';
import { programOf, ROOT } from './lib/repository.js';
import { listTroubles } from './lib/suite-troubles.js';
import { runTestSuite, type SuiteResult } from './lib/suites.js';

/** Who may call what, and from where: part of the normal tests, counted here as well. */
const MATRIX = ['backend/server/src/http/access.test.ts', 'backend/server/src/http/origins.test.ts'];
/** The source of the engine and of what stands beside it. */
const BACKEND = new URL('../backend/', import.meta.url);

const { only, small, write } = new Command('test:faults')
  .description('Kills, cuts, blocks, storms and fuzzes the product at full size, and tells what was found.')
  .option('--only <faults>', 'these files alone, such as killed-runners,socket-storm', (text) => text.split(','))
  .option('--small', 'every kind of fault, but few of each')
  .option('--write', 'all of them at full size, and what was found into docs/faults.md')
  .showHelpAfterError('Try --help.')
  .parse()
  .opts<{ only?: string[]; small?: true; write?: true }>();
if (write && (only || small)) {
  complain('--write is for all faults at full size.');
  process.exit(1);
}

await ensurePrismaClient();
const folder = await mkdtemp(join(tmpdir(), 'job-manager-findings-'));
const report = join(folder, 'findings');
try {
  const results = [await runFaults()];
  if (!only && !small) results.push(await runMatrix(), await runVolume());
  console.log(table(await readFindings(), results));
  for (const line of listTroubles(results.flatMap(({ troubles }) => troubles))) console.log(line);
  const sum = (key: 'passed' | 'failed') => results.reduce((total, result) => total + result[key], 0);
  if (write) {
    const minutes = results.reduce((total, { ms }) => total + ms, 0) / 60_000;
    const run = { findings: await readFindings(), minutes, machine: machine(), at: new Date() };
    const text = describeFaults({ ...run, passed: sum('passed'), failed: sum('failed') });
    await writeFile(join(ROOT, 'docs/faults.md'), text);
  }
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}

function runFaults(): Promise<SuiteResult> {
  const env = { FAULTS_REPORT: report, ...(!small && { FAULTS: 'full' }) };
  return runVitest('faults', 'faults', only ?? [], env);
}

function runMatrix(): Promise<SuiteResult> {
  return runVitest('every call × role × no session × Origin', 'backend', MATRIX, {});
}

async function runVolume(): Promise<SuiteResult> {
  return runVitest('engine at full size', 'engine', await findVolumeTests(), { FAULTS: 'full' });
}

/** Tests with random choices or with volume, which are small within the normal tests, or draw the same each time. */
async function findVolumeTests(): Promise<string[]> {
  const files = (await readdir(BACKEND, { recursive: true })).filter((file) =>
    /^(client|engine|sample|server)\/src\/.*\.test\.ts$/.test(file),
  );
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, BACKEND), 'utf8')));
  return files
    .filter((_, at) => /\/testing\/size(\.js)?'|'fast-check'/.test(texts[at] ?? ''))
    .map((file) => `backend/${file}`);
}

function runVitest(name: string, project: string, files: string[], env: NodeJS.ProcessEnv): Promise<SuiteResult> {
  return runTestSuite({
    name,
    tool: 'vitest',
    command: [programOf('vitest'), 'run', '--project', project, '--reporter=default', '--reporter=json', ...files],
    args: (file) => [`--outputFile.json=${file}`],
    env: () => env,
  });
}

async function readFindings(): Promise<Finding[]> {
  const lines = await readFile(report, 'utf8').catch(() => '');
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Finding);
}

/** One line per kind of injected fault; what was found stands beside the first. */
function table(findings: Finding[], results: SuiteResult[]): string {
  const heads = ['fault', 'injected', '', 'runs', 'lost', 'doubled', 'stuck', 'time'];
  const rows = findings.flatMap(rowsOf);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    '',
    pc.bold(line(heads)),
    ...rows.map(line),
    '',
    ...findings.flatMap(({ fault, details }) => (details === '' ? [] : [fault, pc.dim(`  ${details}`), ''])),
    ...results.map(({ name, passed, failed, ms }) => {
      const counts = `${name}: ${passed} passed, ${failed} failed, ${(ms / 1_000).toFixed(0)} s`;
      return failed > 0 ? pc.red(counts) : pc.green(counts);
    }),
    summary(findings, results),
    pc.dim(machine()),
  ].join('\n');
}

function rowsOf({ fault, injected, runs, lost, doubled, stuck, seconds }: Finding): string[][] {
  const [first, ...rest] = injected;
  const found = [runs, lost, doubled, stuck].map((count) => count.toLocaleString('en'));
  return [
    [fault, first ? countOf(first) : '', first?.what ?? '', ...found, `${seconds.toFixed(0)} s`],
    ...rest.map((injection) => ['', countOf(injection), injection.what]),
  ];
}

function summary(findings: Finding[], results: SuiteResult[]): string {
  const sum = (read: (finding: Finding) => number) =>
    findings.reduce((total, finding) => total + read(finding), 0).toLocaleString('en');
  const faults = sum(({ injected }) => injected.reduce((total, { count, isPart }) => total + (isPart ? 0 : count), 0));
  const found = `${sum(({ lost }) => lost)} lost, ${sum(({ doubled }) => doubled)} doubled, ${sum(({ stuck }) => stuck)} stuck`;
  const minutes = results.reduce((total, { ms }) => total + ms, 0) / 60_000;
  return pc.bold(`${faults} faults over ${sum(({ runs }) => runs)} runs: ${found}, in ${minutes.toFixed(1)} min`);
}

/** Figures mean nothing without it. */
function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()
    .map((average) => average.toFixed(1))
    .join(', ');
  return `${availableParallelism()} × ${model}, ${memory} GB; Node ${process.versions.node}; load at the end ${load}`;
}

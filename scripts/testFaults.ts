import '@job-manager/server/cli/check-node';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { complain } from '@job-manager/server/cli/terminal';
import { Command } from 'commander';
import pc from 'picocolors';
import { countOf, type Finding } from '../e2e/faults/world/finding.js';
import { ensurePrismaClient } from './lib/client.js';
import { describeFaults } from './lib/faults-document.js';
import { type FaultsPart, type FaultsReport, missingParts } from './lib/faults-report.js';
import { programOf, ROOT } from './lib/repository.js';
import { listTroubles } from './lib/suite-troubles.js';
import { runTestSuite, type SuiteResult } from './lib/suites.js';

/** Who may call what, and from where: part of the normal tests, counted here as well. */
const MATRIX = ['backend/server/src/http/access.test.ts', 'backend/server/src/http/origins.test.ts'];
/** The source of the engine and of what stands beside it. */
const BACKEND = new URL('../backend/', import.meta.url);
/** Beside the files of the fault suite, by the name that `--only` takes. */
const OTHERS = {
  calls: () => runVitest('every call × role × no session × Origin', 'backend', MATRIX, {}),
  engine: async () => runVitest('engine at full size', 'engine', await findVolumeTests(), { FAULTS: 'full' }),
};

const commaSeparated = (text: string) => text.split(',');
const { only, small, write, and, save } = new Command('test:faults')
  .description('Kills, cuts, blocks, storms and fuzzes the product at full size, and reports what was found.')
  .option('--only <faults>', 'these alone, such as killed-runners,socket-storm', commaSeparated)
  .option('--small', 'every kind of fault, but few of each')
  .option('--save <file>', 'what was found into a file, as JSON for --and')
  .option('--write', 'what was found at full size into docs/faults.md')
  .option(
    '--and <files>',
    'with --write: beside those, of faults that were not injected now, those of --save',
    commaSeparated,
  )
  .showHelpAfterError('Try --help.')
  .parse()
  .opts<{ only?: string[]; small?: true; save?: string; write?: true; and?: string[] }>();

await ensurePrismaClient();
const folder = await mkdtemp(join(tmpdir(), 'job-manager-findings-'));
try {
  const stories = await findStories();
  const names = small ? stories : [...stories, ...Object.keys(OTHERS)];
  const chosen = only ?? names;
  const earlier = await readReports(and ?? []);
  const why = refusalOf(chosen, names, earlier);
  if (why === undefined) await injectFaults(chosen, names, earlier);
  else {
    complain(why);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function refusalOf(chosen: string[], names: string[], earlier: FaultsReport[]): string | undefined {
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0) return `There is no ${unknown.join(', ')}; there are ${names.join(', ')}.`;
  if (small && (write || save)) return '--write and --save are for faults at full size.';
  const missing = missingParts(earlier, names).filter((name) => !chosen.includes(name));
  return write && missing.length > 0
    ? `--write is for all faults; these are missing: ${missing.join(', ')}.`
    : undefined;
}

async function injectFaults(chosen: string[], names: string[], earlier: FaultsReport[]): Promise<void> {
  const results: SuiteResult[] = [];
  const report: FaultsReport = { takenAt: new Date().toISOString(), machine: machine(), parts: [] };
  // At full size one after the other, each with a process of its own: what was found so far is kept however it goes on.
  for (const group of small ? [chosen] : chosen.map((name) => [name])) {
    const result = await runGroup(group);
    results.push(result);
    const { passed, failed, ms } = result;
    report.parts.push({ name: group.join(','), passed, failed, ms, findings: await readFindings(group) });
    Object.assign(report, { takenAt: new Date().toISOString(), machine: machine() });
    if (save) await writeFile(save, JSON.stringify(report, null, 2));
  }
  printResults(report, results);
  if (write) await writeFile(join(ROOT, 'docs/faults.md'), describeFaults([report, ...earlier], names));
}

function printResults({ parts }: FaultsReport, results: SuiteResult[]): void {
  console.log(table(parts));
  for (const line of listTroubles(results.flatMap(({ troubles }) => troubles))) console.log(line);
  const sum = (key: 'passed' | 'failed') => parts.reduce((total, part) => total + part[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}

function runGroup(group: string[]): Promise<SuiteResult> {
  const [first = ''] = group;
  if (first in OTHERS) return OTHERS[first as keyof typeof OTHERS]();
  const files = group.map((name) => `e2e/faults/${name}.test.ts`);
  return runVitest(group.length === 1 ? first : 'faults', 'faults', files, {
    FAULTS_REPORT: reportOf(group),
    ...(!small && { FAULTS: 'full' }),
  });
}

function reportOf(group: string[]): string {
  return join(folder, group.length === 1 ? `${group[0]}` : 'all');
}

async function findStories(): Promise<string[]> {
  const files = await readdir(join(ROOT, 'e2e/faults'));
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => basename(file, '.test.ts'))
    .sort();
}

function readReports(files: string[]): Promise<FaultsReport[]> {
  return Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as FaultsReport));
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

async function readFindings(group: string[]): Promise<Finding[]> {
  const lines = await readFile(reportOf(group), 'utf8').catch(() => '');
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Finding);
}

/** One line per kind of injected fault; what was found stands beside the first. */
function table(parts: FaultsPart[]): string {
  const findings = parts.flatMap((part) => part.findings);
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
    ...parts.map(({ name, passed, failed, ms }) => {
      const counts = `${name}: ${passed} passed, ${failed} failed, ${(ms / 1_000).toFixed(0)} s`;
      return failed > 0 ? pc.red(counts) : pc.green(counts);
    }),
    summary(findings, parts),
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

function summary(findings: Finding[], parts: FaultsPart[]): string {
  const sum = (read: (finding: Finding) => number) =>
    findings.reduce((total, finding) => total + read(finding), 0).toLocaleString('en');
  const faults = sum(({ injected }) => injected.reduce((total, { count, isPart }) => total + (isPart ? 0 : count), 0));
  const found = `${sum(({ lost }) => lost)} lost, ${sum(({ doubled }) => doubled)} doubled, ${sum(({ stuck }) => stuck)} stuck`;
  const minutes = parts.reduce((total, { ms }) => total + ms, 0) / 60_000;
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

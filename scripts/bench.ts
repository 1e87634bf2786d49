import '@job-manager/server/cli/check-node';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal, reportFailure } from '@job-manager/server/cli/refusal';
import { Resources } from '@job-manager/server/cli/resources';
import { onStopSignals } from '@job-manager/server/cli/stop-signals';
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import type { BenchReport } from './bench/report.js';
import { ensurePrismaClient } from './lib/client.js';
import { ROOT } from './lib/repository.js';

/** Everything takes half of it on two cores with nothing else to do. */
const WITHIN_MINUTES = 60;

const commaSeparated = (text: string) => text.split(',');
const { json, strict, write, and, ...chosen } = new Command('bench')
  .description('Measures how fast the product is, alone and beside its peers, on data of its own, against its targets.')
  .option('--json', 'figures as JSON on standard output, the table on standard error')
  .option('--only <parts>', 'measure these alone, such as first-load,history-api', commaSeparated)
  .option('--engines <engines>', 'compare these alone, such as ours,graphile-batched', commaSeparated)
  .option('--rounds <n>', 'how many times each comparison is made', wholeNumber, 3)
  .option('--runs <n>', 'how many runs a drain has', wholeNumber, 20_000)
  .option(
    '--snapshot-minutes <n>',
    'how long one session holds a snapshot open while runs are worked off',
    wholeNumber,
    1,
  )
  .option('--write', 'the figures into docs/benchmarks.md')
  .option(
    '--and <files>',
    'beside those, of parts that were not measured now, those of earlier --json reports',
    commaSeparated,
  )
  .option('--strict', 'exit with 1 when a target is missed')
  .showHelpAfterError('Try --help.')
  .parse()
  .opts<{
    json?: true;
    strict?: true;
    write?: true;
    and?: string[];
    only?: string[];
    engines?: string[];
    rounds: number;
    runs: number;
    snapshotMinutes: number;
  }>();

const resources = new Resources();
const stopping = new AbortController();
let report: BenchReport | undefined;
onStopSignals({ stop: () => stopping.abort(), force: () => process.exit(130) });

try {
  await Promise.race([bench(), stopRequested(), timeOut()]);
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}
if (report) await printReport(report);
if (stopping.signal.aborted) process.exitCode = 130;
await resources.closeAll().catch((error) => {
  reportFailure(error);
  process.exitCode = 1;
});
process.exit();

async function bench(): Promise<void> {
  await ensurePrismaClient();
  const { runBench } = await import('./bench/run-bench.js');
  const onReport = (newest: BenchReport) => {
    report = newest;
  };
  await runBench({ ...chosen, resources, signal: stopping.signal, showDetail, onReport });
}

async function printReport(result: BenchReport): Promise<void> {
  const { missesOf, toJson, toTable } = await import('./bench/report.js');
  if (json) console.log(toJson(result));
  (json ? console.error : console.log)(toTable(result));
  if (write) await writeDocument(result);
  if (strict && missesOf(result).length > 0) process.exitCode = 1;
}

async function writeDocument(result: BenchReport): Promise<void> {
  const [{ describeBenchmarks }, { fromJson }] = await Promise.all([
    import('./bench/document.js'),
    import('./bench/report.js'),
  ]);
  const earlier = await Promise.all((and ?? []).map((file) => readFile(file, 'utf8')));
  const reports = [result, ...earlier.map((text) => fromJson(text))];
  await writeFile(join(ROOT, 'docs/benchmarks.md'), describeBenchmarks(reports));
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('It must be a number from 1 on.');
  return number;
}

function showDetail(text: string): void {
  console.error(pc.dim(`${text} …`));
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }));
}

function timeOut(): Promise<never> {
  return new Promise((_resolve, reject) => {
    const why = `It took longer than ${WITHIN_MINUTES} minutes: the machine is too busy to measure.`;
    setTimeout(() => reject(new Refusal(why)), WITHIN_MINUTES * 60_000).unref();
  });
}

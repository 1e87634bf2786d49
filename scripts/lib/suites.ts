import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './repository.js';
import { countSuite, type SuiteCounts } from './suite-counts.js';
import { type FileTime, readFileTimes } from './suite-times.js';
import { findTroubles, type TestTool, type Trouble } from './suite-troubles.js';

export interface SuiteResult extends SuiteCounts {
  name: string;
  ms: number;
  /** What a quiet suite wrote. */
  output: string;
  /** What failed or was flaky, by name. */
  troubles: Trouble[];
  /** How long each file of a test tool took. */
  files: FileTime[];
}

/** Of a suite that has no test files. */
const NO_TESTS = { skipped: 0, output: '', files: [] };

export interface StaticCheck {
  name: string;
  /** Script and arguments, run by this Node in the root folder. */
  command: string[];
}

/** A check that either holds or not; counts as one. */
export async function runStaticCheck({ name, command }: StaticCheck): Promise<SuiteResult> {
  const ended = await runNode(command, { isShown: false });
  const passed = ended.code === 0 ? 1 : 0;
  const troubles: Trouble[] = passed ? [] : [{ kind: 'failed', test: name, error: ended.output }];
  return { ...NO_TESTS, name, passed, failed: 1 - passed, ms: ended.ms, output: ended.output, troubles };
}

export interface TestSuite {
  name: string;
  tool: TestTool;
  command: string[];
  /** Environment of the tool, given the file its JSON report goes to. */
  env?: (report: string) => NodeJS.ProcessEnv;
  /** Further arguments, given the same. */
  args?: (report: string) => string[];
}

/** A suite that could not be run. */
export function failSuite(name: string, error: string): SuiteResult {
  return { ...NO_TESTS, name, passed: 0, failed: 1, ms: 0, troubles: [{ kind: 'failed', test: name, error }] };
}

/**
 * Runs a test tool for people to read along, line by line, so that two may write at once, and counts from its JSON
 * report.
 */
export async function runTestSuite(suite: TestSuite): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), 'job-manager-report-'));
  const report = join(folder, 'report.json');
  try {
    const command = [...suite.command, ...(suite.args?.(report) ?? [])];
    const ended = await runNode(command, { isShown: true, env: suite.env?.(report) });
    const text = await readFile(report, 'utf8').catch(() => undefined);
    const counts = countSuite(suite.tool, text, ended.code);
    const troubles = troublesOf(suite, counts, text);
    return { name: suite.name, ...counts, ms: ended.ms, output: '', troubles, files: readFileTimes(suite.tool, text) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function troublesOf({ name, tool }: TestSuite, { failed }: SuiteCounts, report: string | undefined): Trouble[] {
  const troubles = findTroubles(tool, report);
  if (failed === 0 || troubles.length > 0) return troubles;
  const error = 'Something went wrong outside of any test: what, stands where the suite ends above.';
  return [...troubles, { kind: 'failed', test: name, error }];
}

/** A tool that writes to us, not to the terminal itself, needs a variable to write colours. */
const COLOURS = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};

interface Ended {
  code: number | null;
  ms: number;
  output: string;
}

async function runNode(command: string[], options: { isShown: boolean; env?: NodeJS.ProcessEnv }): Promise<Ended> {
  const started = performance.now();
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...COLOURS, ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    if (options.isShown) createInterface(stream).on('line', (line) => console.log(line));
    else stream.on('data', (chunk) => (output += chunk));
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  return { code, ms: performance.now() - started, output: output.trim() };
}

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './repository.js';
import { countSuite, type SuiteCounts, type TestTool } from './suite-counts.js';

export interface SuiteResult extends SuiteCounts {
  name: string;
  ms: number;
  /** What a quiet suite wrote. */
  output: string;
}

export interface StaticCheck {
  name: string;
  /** Script and arguments, run by this Node in the root folder. */
  command: string[];
}

/** A check that either holds or not; counts as one. */
export async function runStaticCheck({ name, command }: StaticCheck): Promise<SuiteResult> {
  const ended = await runNode(command, { quiet: true });
  const passed = ended.code === 0 ? 1 : 0;
  return { name, passed, failed: 1 - passed, skipped: 0, ms: ended.ms, output: ended.output };
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

/** Runs a test tool for people to read along, and counts from its JSON report. */
export async function runTestSuite(suite: TestSuite): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), 'job-manager-report-'));
  const report = join(folder, 'report.json');
  try {
    const command = [...suite.command, ...(suite.args?.(report) ?? [])];
    const ended = await runNode(command, { env: suite.env?.(report) });
    const text = await readFile(report, 'utf8').catch(() => undefined);
    return { name: suite.name, ...countSuite(suite.tool, text, ended.code), ms: ended.ms, output: '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ended {
  code: number | null;
  ms: number;
  output: string;
}

async function runNode(command: string[], options: { quiet?: boolean; env?: NodeJS.ProcessEnv }): Promise<Ended> {
  const started = performance.now();
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  return { code, ms: performance.now() - started, output: output.trim() };
}

import { relative } from 'node:path';
import * as z from 'zod';
import { ROOT } from './repository.js';
import type { TestTool } from './suite-troubles.js';

/** How long the tests of one file took, with what comes before and after them. */
export interface FileTime {
  file: string;
  ms: number;
}

const vitestReport = z
  .object({ testResults: z.array(z.object({ name: z.string(), startTime: z.number(), endTime: z.number() })) })
  .transform(({ testResults }) =>
    testResults.map(({ name, startTime, endTime }) => ({ file: relative(ROOT, name), ms: endTime - startTime })),
  );

const playwrightSuite = z.object({
  file: z.string(),
  specs: z.array(z.object({ tests: z.array(z.object({ results: z.array(z.object({ duration: z.number() })) })) })),
  get suites() {
    return z.array(playwrightSuite).optional();
  },
});
const playwrightReport = z
  .object({ suites: z.array(playwrightSuite) })
  .transform(({ suites }) => suites.map((suite) => ({ file: `e2e/${suite.file}`, ms: durationOf(suite) })));

function durationOf({ specs, suites = [] }: z.infer<typeof playwrightSuite>): number {
  const own = specs.flatMap(({ tests }) => tests.flatMap(({ results }) => results.map(({ duration }) => duration)));
  return [...own, ...suites.map(durationOf)].reduce((sum, ms) => sum + ms, 0);
}

const reports = { vitest: vitestReport, playwright: playwrightReport };

/** The files of a tool's JSON report with the time each took; none where it can't be read. */
export function readFileTimes(tool: TestTool, report: string | undefined): FileTime[] {
  try {
    return reports[tool].parse(JSON.parse(report ?? ''));
  } catch {
    return [];
  }
}

/** A line for each of the slowest files, the slowest first. */
export function listSlowest(times: FileTime[], count = 10): string[] {
  const slowest = times.toSorted((a, b) => b.ms - a.ms).slice(0, count);
  return slowest.map(({ file, ms }) => `${(ms / 1_000).toFixed(1).padStart(6)} s  ${file}`);
}

import * as z from 'zod';
import { findTroubles, type TestTool, type Trouble } from './suite-troubles.js';

export interface SuiteCounts {
  passed: number;
  failed: number;
  skipped: number;
}

const count = z.number().int().nonnegative();
const vitestReport = z
  .object({ numPassedTests: count, numFailedTests: count, numPendingTests: count, numTodoTests: count })
  .transform((report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }));
const playwrightReport = z
  .object({ stats: z.object({ expected: count, unexpected: count, flaky: count, skipped: count }) })
  .transform(({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));

const reports = { vitest: vitestReport, playwright: playwrightReport };

/**
 * Why a test may pass at its second try only, by the beginning of the name that `findTroubles` gives it. Any other that
 * does so has failed, and so have the listed ones where more than `FLAKY_LIMIT` of them do.
 */
export const KNOWN_FLAKY: Record<string, string> = {
  'e2e/': 'Two browsers, products and databases share the processors with whatever else a machine is busy with.',
  'backend/':
    'Servers, processes and databases share two processors with the browser stories. The engine has no retry.',
  'frontend/src/': 'Pages are drawn and typed into by real clocks, beside the browser stories on two processors.',
};
export const FLAKY_LIMIT = 2;

/**
 * The result of a test tool's JSON report, together with how its process ended: a tool that wrote no
 * report, ran nothing, or ended badly without a failed test (an error outside of any test) has failed
 * once. A file that could not be loaded counts as one failed test, and so does a flaky one that may not be.
 */
export function countSuite(tool: TestTool, report: string | undefined, exitCode: number | null): SuiteCounts {
  const read = readReport(tool, report) ?? { passed: 0, failed: 0, skipped: 0 };
  const troubles = findTroubles(tool, report);
  const named = troubles.filter(({ kind }) => kind === 'failed').length;
  const flaky = countFlaky(troubles);
  const counts = { ...read, passed: read.passed - flaky, failed: Math.max(read.failed, named) + flaky };
  const ranNothing = counts.passed + counts.failed === 0;
  const endedBadly = exitCode !== 0 && counts.failed === 0;
  return ranNothing || endedBadly ? { ...counts, failed: 1 } : counts;
}

/** How many flaky tests count as failed. */
function countFlaky(troubles: Trouble[]): number {
  const flaky = troubles.filter(({ kind }) => kind === 'flaky');
  const known = flaky.filter(({ test }) => Object.keys(KNOWN_FLAKY).some((start) => test.startsWith(start)));
  return known.length > FLAKY_LIMIT ? flaky.length : flaky.length - known.length;
}

function readReport(tool: TestTool, report: string | undefined): SuiteCounts | undefined {
  try {
    return reports[tool].parse(JSON.parse(report ?? ''));
  } catch {
    return undefined;
  }
}

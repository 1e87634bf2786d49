import * as z from 'zod';
import { findTroubles, type TestTool } from './suite-troubles.js';

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
 * What a test tool's JSON report says, together with how its process ended: a tool that wrote no
 * report, ran nothing, or ended badly without a failed test (an error outside of any test) has failed
 * once. A file that could not be loaded counts as one failed test.
 */
export function countSuite(tool: TestTool, report: string | undefined, exitCode: number | null): SuiteCounts {
  const read = readReport(tool, report) ?? { passed: 0, failed: 0, skipped: 0 };
  const named = findTroubles(tool, report).filter(({ kind }) => kind === 'failed').length;
  const counts = { ...read, failed: Math.max(read.failed, named) };
  const ranNothing = counts.passed + counts.failed === 0;
  const endedBadly = exitCode !== 0 && counts.failed === 0;
  return ranNothing || endedBadly ? { ...counts, failed: 1 } : counts;
}

function readReport(tool: TestTool, report: string | undefined): SuiteCounts | undefined {
  try {
    return reports[tool].parse(JSON.parse(report ?? ''));
  } catch {
    return undefined;
  }
}

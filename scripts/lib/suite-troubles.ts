import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { ROOT } from './repository.js';

/** A test that failed, or one that is flaky: it failed first and passed when it was tried again. */
export interface Trouble {
  kind: 'failed' | 'flaky';
  test: string;
  error: string;
}

const vitestFile = z.object({
  name: z.string(),
  status: z.string(),
  message: z.string(),
  assertionResults: z.array(
    z.object({
      ancestorTitles: z.array(z.string()),
      title: z.string(),
      status: z.string(),
      failureMessages: z.array(z.string()),
    }),
  ),
});
const vitestReport = z
  .object({ testResults: z.array(vitestFile) })
  .transform(({ testResults }) => testResults.flatMap(inVitestFile));

/** Where a test took too long, the report has the place of the test under this name instead of the message. */
const OF_A_TIMEOUT = /^Error: STACK_TRACE_ERROR$/m;

function inVitestFile({ name, status, message, assertionResults }: z.infer<typeof vitestFile>): Trouble[] {
  const file = relative(ROOT, name);
  const troubles = assertionResults
    .filter((test) => test.failureMessages.length > 0 || test.status === 'failed')
    .map(
      ({ ancestorTitles, title, status, failureMessages }): Trouble => ({
        kind: status === 'failed' ? 'failed' : 'flaky',
        test: [file, ...ancestorTitles, title].filter((part) => part !== '').join(' > '),
        error: (failureMessages[0] ?? '').replace(OF_A_TIMEOUT, 'Timed out'),
      }),
    );
  // It could not be loaded, or what comes before or after its tests failed.
  const failedAsWhole = status === 'failed' && !troubles.some(({ kind }) => kind === 'failed');
  return failedAsWhole ? [...troubles, { kind: 'failed', test: file, error: message }] : troubles;
}

const playwrightError = z.object({ message: z.string().default(''), stack: z.string().optional() });
const playwrightSpec = z.object({
  title: z.string(),
  file: z.string(),
  tests: z.array(z.object({ status: z.string(), results: z.array(z.object({ error: playwrightError.optional() })) })),
});
const playwrightSuite = z.object({
  title: z.string(),
  specs: z.array(playwrightSpec),
  get suites() {
    return z.array(playwrightSuite).optional();
  },
});
const playwrightReport = z
  .object({ suites: z.array(playwrightSuite), errors: z.array(playwrightError) })
  .transform(({ suites, errors }) => [
    // The outermost suites are the files, which each test names itself.
    ...suites.flatMap((suite) => inPlaywrightSuite(suite, [])),
    ...errors.map((error): Trouble => ({ kind: 'failed', test: 'outside of any story', error: textOf(error) })),
  ]);

function inPlaywrightSuite({ specs, suites = [] }: z.infer<typeof playwrightSuite>, path: string[]): Trouble[] {
  return [
    ...specs.flatMap((spec) => inPlaywrightSpec(spec, path)),
    ...suites.flatMap((suite) => inPlaywrightSuite(suite, [...path, suite.title])),
  ];
}

function inPlaywrightSpec({ title, file, tests }: z.infer<typeof playwrightSpec>, path: string[]): Trouble[] {
  return tests
    .filter(({ status }) => status === 'unexpected' || status === 'flaky')
    .map(({ status, results }) => ({
      kind: status === 'flaky' ? 'flaky' : 'failed',
      test: [`e2e/${file}`, ...path, title].join(' > '),
      error: textOf(results.find(({ error }) => error)?.error),
    }));
}

const textOf = (error?: z.infer<typeof playwrightError>): string => error?.stack ?? error?.message ?? '';

const reports = { vitest: vitestReport, playwright: playwrightReport };
export type TestTool = keyof typeof reports;

/** The tests that a tool's JSON report lists as failed or flaky; none where it can't be read. */
export function findTroubles(tool: TestTool, report: string | undefined): Trouble[] {
  try {
    return reports[tool].parse(JSON.parse(report ?? ''));
  } catch {
    return [];
  }
}

/** A record of a run often keeps its last lines alone: no more of them than it surely keeps. */
const WITH_EXCERPT = 10;
const EXCERPT_LINES = 8;
const FRAME = /^ +at /;

/** Names and first lines of what failed and what was flaky, for the end of a run. */
export function listTroubles(troubles: Trouble[]): string[] {
  const sorted = [...troubles.filter(isFlaky), ...troubles.filter((trouble) => !isFlaky(trouble))];
  const inFull = new Set(sorted.slice(-WITH_EXCERPT));
  return sorted.flatMap((trouble) => [
    `${isFlaky(trouble) ? 'flaky, passed when tried again only:' : 'failed:'} ${trouble.test}`,
    ...(inFull.has(trouble) ? excerpt(trouble.error) : []),
  ]);
}

const isFlaky = ({ kind }: Trouble): boolean => kind === 'flaky';

/** The message of an error, cut short, and the place in our own code it comes from. */
function excerpt(error: string): string[] {
  const lines = stripVTControlCharacters(error)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stack = lines.findIndex((line) => FRAME.test(line));
  const message = stack === -1 ? lines : lines.slice(0, stack);
  const place = lines.find((line) => FRAME.test(line) && line.includes(ROOT) && !line.includes('node_modules'));
  return [...message.slice(0, EXCERPT_LINES), ...(place ? [place] : [])].map((line) => `    ${line.slice(0, 200)}`);
}

import { expect, it, onTestFinished } from 'vitest';
import { countSuite, FLAKY_LIMIT, KNOWN_FLAKY } from './suite-counts.js';

const vitest = (passed: number, failed: number, skipped = 0) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0 });
const playwright = (expected: number, unexpected: number, flaky = 0) =>
  JSON.stringify({ stats: { expected, unexpected, flaky, skipped: 0 } });

it('reads what passed, failed and was skipped', () => {
  expect(countSuite('vitest', vitest(5, 2, 1), 1)).toEqual({ passed: 5, failed: 2, skipped: 1 });
  expect(countSuite('playwright', playwright(3, 1), 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

it('counts a test that passed at its second try only as failed, unless it is one of few listed with a reason', () => {
  const wavering = (file: string) => ({
    title: 'wavers',
    file,
    tests: [{ status: 'flaky', results: [{ error: {} }, {}] }],
  });
  const report = (...files: string[]) =>
    JSON.stringify({
      ...JSON.parse(playwright(2, 0, files.length)),
      suites: [{ title: 'a', specs: files.map(wavering) }],
      errors: [],
    });
  KNOWN_FLAKY['e2e/known'] = 'for this test';
  const story = KNOWN_FLAKY['e2e/'];
  delete KNOWN_FLAKY['e2e/'];
  onTestFinished(() => {
    delete KNOWN_FLAKY['e2e/known'];
    KNOWN_FLAKY['e2e/'] = story ?? '';
  });
  const known = Array.from({ length: FLAKY_LIMIT }, (_, n) => `known-${n}.spec.ts`);
  expect(countSuite('playwright', report('a.spec.ts'), 0)).toMatchObject({ passed: 2, failed: 1 });
  expect(countSuite('playwright', report(...known), 0)).toMatchObject({ passed: 2 + FLAKY_LIMIT, failed: 0 });
  expect(countSuite('playwright', report('known-more.spec.ts', ...known), 0)).toMatchObject({
    passed: 2,
    failed: FLAKY_LIMIT + 1,
  });
});

it('counts a suite that ended badly without a failed test as one failure', () => {
  expect(countSuite('vitest', vitest(5, 0), 1)).toMatchObject({ passed: 5, failed: 1 });
});

it('counts a suite that was killed as one failure', () => {
  expect(countSuite('vitest', vitest(5, 0), null)).toMatchObject({ failed: 1 });
});

it.each([undefined, '', 'not JSON', '{}', '[]'])('counts a suite whose report is %j as one failure', (report) => {
  expect(countSuite('playwright', report, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it('counts a suite that ran nothing as one failure', () => {
  expect(countSuite('vitest', vitest(0, 0), 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(countSuite('vitest', vitest(0, 0, 4), 0)).toMatchObject({ failed: 1, skipped: 4 });
});

it('counts a file that could not be loaded as a failed test beside the others', () => {
  const file = { name: '/repo/a.test.ts', status: 'failed', message: 'Cannot find module', assertionResults: [] };
  const report = { ...JSON.parse(vitest(5, 1)), testResults: [aFailedFile, file] };
  expect(countSuite('vitest', JSON.stringify(report), 1)).toEqual({ passed: 5, failed: 2, skipped: 0 });
});

const aFailedFile = {
  name: '/repo/b.test.ts',
  status: 'failed',
  message: '',
  assertionResults: [{ ancestorTitles: [], title: 'adds', status: 'failed', failureMessages: ['Error: no'] }],
};

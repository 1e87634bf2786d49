import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './repository.js';
import { findTroubles, listTroubles, type Trouble } from './suite-troubles.js';

describe('of vitest', () => {
  const test = (title: string, status: string, ...failureMessages: string[]) => ({
    ancestorTitles: ['', 'a group'],
    title,
    status,
    failureMessages,
  });
  const report = (file: { status: string; message?: string; assertionResults: unknown[] }) =>
    JSON.stringify({ testResults: [{ name: join(ROOT, 'shared/src/run.test.ts'), message: '', ...file }] });

  it('names a test that failed by its file and groups', () => {
    const assertionResults = [test('passes', 'passed'), test('breaks', 'failed', 'Error: no', 'Error: nor this')];
    expect(findTroubles('vitest', report({ status: 'failed', assertionResults }))).toEqual([
      { kind: 'failed', test: 'shared/src/run.test.ts > a group > breaks', error: 'Error: no' },
    ]);
  });

  it('calls a test flaky that passed after it had failed', () => {
    const assertionResults = [test('wavers', 'passed', 'Error: not yet')];
    expect(findTroubles('vitest', report({ status: 'passed', assertionResults }))).toEqual([
      { kind: 'flaky', test: 'shared/src/run.test.ts > a group > wavers', error: 'Error: not yet' },
    ]);
  });

  it('reports that a test took too long', () => {
    const assertionResults = [test('hangs', 'failed', 'Error: STACK_TRACE_ERROR\n    at run.test.ts:3:1')];
    expect(findTroubles('vitest', report({ status: 'failed', assertionResults }))).toMatchObject([
      { error: 'Timed out\n    at run.test.ts:3:1' },
    ]);
  });

  it('names a file that failed without any test of it', () => {
    const broken = report({ status: 'failed', message: 'Cannot find module', assertionResults: [] });
    expect(findTroubles('vitest', broken)).toEqual([
      { kind: 'failed', test: 'shared/src/run.test.ts', error: 'Cannot find module' },
    ]);
  });
});

describe('of Playwright', () => {
  const spec = (title: string, status: string, ...errors: (string | undefined)[]) => ({
    title,
    file: 'sign-in.spec.ts',
    tests: [{ status, results: errors.map((stack) => (stack ? { error: { message: '', stack } } : {})) }],
  });
  const report = (suite: object, errors: object[] = []) =>
    JSON.stringify({ suites: [{ title: 'sign-in.spec.ts', specs: [], ...suite }], errors });

  it('names what failed and what was flaky, with its first error', () => {
    const specs = [
      spec('passes', 'expected', undefined),
      spec('breaks', 'unexpected', 'Error: no', 'Error: again'),
      spec('wavers', 'flaky', 'Error: not yet', undefined),
      spec('waits', 'skipped'),
    ];
    expect(findTroubles('playwright', report({ suites: [{ title: 'a group', specs }] }))).toEqual([
      { kind: 'failed', test: 'e2e/sign-in.spec.ts > a group > breaks', error: 'Error: no' },
      { kind: 'flaky', test: 'e2e/sign-in.spec.ts > a group > wavers', error: 'Error: not yet' },
    ]);
  });

  it('reports an error outside of any story', () => {
    expect(findTroubles('playwright', report({}, [{ message: 'No browser' }]))).toEqual([
      { kind: 'failed', test: 'outside of any story', error: 'No browser' },
    ]);
  });
});

it.each([undefined, '', 'not JSON', '{}'])('finds nothing in the report %j', (report) => {
  expect(findTroubles('vitest', report)).toEqual([]);
});

describe('the list of them', () => {
  const failed = (test: string, error = 'Error: no'): Trouble => ({ kind: 'failed', test, error });

  it('holds what was flaky first and what failed last', () => {
    const troubles: Trouble[] = [failed('breaks'), { kind: 'flaky', test: 'wavers', error: 'Error: not yet' }];
    expect(listTroubles(troubles)).toEqual([
      'flaky, passed when tried again only: wavers',
      '    Error: not yet',
      'failed: breaks',
      '    Error: no',
    ]);
  });

  it('cuts an error short, but keeps where in our code it arose', () => {
    const message = `\u001b[31mError: no\u001b[39m\n\n${'<div>\n'.repeat(50)}`;
    const ours = `    at work (${join(ROOT, 'shared/src/run.test.ts')}:3:5)`;
    const stack = `    at expect (${join(ROOT, 'node_modules/expect/index.js')}:1:1)\n${ours}\n    at main (node:internal)`;
    const lines = listTroubles([failed('breaks', `${message}${stack}`)]);
    expect(lines).toEqual(['failed: breaks', '    Error: no', ...Array(7).fill('    <div>'), `    ${ours}`]);
  });

  it('keeps every name when there are many, and within a tail of 150 lines', () => {
    const troubles = Array.from({ length: 40 }, (_, index) => failed(`breaks ${index}`, 'Error\n'.repeat(99)));
    const lines = listTroubles(troubles);
    expect(lines.filter((line) => line.startsWith('failed: '))).toHaveLength(40);
    expect(lines.length).toBeLessThan(150);
  });
});

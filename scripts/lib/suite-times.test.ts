import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './repository.js';
import { listSlowest, readFileTimes } from './suite-times.js';

it('reads how long each file of vitest took', () => {
  const report = { testResults: [{ name: join(ROOT, 'shared/src/run.test.ts'), startTime: 1_000, endTime: 3_500 }] };
  expect(readFileTimes('vitest', JSON.stringify(report))).toEqual([{ file: 'shared/src/run.test.ts', ms: 2_500 }]);
});

it('adds up the tries and groups of a file of Playwright', () => {
  const spec = (...durations: number[]) => ({ tests: [{ results: durations.map((duration) => ({ duration })) }] });
  const group = { file: 'a.spec.ts', specs: [spec(5)] };
  const report = { suites: [{ file: 'a.spec.ts', specs: [spec(100, 20)], suites: [group] }] };
  expect(readFileTimes('playwright', JSON.stringify(report))).toEqual([{ file: 'e2e/a.spec.ts', ms: 125 }]);
});

it.each([undefined, '', 'not JSON', '{}'])('finds no times in the report %j', (report) => {
  expect(readFileTimes('vitest', report)).toEqual([]);
});

it('lists the slowest first', () => {
  const times = [
    { file: 'a', ms: 40 },
    { file: 'b', ms: 12_340 },
    { file: 'c', ms: 500 },
  ];
  expect(listSlowest(times, 2)).toEqual(['  12.3 s  b', '   0.5 s  c']);
});

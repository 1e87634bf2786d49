import type { JobFigures } from '@job-manager/shared/contract/metrics';
import { expect, test } from 'vitest';
import { csvOf, rowsOf } from './job-rows';

const figures = (part: Partial<JobFigures>): JobFigures => ({
  ...{ jobName: 'echo', success: 6, failed: 2, cancelled: 1, before: null, took: null },
  ...{ tookBeforeP50: null, waitedP95: null, cpuMs: null, memoryP95: null },
  ...part,
});

test('a row has the share of all, success without what was cancelled, and how much slower half of them are', () => {
  const [echo, nap, others] = rowsOf([
    figures({
      before: { success: 3, failed: 0, cancelled: 0 },
      took: { p50: 150, p95: 300, totalMs: 900 },
      tookBeforeP50: 100,
    }),
    figures({ jobName: 'nap', success: 0, failed: 0, cancelled: 9 }),
    figures({ jobName: null, success: 0, failed: 0, cancelled: 0 }),
  ]);
  expect(echo).toMatchObject({ ended: 9, endedBefore: 3, share: 0.5, success: 0.75, p50: 150, slower: 0.5 });
  expect(nap).toMatchObject({ share: 0.5, success: null, p50: null, slower: null });
  expect(others).toMatchObject({ share: 0, endedBefore: null });
});

test('a CSV file has plain numbers, and nothing where nothing is known', () => {
  const lines = csvOf(rowsOf([figures({ jobName: null })])).split('\r\n');
  expect(lines).toEqual([
    'jobName,ended,endedBefore,share,failed,success,p50,p95,slower,waitedP95,totalMs,cpuMs,memoryP95',
    '(others),9,,1,2,0.75,,,,,,,',
    '',
  ]);
});

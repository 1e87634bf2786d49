import { expect, test } from 'vitest';
import { aRun } from '../../testing/a-run';
import { describeEnds } from './describe-ends';

test('an announcement names failures first', () => {
  expect(describeEnds([aRun.success(), aRun.failed({ jobName: 'trending' })])).toBe(
    '1 job failed: trending. 1 job succeeded.',
  );
});

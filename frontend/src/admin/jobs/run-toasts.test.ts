import { notificationsStore } from '@mantine/notifications';
import { expect, test } from 'vitest';
import { aRun } from '../../testing/a-run';
import { describeEnds } from './news';
import { createRunToasts } from './run-toasts';

const shown = () => notificationsStore.getState();
const titles = () => shown().notifications.map(({ title }) => title);

test('what fails faster than it can be read is added up, and nothing waits to be shown later', () => {
  const show = createRunToasts({ openRun: () => {}, openFailures: () => {} });
  const failed = Array.from({ length: 20 }, () => aRun.failed());
  for (const run of failed) show([run], 1);
  expect(titles()).toEqual([
    `match-scores #${failed[0]?.id} failed`,
    `match-scores #${failed[1]?.id} failed`,
    '18 more jobs failed',
  ]);
  expect(shown().queue).toEqual([]);
  // Each renewal counts its time anew, which Mantine does for another time alone.
  const before = shown().notifications.at(-1)?.autoClose;
  show([aRun.failed(), aRun.failed()], 1);
  expect(titles().at(-1)).toBe('20 more jobs failed');
  expect(shown().notifications.at(-1)?.autoClose).not.toBe(before);
});

test('own ends are added up beside the failures', () => {
  const show = createRunToasts({ openRun: () => {}, openFailures: () => {} });
  for (let each = 0; each < 30; each++) show([aRun.success(), aRun.failed()], 1);
  show([aRun.success({ triggeredBy: null })], 1);
  expect(shown().notifications).toHaveLength(5);
  expect(shown().queue).toEqual([]);
});

test('an announcement names failures first', () => {
  expect(describeEnds([aRun.success(), aRun.failed({ jobName: 'trending' })])).toBe(
    '1 job failed: trending. 1 job succeeded.',
  );
});
